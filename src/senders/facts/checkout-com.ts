// Checkout.com: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const checkoutCom: SenderFacts = {
  title: "Checkout.com",
  credential: "Dashboard → Developers → Webhooks → the workflow's Signature Key. Used as text.",
  proof: "`Cko-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "payment_approved",
  retries: "Eight more times, over about 28 hours.",
  notes: ["The `Authorization` header that can be set beside the signature key is not looked at."],
  oracle: { kind: "documentation", source: "https://www.checkout.com/docs/workflows/set-up-your-webhook-receiver" },
  sources: [
    "https://www.checkout.com/docs/workflows/set-up-your-webhook-receiver",
    "the shape table of the sender list, from vendor documentation at second hand",
    "checkout.com/docs/workflows/set-up-your-webhook-receiver: `Cko-Signature`, hex",
  ],
  unconfirmed: ["the time limit of 10 s and the retries", "that `id` stays the same over attempts"],
};
