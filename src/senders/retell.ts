// Verifies Retell AI's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { dottedAll, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** What happens once in a call or a chat. A transcript is updated, and a transfer tried, again and again under the same id. */
const RETELL_ONCE: ReadonlySet<unknown> = /* @__PURE__ */ new Set([
  "call_started",
  "call_ended",
  "call_analyzed",
  "chat_started",
  "chat_ended",
  "chat_analyzed",
]);
const TYPE = /* @__PURE__ */ json("event");
const RETELL_CALL: EventRow = {
  id: /* @__PURE__ */ dottedAll(TYPE, /* @__PURE__ */ json("call.call_id")),
  type: TYPE,
};
const RETELL_CHAT: EventRow = {
  id: /* @__PURE__ */ dottedAll(TYPE, /* @__PURE__ */ json("chat.chat_id")),
  type: TYPE,
};
const RETELL_OTHER: EventRow = { type: TYPE };

function retellRow(payload: unknown): EventRow {
  if (!RETELL_ONCE.has(memberOf(payload, "event"))) return RETELL_OTHER;
  if (memberOf(payload, "chat.chat_id") !== undefined) return RETELL_CHAT;
  return memberOf(payload, "call.call_id") === undefined ? RETELL_OTHER : RETELL_CALL;
}

/** Retell AI's webhooks. Types are `call_started`, `call_ended`, `call_analyzed`. */
export const retell: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "retell",
  name: "retell",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{body}{timestamp}",
      timestamp: param("v", "unix-milliseconds"),
      signature: { header: "x-retell-signature", encoding: "hex", form: { pairs: "d" } },
    }),
    event: (_delivery, payload) => retellRow(payload),
    reply: {
      timeLimitSeconds: 10,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
      maxBodyBytes: 10_485_760,
    },
  }),
});
