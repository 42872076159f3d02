// Verifies Retell AI's deliveries and locates their events.
import { mac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { dottedAll, json, memberOf } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const RETELL_CALL: EventRow = {
  id: /* @__PURE__ */ dottedAll(/* @__PURE__ */ json("event"), /* @__PURE__ */ json("call.call_id")),
  type: /* @__PURE__ */ json("event"),
};

const RETELL_OTHER: EventRow = { type: /* @__PURE__ */ json("event") };

/** Retell AI's webhooks. Types are `call_started`, `call_ended`, `call_analyzed`. */
export const retell: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "retell",
  name: "retell",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{body}{timestamp}",
      timestamp: param("v", "unix-milliseconds"),
      signature: { header: "x-retell-signature", encoding: "hex", form: { pairs: "d" } },
    }),
    event: (_delivery, payload) => (memberOf(payload, "call.call_id") === undefined ? RETELL_OTHER : RETELL_CALL),
    reply: {
      timeLimitSeconds: 10,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
      maxBodyBytes: 10_485_760,
    },
  }),
});
