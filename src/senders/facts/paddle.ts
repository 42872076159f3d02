// Paddle Billing: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const paddle: SenderFacts = {
  title: "Paddle Billing",
  credential: "Developer Tools → Notifications → the destination → Secret key, `pdl_ntfset_…`. Used whole, as text.",
  proof: "`Paddle-Signature: ts=<unix seconds>;h1=<hex>[;h1=<hex>]`: HMAC-SHA256 over `<ts>:<body>`.",
  exampleType: "transaction.completed",
  retries: "Live 60 times within three days, in a sandbox three times within 15 minutes.",
  notes: [
    "While the secret is rotated, several `h1` come; one that fits is enough.",
    "Dedupe goes by `event_id`, which is signed; `notification_id` names the delivery.",
    "Paddle's own libraries refuse what is older than 5 s: `toleranceSeconds: 5` does the same.",
  ],
  oracle: { kind: "library", source: "@paddle/paddle-node-sdk" },
  sources: [
    "github.com/PaddleHQ/paddle-node-sdk@b8ee4b1274, src/notifications",
    "developer.paddle.com/webhooks/about/respond-to-webhooks: 5 seconds, 60 retries over three days",
  ],
};
