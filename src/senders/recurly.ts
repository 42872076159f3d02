// Verifies Recurly's deliveries and locates their events.
import { mac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { dotted, dottedAll, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Recurly's JSON webhooks. Types are object and event: `subscription.created`. */
export const recurly: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "recurly",
  name: "recurly",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-milliseconds"),
      signature: { header: "recurly-signature", encoding: "hex", form: { list: "", separator: ",", leading: "t" } },
    }),
    event: {
      id: dottedAll(json("object_type"), json("event_type"), json("id"), json("event_time")),
      type: dotted(json("object_type"), json("event_type")),
      timestamp: json("event_time", "rfc3339"),
    },
    reply: { retryHorizonSeconds: 4 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
