// Verifies Mailgun's deliveries and locates their events.
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
  id: /* @__PURE__ */ json("event-data.id"),
  type: /* @__PURE__ */ json("event-data.event"),
};
/** Mail that a route posts. Its Message-Id is the stranger's who wrote it; the token is Mailgun's, and signed. */
const ROUTE: EventRow = { id: /* @__PURE__ */ form("token"), type: /* @__PURE__ */ literal("inbound") };

function isForm({ headers }: Pick<Delivery, "headers">): boolean {
  return (headers.get("content-type") ?? "").toLowerCase().startsWith(FORM_TYPE);
}

/** One description for each body. The body that is parsed later is the one whose proof is asked. */
function mailgunAuth(secret: Secrets): Auth {
  const inJson = mac({
    secret,
    signed: "{json:signature.timestamp}{json:signature.token}",
    patterns: { "json:signature.timestamp": /\d{10}/ },
    timestamp: json("signature.timestamp", "unix-seconds"),
    signature: { at: json("signature.signature"), encoding: "hex" },
  });
  const inForm = mac({
    secret,
    signed: "{form:timestamp}{form:token}",
    patterns: { "form:timestamp": /\d{10}/ },
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
export const mailgun: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "mailgun",
  name: "mailgun",
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
