// Verifies PayPro Global's deliveries and locates their events.
import { anyOf } from "../auth/combine.js";
import { digest } from "../auth/schemes/digest.js";
import { form } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** The values stand side by side: each has letters where its neighbours have digits, so none can reach into another. */
const PATTERNS = {
  "form:ORDER_ID": /\d+/,
  "form:ORDER_STATUS": /[A-Za-z][A-Za-z ]*/,
  "form:TEST_MODE": /\d+|[Tt]rue|[Ff]alse/,
  "form:IPN_TYPE_NAME": /[A-Za-z]\w*/,
};
/** Behind an amount with cents an address may begin as it likes; behind any other not with what could be more of the amount. */
const CENTS: readonly [amount: RegExp, email: RegExp] = [/-?\d+\.\d{2}/, /.*/s];
const PLAIN: readonly [amount: RegExp, email: RegExp] = [/-?\d+(?:[.,]\d+)?/, /(?:[^\d.,].*)?/s];

/** PayPro Global's notifications (IPN). Types are `IPN_TYPE_NAME`: `OrderCharged`, `SubscriptionChargeSucceed`. */
export const paypro: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "paypro",
  name: "paypro",
  options: ["secret"],
  define: ({ secret }) => {
    const hashed = (encoding: "hex" | "HEX", [amount, email]: readonly [RegExp, RegExp]) =>
      digest({
        secret,
        signed:
          "{form:ORDER_ID}{form:ORDER_STATUS}{form:ORDER_TOTAL_AMOUNT}{form:CUSTOMER_EMAIL?}{secret}{form:TEST_MODE}{form:IPN_TYPE_NAME}",
        patterns: { ...PATTERNS, "form:ORDER_TOTAL_AMOUNT": amount, "form:CUSTOMER_EMAIL": email },
        signature: { at: form("SIGNATURE"), encoding },
      });
    return {
      auth: anyOf(hashed("hex", CENTS), hashed("HEX", CENTS), hashed("hex", PLAIN), hashed("HEX", PLAIN)),
      body: { "application/x-www-form-urlencoded": "form" },
      event: { type: form("IPN_TYPE_NAME") },
      reply: { successStatuses: [200], retryHorizonSeconds: 3 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
