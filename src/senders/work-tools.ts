// Trello, Favro, Front, Ashby, Nylas: boards, shared inboxes, calendars.

import type { Secrets } from "../auth/keys/secrets.js";
import { mac } from "../auth/schemes/hmac.js";
import { header, json, memberOf } from "../core/field.js";
import { parseJson } from "../lib/json.js";
import type { Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { checkChallenge, echoQuery, HEAD_PROBE, okJson, okText } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

/** Trello's webhooks. Types are actions: `createCard`, `commentCard`. */
export const trello: SecretSender = senderFactory({
  factory: "trello",
  name: "trello",
  title: "Trello",
  credential: "trello.com/power-ups/admin → your Power-Up → API key → Secret (the OAuth 1.0 secret). Used as text.",
  proof:
    "`X-Trello-Webhook: <base64, 28 chars>`: HMAC-SHA1 over `<body><callbackURL>`, the URL exactly as it was registered.",
  exampleType: "createCard",
  retries: "Three times, after 30, 60 and 120 seconds.",
  notes: ["A 410 would delete the webhook. It is disabled after some 30 days of failures."],
  sources: [
    "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: trello",
  ],
  unconfirmed: ["that `action.id` stays the same over retries", "that 410 deletes the webhook", "time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      algorithm: "sha1",
      signed: "{body}{url}",
      signature: { header: "x-trello-webhook", encoding: "base64" },
    }),
    event: { id: json("action.id"), type: json("action.type"), timestamp: json("action.date", "rfc3339") },
    handshakes: [HEAD_PROBE],
    reply: { retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [410] },
  }),
});

