// Verifies PayPro Global's deliveries and locates their events.
import { anyOf } from "../auth/combine.js";
import { PrivateFields } from "../auth/request/unverified-fields.js";
import { digest } from "../auth/schemes/digest.js";
import { refuse } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import { form } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** The values stand side by side: each has letters where its neighbours have digits, so none can reach into another. */
const PATTERNS = {
  "form:ORDER_ID": /\d+/,
  "form:ORDER_STATUS": /[A-Za-z][A-Za-z ]*/,
  "form:ORDER_TOTAL_AMOUNT": /-?\d+(?:[.,]\d{1,2})?/,
  "form:TEST_MODE": /\d+|[Tt]rue|[Ff]alse/,
  "form:IPN_TYPE_NAME": /[A-Za-z]\w*/,
};
const AMBIGUOUS = /* @__PURE__ */ refuse(
  "bad_credentials",
  "CUSTOMER_EMAIL begins with what could be more of ORDER_TOTAL_AMOUNT, so the signature could fit another amount",
);

/** Behind an amount with two decimals an address may begin as it likes; behind any other not with what could be more of it. */
function isAmbiguous(delivery: Delivery): boolean {
  const fields = new PrivateFields(delivery);
  const amount = fields.read("form", "ORDER_TOTAL_AMOUNT");
  const email = fields.read("form", "CUSTOMER_EMAIL");
  return (
    typeof amount === "string" && typeof email === "string" && !/\d[.,]\d\d$/.test(amount) && /^[\d.,]/.test(email)
  );
}

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
        patterns: PATTERNS,
        signature: { at: form("SIGNATURE"), encoding },
      });
    const auth = anyOf(hashed("hex"), hashed("HEX"));
    return {
      auth: {
        ...auth,
        verify: (delivery, context) => (isAmbiguous(delivery) ? AMBIGUOUS : auth.verify(delivery, context)),
      },
      body: { "application/x-www-form-urlencoded": "form" },
      event: { type: form("IPN_TYPE_NAME") },
      reply: { successStatuses: [200], retryHorizonSeconds: 3 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
