// X, LinkedIn, TikTok: HMAC over the body; the first two ask by GET whether we hold the secret.

import type { Secrets } from "../auth/keys/secrets.js";
import { mac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { queryOf } from "../core/delivery.js";
import { json, memberOf } from "../core/field.js";
import type { Reply } from "../core/outcome.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { challengeMac } from "./shared/challenge-mac.js";
import { senderFactory } from "./shared/factory.js";
import { checkChallenge, okJson } from "./shared/handshakes.js";
import { memberNamed, namedRows } from "./shared/named-rows.js";
import type { SecretSender } from "./shared/options.js";

/** How the answer to a challenge is written. */
interface Answer {
  readonly parameter: string;
  readonly encoding: "hex" | "base64";
  readonly reply: (challenge: string, mac: string) => Reply;
}

/** A GET with a challenge, unsigned; the answer shows that we hold the secret, and says nothing else. */
function challengeByGet(factory: string, secret: Secrets, { parameter, encoding, reply }: Answer): Handshake {
  const answerWith = challengeMac(factory, secret);
  return {
    name: parameter,
    methods: ["GET"],
    isUnsigned: true,
    answer(delivery) {
      const values = new URLSearchParams(queryOf(delivery.url) ?? "").getAll(parameter);
      if (values.length === 0) return undefined;
      const challenge = checkChallenge(values.length === 1 ? values[0] : undefined);
      if (typeof challenge !== "string") return challenge;
      return answerWith(delivery, challenge, encoding, (mac) => reply(challenge, mac));
    },
  };
}

/** `tweet_create_events`, `direct_message_events`, …: the member that holds them; `data` of filtered streams. */
const X_KIND = /^(?:data|[a-z][a-z_]{0,63}_events?)$/;
const xRow = namedRows((type) => ({ type }));

/** X's (Twitter's) account activity. Types are the member that holds the events: `tweet_create_events`. */
export const x: SecretSender = senderFactory({
  factory: "x",
  name: "x",
  title: "X (Twitter)",
  credential: "the app's consumer secret (API key secret). Used as text.",
  proof: "`x-twitter-webhooks-signature: sha256=<base64>`, HMAC-SHA256 over the body.",
  exampleType: "tweet_create_events",
  events:
    "type the name of the member that holds the events (`tweet_create_events`, `direct_message_events`), `data` of filtered streams; no id, so there is no dedupe.",
  retries: "Unknown; an hour is assumed.",
  notes: [
    '`GET ?crc_token=…`, every hour, hears `{ "response_token": "sha256=<base64>" }`, the token\'s HMAC with the secret; of several secrets the first. Mount with `app.use`, so that GET arrives.',
    "One delivery is one event here, with all that is in its arrays. `for_user_id` says whose it is.",
  ],
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: twitter"],
  unconfirmed: ["names of the members", "whether it retries", "the time limit: 10 s is assumed"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-twitter-webhooks-signature", encoding: "base64", prefix: "sha256=" } }),
    event(_delivery, payload) {
      const kind = memberNamed(payload, (name) => X_KIND.test(name));
      return kind === undefined ? undefined : xRow(kind);
    },
    handshakes: [
      challengeByGet("x", secret, {
        parameter: "crc_token",
        encoding: "base64",
        reply: (_token, made) => okJson({ response_token: `sha256=${made}` }),
      }),
    ],
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

const LINKEDIN_EVENT: EventRow = { type: json("type") };
const linkedinRow = namedRows((type) => ({ each: "notifications", id: json("notificationId"), type }));

/** LinkedIn's webhooks. Types are `ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS`, `LEAD_ACTION`, … */
export const linkedin: SecretSender = senderFactory({
  factory: "linkedin",
  name: "linkedin",
  title: "LinkedIn",
  credential: "Developer portal → the app → Auth → Client Secret. Used as text.",
  proof: "`X-LI-Signature: <hex>`, HMAC-SHA256 over `hmacsha256=<body>`: the prefix is signed.",
  exampleType: "ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS",
  events:
    "type `type` of the body. Where the body has `notifications`, each of them is one event, with `notificationId` as id; others have none.",
  retries: "Every 5 min for up to 8 hours.",
  notes: [
    "`GET ?challengeCode=…`, every 2 hours, hears `{ challengeCode, challengeResponse }`, the code's HMAC with the secret, hex; of several secrets the first. Three failures in a row block the URL. Mount with `app.use`, so that GET arrives.",
    "Parent and child apps: `applicationId` in the query names the app whose secret is asked for, so give a function as `secret` there.",
  ],
  sources: [
    "https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: linkedin",
  ],
  unconfirmed: ["`notifications` and `notificationId` of the body", "the schedule", "the time limit: 3 s is assumed"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signed: "hmacsha256={body}", signature: { header: "x-li-signature", encoding: "hex" } }),
    event(_delivery, payload) {
      const type = memberOf(payload, "type");
      if (!Array.isArray(memberOf(payload, "notifications")) || typeof type !== "string") return LINKEDIN_EVENT;
      return linkedinRow(type);
    },
    handshakes: [
      challengeByGet("linkedin", secret, {
        parameter: "challengeCode",
        encoding: "hex",
        reply: (challengeCode, challengeResponse) => okJson({ challengeCode, challengeResponse }),
      }),
    ],
    reply: { timeLimitSeconds: 3, retryHorizonSeconds: 8 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** What every TikTok event is at least. */
export interface TiktokEnvelope {
  event: string;
  create_time: number;
  user_openid: string;
}

/** TikTok for Developers' webhooks. Types are `video.upload.failed`, `authorization.removed`, … */
export const tiktok: SecretSender<TiktokEnvelope> = senderFactory({
  factory: "tiktok",
  name: "tiktok",
  title: "TikTok",
  credential: "Developer portal → the app → Client secret. Used as text.",
  proof: "`TikTok-Signature: t=<unix seconds>,s=<hex>`, HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "authorization.removed",
  retries: "With backoff, for up to 72 hours.",
  notes: ["There is no id, so nothing is deduped.", "`content` of the body is JSON in a text."],
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: tiktok"],
  unconfirmed: [
    "that there is no id",
    "`event` and `create_time` of the body",
    "72 hours",
    "the time limit: 15 s is assumed",
  ],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "tiktok-signature", encoding: "hex", form: { pairs: "s" } },
    }),
    event: { type: json("event"), timestamp: json("create_time", "unix-seconds") },
    reply: { retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
