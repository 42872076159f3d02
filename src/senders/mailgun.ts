// Mailgun: the signature is in the body, JSON of webhooks or form of routes, and signs nothing but a time and a token.

import type { Secrets } from "../auth/keys/secrets.js";
import { mac } from "../auth/schemes/hmac.js";
import type { Auth } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import { form, json, literal } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const FORM_TYPE = "application/x-www-form-urlencoded";
const WEBHOOK: EventRow = {
  id: json("event-data.id"),
  type: json("event-data.event"),
};
/** Mail that a route posts. Its Message-Id is the stranger's who wrote it; the token is Mailgun's, and signed. */
const ROUTE: EventRow = { id: form("token"), type: literal("inbound") };

function isForm({ headers }: Pick<Delivery, "headers">): boolean {
  return (headers.get("content-type") ?? "").toLowerCase().startsWith(FORM_TYPE);
}

/** One description for each body. The body that is parsed later is the one whose proof is asked. */
function mailgunAuth(secret: Secrets): Auth {
  const inJson = mac({
    secret,
    signed: "{json:signature.timestamp}{json:signature.token}",
    timestamp: json("signature.timestamp", "unix-seconds"),
    signature: { at: json("signature.signature"), encoding: "hex" },
  });
  const inForm = mac({
    secret,
    signed: "{form:timestamp}{form:token}",
    timestamp: form("timestamp", "unix-seconds"),
    signature: { at: form("signature"), encoding: "hex" },
  });
  return {
    ...inJson,
    verify: (delivery, context) => (isForm(delivery) ? inForm : inJson).verify(delivery, context),
    sign(request, key) {
      const isFormed = (request.headers["content-type"] ?? "").startsWith(FORM_TYPE);
      const signed = (isFormed ? inForm : inJson).sign?.(isFormed ? request : withToken(request.body, request), key);
      return signed ?? request;
    },
  };
}

/** Mailgun makes a new token for each delivery; for tests the time will do. */
function withToken(body: Uint8Array, request: Parameters<NonNullable<Auth["sign"]>>[0]): typeof request {
  const payload = JSON.parse(Buffer.from(body).toString("utf8")) as Record<string, unknown>;
  const signature = { token: `token-${request.timestampMs}`, ...(payload.signature as object | undefined) };
  return { ...request, body: Buffer.from(JSON.stringify({ ...payload, signature }), "utf8") };
}

/** Mailgun's webhooks and routes. Types are `delivered`, `failed`, `opened`; mail that a route posts is `inbound`. */
export const mailgun: SecretSender = senderFactory({
  factory: "mailgun",
  name: "mailgun",
  title: "Mailgun",
  credential: "Send → Sending → Webhooks → HTTP webhook signing key. Used as text.",
  proof:
    "`signature: { timestamp, token, signature }` in the body (of routes: form fields of these names): hex HMAC-SHA256 over `<timestamp><token>`, nothing between; the time is in Unix seconds.",
  exampleType: "delivered",
  events: "webhooks: id `event-data.id`, type `event-data.event`. Routes: id `token`, type `inbound`.",
  retries: "After 5, 10 and 15 minutes, 1, 2 and 4 hours; 406 stops it. Notices of delivery do not come again.",
  notes: [
    "Only a time and a token are signed: whoever has seen one delivery can send another body with them for five minutes. Ask the Events API where that matters.",
    "A sub-account's `parent-signature` is not read. Routes must post forms: mail with attachments comes as multipart, which is refused.",
  ],
  sources: [
    "mailgun/mailgun-php @5024827b4b",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: mailgun",
    "documentation.mailgun.com, webhook retries",
  ],
  unconfirmed: ["that a retry has a new time and token", "time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mailgunAuth(secret),
    body: { "application/json": "json", [FORM_TYPE]: "form" },
    event: (delivery) => (isForm(delivery) ? ROUTE : WEBHOOK),
    reply: {
      successStatuses: [200],
      stopStatus: 406,
      retryHorizonSeconds: 9 * 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
      maxBodyBytes: 26_214_400,
    },
  }),
});
