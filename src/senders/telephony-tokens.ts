// MessageBird, Vonage: a JWT in a header, whose claims are hashes of the delivery.
import { jwt } from "../auth/jwt/jwt.js";
import { dotted, dottedAll, header, json, literal, memberOf, query } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const BIRD_TYPE = json("type");
const BIRD_MESSAGE: EventRow = { id: dottedAll(BIRD_TYPE, json("message.id")), type: BIRD_TYPE };
const BIRD_OTHER: EventRow = { type: BIRD_TYPE };
/** A status report of an SMS, by GET: all of it is in the URL, which is signed. */
const BIRD_REPORT: EventRow = {
  id: dottedAll(query("id"), query("status"), query("recipient")),
  type: dotted(literal("status"), query("status")),
};

/** MessageBird's (Bird's) webhooks. Types are `message.created`; of SMS status reports `status.delivered`. */
export const messagebird: SecretSender = senderFactory({
  factory: "messagebird",
  name: "messagebird",
  title: "MessageBird",
  credential: "Dashboard → Developers → API settings → Signing key. Used as text.",
  proof:
    "`MessageBird-Signature-JWT: <JWT, HS256, HS384 or HS512>` with `url_hash` (hex SHA-256 of the URL as registered, query included) and, where there is a body, `payload_hash`; `exp` and `nbf` within 5 seconds.",
  exampleType: "message.created",
  events:
    "type `type` of the body, id of `type` and `message.id` of new messages. By GET: `status.<status>`, id of `id`, `status` and `recipient`.",
  retries: "With growing pauses; not documented how long.",
  sources: ["messagebird/messagebird-nodejs @2d8b7de16c, lib/testdata/webhook-signature-jwt-reference.json"],
  unconfirmed: ["the event's places", "retries and time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: jwt({
      secret,
      at: header("messagebird-signature-jwt"),
      algorithms: ["HS256", "HS384", "HS512"],
      issuer: "MessageBird",
      requireExpiry: true,
      clockToleranceSeconds: 5,
      urlHash: { claim: "url_hash" },
      bodyHash: { claim: "payload_hash", isAbsentWhenEmpty: true },
    }),
    event({ method }, payload) {
      if (method === "GET") return BIRD_REPORT;
      const isNew = memberOf(payload, "type") === "message.created" && memberOf(payload, "message.id") !== undefined;
      return isNew ? BIRD_MESSAGE : BIRD_OTHER;
    },
    reply: { methods: ["POST", "GET"], honoursRetryAfter: false, unsubscribes: [] },
  }),
});

const VONAGE_MESSAGE: EventRow = {
  id: dottedAll(json("message_uuid"), json("status")),
  type: dotted(literal("message"), json("status")),
  timestamp: json("timestamp", "rfc3339"),
};
const VONAGE_INBOUND: EventRow = {
  id: json("message_uuid"),
  type: literal("message.inbound"),
  timestamp: json("timestamp", "rfc3339"),
};
const VONAGE_CALL: EventRow = {
  id: dottedAll(json("uuid"), json("status"), json("timestamp")),
  type: dotted(literal("call"), json("status")),
  timestamp: json("timestamp", "rfc3339"),
};
const VONAGE_OTHER: EventRow = { type: literal("webhook") };

function vonageRow(payload: unknown): EventRow {
  const has = (name: string) => memberOf(payload, name) !== undefined;
  if (has("message_uuid")) return has("status") ? VONAGE_MESSAGE : VONAGE_INBOUND;
  return has("uuid") && has("status") && has("timestamp") ? VONAGE_CALL : VONAGE_OTHER;
}

/** Vonage's signed webhooks (Messages, Voice). Types are `message.inbound`, `message.delivered`, `call.answered`. */
export const vonage: SecretSender = senderFactory({
  factory: "vonage",
  name: "vonage",
  title: "Vonage",
  credential: "Dashboard → API settings → Signature secret. Used as text.",
  proof: "`Authorization: Bearer <JWT, HS256>` with `iat`, and `payload_hash`, the hex SHA-256 of the body.",
  exampleType: "message.inbound",
  events:
    "messages: `message.inbound`, or `message.<status>`, id `message_uuid` and `status`. Calls: `call.<status>`, id of `uuid`, `status` and `timestamp`. Else `webhook`.",
  retries: "After anything but a 2xx, with growing pauses for 24 hours.",
  notes: [
    "Webhooks must come by POST: of a GET the token does not bind the query.",
    "An answer URL of the Voice API wants call instructions: `context.reply`.",
  ],
  sources: ["https://developer.vonage.com/en/getting-started/concepts/webhooks"],
  unconfirmed: ["the whole entry is from general knowledge"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: jwt({
      secret,
      at: header("authorization"),
      prefix: "Bearer ",
      algorithms: ["HS256"],
      signedAt: { claim: "iat", format: "unix-seconds" },
      bodyHash: { claim: "payload_hash" },
    }),
    event: (_delivery, payload) => vonageRow(payload),
    reply: { retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
