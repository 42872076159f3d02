// WooCommerce: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const woocommerce: SenderFacts = {
  title: "WooCommerce",
  credential: "WooCommerce → Settings → Advanced → Webhooks → the webhook → Secret. Used as text.",
  proof: "`X-WC-Webhook-Signature: <base64, 44 chars>`: HMAC-SHA256 over the body.",
  exampleType: "order.created",
  retries: "Not the same delivery; five failures in a row disable the webhook.",
  notes: [
    "Topic and delivery id are headers, and the signature covers neither.",
    "The ping that comes when a webhook is saved is an unsigned form with its number; it is answered, and nothing of it is kept.",
  ],
  sources: [
    "https://developer.woocommerce.com/docs/webhooks/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: woocommerce",
  ],
  unconfirmed: [
    "time limit",
    "that five failures disable it",
    "that the delivery id stays the same when it is sent again",
  ],
};
