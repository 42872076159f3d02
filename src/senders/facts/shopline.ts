// Shopline: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const shopline: SenderFacts = {
  title: "Shopline",
  credential: "Developer Center → your app → App credentials → App secret. Used as text.",
  proof:
    "`X-Shopline-Hmac-Sha256: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body. Hex, though the documentation shows base64.",
  exampleType: "orders/create",
  retries: "Up to 19 times within 48 hours; then the subscription is removed.",
  notes: ["Topic, shop and ids are headers, and the signature covers none of them."],
  oracle: {
    kind: "documentation",
    source: "https://developer.shopline.com/docs/apps/api-instructions-for-use/generate-and-verify-signatures/",
  },
  sources: [
    "https://developer.shopline.com/docs/apps/api-instructions-for-use/generate-and-verify-signatures/",
    "https://developer.shopline.com/docs/apps/api-instructions-for-use/webhooks/overview/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: shopline",
  ],
};
