// Razorpay: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const razorpay: SenderFacts = {
  title: "Razorpay",
  credential: "Dashboard → Settings → Webhooks → the secret you chose there. Used as text.",
  proof: "`X-Razorpay-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "payment.captured",
  retries: "For 24 hours with growing intervals; then the webhook is disabled. By hand for seven days.",
  notes: [
    "`x-razorpay-event-id` is a header, and the signature does not cover it.",
    "A retry of an old event is signed with the secret of its day: give the old secret too for a day after changing it. A replay by hand is signed with the present one.",
  ],
  oracle: { kind: "library", source: "razorpay" },
  sources: [
    "github.com/razorpay/razorpay-python@b56ac018bf, tests",
    "razorpay.com/docs/webhooks/validate-test",
    "razorpay.com/docs/webhooks/best-practices: 24 hours, then disabled",
    "razorpay.com/docs/webhooks/replay-events: by hand, for seven days",
  ],
  unconfirmed: ["5 s time limit", "that `x-razorpay-event-id` is always sent"],
};
