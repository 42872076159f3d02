// Verifies Revolut's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Revolut's merchant and business webhooks. Types are the body's `event`: `ORDER_COMPLETED`. */
export const revolut: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "revolut",
  name: "revolut",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "v1.{timestamp}.{body}",
      timestamp: header("revolut-request-timestamp", "unix-milliseconds"),
      signature: { header: "revolut-signature", encoding: "hex", form: { list: "v1=", separator: "," } },
    }),
    event: { type: json("event"), timestamp: json("timestamp", "rfc3339") },
    reply: { retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