/** Favro's webhooks. Types are actions: `created`, `moved`, `ping`. */
export const favro: SecretSender = senderFactory({
  factory: "favro",
  name: "favro",
  title: "Favro",
  credential: "The secret that you gave when you created the webhook. Used as text.",
  proof: "`X-Favro-Webhook: <base64, 28 chars>`: HMAC-SHA1 over `<payloadId of the body><URL as registered>`.",
  exampleType: "created",
  retries: "Not documented.",
  notes: [
    "Only `payloadId` and the URL are signed: whoever has seen one delivery can send another body under the same id, which is then a duplicate.",
    "What was created or moved (a card, a comment) is told by the object in the body. A `ping` comes when the webhook is made.",
  ],
  sources: [
    "https://favro.com/developer/#webhook-signatures",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: favro",
  ],
  unconfirmed: ["retries and time limit", "that `payloadId` stays the same over retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      algorithm: "sha1",
      signed: "{json:payloadId}{url}",
      signature: { header: "x-favro-webhook", encoding: "base64" },
    }),
    event: { id: json("payloadId"), type: json("action") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Signed like every delivery; the challenge is a header. */
const FRONT_CHALLENGE: Handshake = {
  name: "challenge",
  methods: ["POST"],
  isUnsigned: false,
  answer({ headers }) {
    const value = headers.get("x-front-challenge");
    if (value === undefined) return undefined;
    const challenge = checkChallenge(value);
    return typeof challenge === "string" ? okText(challenge) : challenge;
  },
};

/** Front's application webhooks. Types are `inbound_received`, `outbound`, `assign`, as the app is told them. */
export const front: SecretSender = senderFactory({
  factory: "front",
  name: "front",
  title: "Front",
  credential: "Settings → Developers → your app → Basic information → App secret (signing key). Used as text.",
  proof:
    "`X-Front-Signature: <base64, 44 chars>`: HMAC-SHA256 over `<X-Front-Request-Timestamp>:<body>`; the time is in Unix milliseconds.",
  exampleType: "inbound_received",
  retries: "Up to three times after 408, 429, 500 or no answer; then the webhook is disabled.",
  notes: [
    "When the webhook is saved, Front sends `X-Front-Challenge`, signed; it is repeated as text.",
    "Rule webhooks are another thing (HMAC-SHA1 over the body) and are refused.",
  ],
  sources: [
    "https://dev.frontapp.com/docs/application-webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: frontapp",
  ],
  unconfirmed: ["that `payload.id` names the event", "time limit beyond the challenge's 10 s"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}:{body}",
      timestamp: header("x-front-request-timestamp", "unix-milliseconds"),
      signature: { header: "x-front-signature", encoding: "base64" },
    }),
    event: (_delivery, payload) =>
      memberOf(payload, "payload.id") === undefined
        ? { type: json("type") }
        : { id: json("payload.id"), type: json("type") },
    handshakes: [FRONT_CHALLENGE],
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Ashby's webhooks. Types are `applicationSubmit`, `candidateHire`, `ping`. */
export const ashby: SecretSender = senderFactory({
  factory: "ashby",
  name: "ashby",
  title: "Ashby",
  credential:
    "Admin → Integrations → Webhooks → the webhook → Secret token. Used as text. Without one, nothing is signed.",
  proof: "`Ashby-Signature: sha256=<lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "applicationSubmit",
  retries: "Ten attempts at most within 3 hours, pauses doubling from 10 s; 401, 403, 404, 405 and 410 end them.",
  notes: [
    "A `ping` comes when the webhook is made or changed; a status of 400 or more disables the webhook.",
    'Events have no id, so they are not deduped; `dedupe: { replay: "suppress" }` refuses equal bodies.',
  ],
  sources: [
    "https://developers.ashbyhq.com/docs/authenticating-webhooks",
    "https://developers.ashbyhq.com/docs/retries",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: ashby",
  ],
  unconfirmed: ["time limit", "that there is no id"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "ashby-signature", encoding: "hex", prefix: "sha256=" } }),
    event: { type: json("action") },
    reply: { retryHorizonSeconds: 6 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Nylas' webhooks, version 3. Types are `message.created`, `grant.expired`. */
export const nylas: SecretSender = senderFactory({
  factory: "nylas",
  name: "nylas",
  title: "Nylas",
  credential:
    "The `webhook_secret` that the API answers when the webhook is made or its secret is rotated. Used as text.",
  proof: "`X-Nylas-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "message.created",
  retries: "Twice after 408, 429, 502, 503, 504 or 507, within 20 minutes.",
  notes: [
    "Other statuses, 500 among them, are not retried: throw `RetryLater` (503) where it should come again.",
    "Compressed notifications must stay switched off: a body with a Content-Encoding is refused (415).",
  ],
  sources: [
    "https://developer.nylas.com/docs/v3/notifications/webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: nylas",
  ],
  unconfirmed: ["that `id` stays the same over the attempts"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-nylas-signature", encoding: "hex" } }),
    event: { id: json("id"), type: json("type"), attempt: json("webhook_delivery_attempt") },
    handshakes: [echoQuery("challenge")],
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** The proof has held: Smartcar wants the challenge's own MAC, hex, made with the same token. */
const SMARTCAR = { header: "sc-signature", encoding: "hex" } as const;
const VERIFY_URL = "https://localhost/";

/** The token that VERIFY was signed with; of a function the one that it finds. */
function keyOf(secret: Secrets, keyIndex = 0): string | undefined {
  if (typeof secret === "function") return undefined;
  return typeof secret === "object" ? secret[keyIndex] : secret;
}

/** Smartcar's webhooks. Types are `VEHICLE_STATE`, `VEHICLE_ERROR`. */
export const smartcar: SecretSender = senderFactory({
  factory: "smartcar",
  name: "smartcar",
  title: "Smartcar",
  credential: "Dashboard → Configuration → Application Management Token. Used as text. A function must answer at once.",
  proof: "`SC-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "VEHICLE_STATE",
  retries: "With growing pauses after anything but a 2xx within 15 seconds.",
  notes: [
    '`VERIFY`, signed, is answered by itself with `{"challenge": <hex HMAC of the challenge>}`.',
    "`meta.deliveryId` changes with each attempt; `eventId` stays.",
  ],
  sources: [
    "https://smartcar.com/docs/integrations/webhooks/payload-verification",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: smartcar",
  ],
  unconfirmed: ["how long it retries"],
  options: ["secret"],
  define: ({ secret }) => {
    const auth = mac({ secret, signature: SMARTCAR });
    const verify: Handshake = {
      name: "VERIFY",
      methods: ["POST"],
      isUnsigned: false,
      answer({ headers, body }, proof) {
        if (!body.includes('"VERIFY"')) return undefined;
        const parsed = parseJson(body);
        if (!parsed.ok || memberOf(parsed.value, "eventType") !== "VERIFY") return undefined;
        const challenge = checkChallenge(memberOf(parsed.value, "data.challenge"));
        if (typeof challenge !== "string") return challenge;
        const signed = auth.sign?.(
          {
            method: "POST",
            url: VERIFY_URL,
            headers: headers.toObject(new Set([SMARTCAR.header])) as Record<string, string>,
            body: Buffer.from(challenge, "utf8"),
            timestampMs: 0,
          },
          keyOf(secret, proof?.keyIndex),
        );
        if (signed === undefined || !("headers" in signed)) {
          return {
            name: "misconfigured",
            hint: "the secret function must answer at once, for VERIFY is answered with it",
          };
        }
        return okJson({ challenge: signed.headers[SMARTCAR.header] });
      },
    };
    return {
      auth,
      event: { id: json("eventId"), type: json("eventType") },
      handshakes: [verify],
      reply: { timeLimitSeconds: 15, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
