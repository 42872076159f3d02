// Verifies PayPro Global's deliveries and locates their events.
import { anyOf } from "../auth/combine.js";
import { digest } from "../auth/schemes/digest.js";
import { form } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** PayPro Global's notifications (IPN). Types are `IPN_TYPE_NAME`: `OrderCharged`, `SubscriptionChargeSucceed`. */
export const paypro: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "paypro",
  name: "paypro",
  options: ["secret"],
  define: ({ secret }) => {
    const hashed = (encoding: "hex" | "HEX") =>
      digest({
        secret,
        signed:
          "{form:ORDER_ID}{form:ORDER_STATUS}{form:ORDER_TOTAL_AMOUNT}{form:CUSTOMER_EMAIL?}{secret}{form:TEST_MODE}{form:IPN_TYPE_NAME}",
        signature: { at: form("SIGNATURE"), encoding },
      });
    return {
      auth: anyOf(hashed("hex"), hashed("HEX")),
      body: { "application/x-www-form-urlencoded": "form" },
      event: { type: form("IPN_TYPE_NAME") },
      reply: { successStatuses: [200], retryHorizonSeconds: 3 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
