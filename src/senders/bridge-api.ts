// Verifies Bridge API (bridgeapi.io)'s deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Bridge API's webhooks (bridgeapi.io). Types are `item.refreshed`, `payment.transaction.updated`, … */
export const bridgeApi: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "bridgeApi",
  name: "bridge-api",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signature: { header: "bridgeapi-signature", encoding: "HEX", form: { list: "v1=", separator: "," } },
    }),
    event: { type: json("type") },
    reply: { successStatuses: [200], retryHorizonSeconds: 2 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
