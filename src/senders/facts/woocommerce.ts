// WooCommerce: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const woocommerce: SenderFacts = {
  title: "WooCommerce",
  credential: "WooCommerce → Settings → Advanced → Webhooks → the webhook → Secret. Used as text.",
  proof: "`X-WC-Webhook-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "order.created",
  retries: "Not automatically; more than five failures in a row disable the webhook.",
  notes: [
    "Topic and delivery id are headers, and the signature covers neither. The delivery's id is made of the webhook's number and the second, so the object's `id` (of custom topics `arg`) belongs to it.",
    "The ping that comes when a webhook is saved is an unsigned form with its number; it is answered, and nothing of it is kept.",
  ],
  oracle: { kind: "library", source: "@hookflo/tern" },
  sources: [
    "https://developer.woocommerce.com/docs/webhooks/",
    "github.com/woocommerce/woocommerce@00e1bc4da7, includes/class-wc-webhook.php: 60 s, the delivery's id, when it is disabled",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: woocommerce",
  ],
};
