// Praxis Cashier: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const praxis: SenderFacts = {
  title: "Praxis Cashier",
  credential: "The merchant secret. Used as text.",
  proof:
    "`gt-authentication: <lower-case hex, 96 chars>`: SHA-384 over the values of the members that the documentation lists for the kind, in its order, and the merchant secret.",
  exampleType: "approved",
  events:
    "payments: type `transaction.transaction_status` (not signed); id `transaction.tid` and that status. Subscriptions: type `event` (signed), no id, and so no dedupe.",
  notes: [
    "**The status of a payment is not signed**: anyone who replays a rejected one can call it approved. Fetch the transaction before you act upon it.",
    'Praxis wants its reply signed, and gets a signed one: `{"status":0,"description":"Ok","timestamp":…}` with `external-request-signature: <SHA-384 of status, timestamp and the secret that fitted>`, made anew for every delivery but a duplicate, whose answer has no hash. What a handler gives to `context.reply` goes as it is. A guarded route answers by itself: `praxisReply(secret)` makes headers and body.',
    "**Where one value ends and the next begins is not signed**: the values stand side by side. Whoever replays a delivery can move digits between `session.order_id` and `transaction.tid`, or between `transaction.amount` and `transaction.conversion_rate`; members that are missing, or not written as Praxis writes them, are refused.",
    "The hash of an answer is made as the hash of a delivery is. A delivery whose signed values read like an answer is refused, so an answer is no signature. Each replay under another status still gets a new one.",
  ],
  oracle: { kind: "documentation", source: "https://docs.praxis.tech/docs/authentication" },
  sources: [
    "https://docs.praxis.tech/docs/authentication",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: praxis",
  ],
  unconfirmed: [
    "whether `timestamp` is that of the attempt: it is not judged",
    "that a status comes once for a transaction",
    "the time limit and the retries",
  ],
};
