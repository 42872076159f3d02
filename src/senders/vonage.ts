// Verifies Vonage's deliveries and locates their events.
import { jwt } from "../auth/jwt/jwt.js";
import { dotted, dottedAll, header, json, literal } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const VONAGE_MESSAGE: EventRow = {
  id: /* @__PURE__ */ dottedAll(/* @__PURE__ */ json("message_uuid"), /* @__PURE__ */ json("status")),
  type: /* @__PURE__ */ dotted(/* @__PURE__ */ literal("message"), /* @__PURE__ */ json("status")),
  timestamp: /* @__PURE__ */ json("timestamp", "rfc3339"),
};

const VONAGE_INBOUND: EventRow = {
  id: /* @__PURE__ */ json("message_uuid"),
  type: /* @__PURE__ */ literal("message.inbound"),
  timestamp: /* @__PURE__ */ json("timestamp", "rfc3339"),
};

const VONAGE_CALL: EventRow = {
  id: /* @__PURE__ */ dottedAll(
    /* @__PURE__ */ json("uuid"),
    /* @__PURE__ */ json("status"),
    /* @__PURE__ */ json("timestamp"),
  ),
  type: /* @__PURE__ */ dotted(/* @__PURE__ */ literal("call"), /* @__PURE__ */ json("status")),
  timestamp: /* @__PURE__ */ json("timestamp", "rfc3339"),
};

const VONAGE_OTHER: EventRow = { type: /* @__PURE__ */ literal("webhook") };

function vonageRow(payload: unknown): EventRow {
  const has = (name: string) => memberOf(payload, name) !== undefined;
  if (has("message_uuid")) return has("status") ? VONAGE_MESSAGE : VONAGE_INBOUND;
  return has("uuid") && has("status") && has("timestamp") ? VONAGE_CALL : VONAGE_OTHER;
}

/** Vonage's signed webhooks (Messages, Voice). Types are `message.inbound`, `message.delivered`, `call.answered`. */
export const vonage: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "vonage",
  name: "vonage",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: jwt({
      secret,
      at: header("authorization"),
      prefix: "Bearer ",
      lacks: {
        issuer: "the secret is of one account alone, and the token binds the body by its hash",
        audience: "Vonage's tokens name an api_key or application_id instead, and bind the body by its hash",
        expiry: "Vonage's tokens have none: the signed time decides",
      },
      algorithms: ["HS256"],
      signedAt: { claim: "iat", format: "unix-seconds" },
      bodyHash: { claim: "payload_hash" },
    }),
    event: (_delivery, payload) => vonageRow(payload),
    reply: { retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
