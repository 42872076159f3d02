// Okta, Auth0, Persona: people, and whether they are who they say.
import { mac } from "../auth/schemes/hmac.js";
import { staticToken } from "../auth/schemes/static-token.js";
import { param } from "../auth/signature/signature.js";
import type { CustomFormat } from "../body-formats/format.js";
import { ndjson } from "../body-formats/ndjson.js";
import { header, json, memberOf } from "../core/field.js";
import { parseJson } from "../lib/json.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { checkChallenge, okJson } from "./shared/handshakes.js";
import type { SecretSender, TokenSender } from "./shared/options.js";

/** Once, when the hook is verified. Whether it carries the token is not documented, and nothing of ours is in the answer. */
const OKTA_CHALLENGE: Handshake = {
  name: "verification",
  methods: ["GET"],
  isUnsigned: true,
  answer({ headers }) {
    const value = headers.get("x-okta-verification-challenge");
    if (value === undefined) return undefined;
    const verification = checkChallenge(value);
    return typeof verification === "string" ? okJson({ verification }) : verification;
  },
};

/** Okta's event hooks. Types are `user.lifecycle.create`, `user.session.start`. */
export const okta: TokenSender = senderFactory({
  factory: "okta",
  name: "okta",
  title: "Okta event hooks",
  credential: "Workflow → Event Hooks → the hook → Authentication secret, with `authorization` as its field.",
  proof: "`Authorization: <the secret, as it is>`. Nothing is signed.",
  exampleType: "user.lifecycle.create",
  retries: "Once, where no answer or a 5xx came; never after a 4xx.",
  notes: ["A batch: `data.events[]`, each with its `uuid`.", "A static secret binds nothing of what was sent."],
  sources: [
    "okta/okta-developer-docs, concepts/event-hooks",
    "https://developer.okta.com/docs/guides/event-hook-implementation/",
  ],
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: header("authorization") }),
    event: {
      each: "data.events",
      id: json("uuid"),
      type: json("eventType"),
      timestamp: json("published", "rfc3339"),
    },
    handshakes: [OKTA_CHALLENGE],
    reply: {
      successStatuses: [200, 204],
      timeLimitSeconds: 3,
      retryHorizonSeconds: 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});

/** The stream's setting decides, and the Content-Type does not say: an array, an object, or an object a line. */
const JSON_OR_LINES: CustomFormat = {
  name: "JSON, or JSON lines",
  parse(delivery) {
    const whole = parseJson(delivery.body);
    return whole.ok ? whole : ndjson.parse(delivery);
  },
  encode: (payload) => Buffer.from(JSON.stringify(payload), "utf8"),
};

const AUTH0_LOG: EventRow = { id: json("log_id"), type: json("data.type"), timestamp: json("data.date", "rfc3339") };
const AUTH0_LOGS: EventRow = { ...AUTH0_LOG, each: "" };
/** Event streams, which are CloudEvents. */
const AUTH0_EVENT: EventRow = { id: json("id"), type: json("type"), timestamp: json("time", "rfc3339") };

/** Auth0's log streams and event streams. Types are log codes, `s`, `fp`, or `user.created`. */
export const auth0: TokenSender = senderFactory({
  factory: "auth0",
  name: "auth0",
  title: "Auth0",
  credential: "Monitoring → Streams → the stream → Authorization token.",
  proof: "`Authorization: <the token, as it is>`. Nothing is signed.",
  exampleType: "s",
  events: "log streams: a batch, id `log_id`, type `data.type`. Event streams: id `id`, type `type`.",
  retries: "After anything but a 2xx.",
  notes: [
    "A static token binds nothing of what was sent. Where the stream sends `Bearer` before it, that belongs to the token.",
    "All three content formats are read: JSON Array, JSON Object, JSON Lines.",
  ],
  sources: [
    "https://auth0.com/docs/customize/log-streams/custom-log-streams",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: auth0",
  ],
  unconfirmed: ["retries and time limit", "event streams"],
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: header("authorization") }),
    body: { "application/json": JSON_OR_LINES, "application/*": JSON_OR_LINES, "text/*": JSON_OR_LINES },
    event: (_delivery, payload) => {
      if (Array.isArray(payload)) return AUTH0_LOGS;
      return memberOf(payload, "log_id") === undefined ? AUTH0_EVENT : AUTH0_LOG;
    },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Persona's webhooks. Types are `inquiry.completed`, `verification.passed`. */
export const persona: SecretSender = senderFactory({
  factory: "persona",
  name: "persona",
  title: "Persona",
  credential: "Dashboard → Webhooks → the webhook → Secret (`wbhsec_…`). Used as text, whole.",
  proof:
    "`Persona-Signature: t=<Unix seconds>,v1=<lower-case hex, 64 chars>`: HMAC-SHA256 over `<t>.<body>`. While a secret is rotated, two such pairs with a space between them.",
  exampleType: "inquiry.completed",
  retries: "Up to seven more attempts with growing pauses; by hand for 30 days.",
  notes: ["Order by `data.attributes.created-at`; deliveries may overtake each other."],
  sources: [
    "https://docs.withpersona.com/webhooks-best-practices#checking-signatures",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: persona",
  ],
  unconfirmed: ["whether a retry is signed with a new time"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "persona-signature", encoding: "hex", form: { pairs: "v1", groups: " " } },
    }),
    event: {
      id: json("data.id"),
      type: json("data.attributes.name"),
      timestamp: json("data.attributes.created-at", "rfc3339"),
    },
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 30 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
