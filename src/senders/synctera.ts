// Verifies Synctera's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Synctera's webhooks. Types are `ACCOUNT.UPDATED`, `TRANSACTION.CREATED`, … */
export const synctera: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "synctera",
  name: "synctera",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: header("request-timestamp", "unix-seconds"),
      signature: { header: "synctera-signature", encoding: "hex", form: { list: "", separator: "." } },
    }),
    event: { id: json("id"), type: json("type"), timestamp: json("event_time", "rfc3339") },
    reply: {
      successStatuses: [200],
      timeLimitSeconds: 5,
      retryHorizonSeconds: 56 * 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
