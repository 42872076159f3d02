// CloudSignal (Cloudprinter.com): where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const cloudsignal: SenderFacts = {
  title: "CloudSignal (Cloudprinter.com)",
  credential: "The endpoint's Webhook API key, which is not the account's.",
  proof: "`apikey` in the body, as it is. Nothing is signed.",
  exampleType: "ItemShipped",
  retries: "Up to 100 times within seven days, after anything but 200 and 204.",
  notes: ["The key is taken out of payload and body once it has proven the delivery."],
  oracle: { kind: "documentation", source: "https://docs.cloudprinter.com/client/cloudsignal-webhooks-v2-0" },
  sources: [
    "https://docs.cloudprinter.com/client/cloudsignal-webhooks-v2-0",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: cloudsignal",
  ],
  unconfirmed: ["the id, which is built from type, order, item (where there is one) and time", "time limit"],
};
