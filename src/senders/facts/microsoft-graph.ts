// Microsoft Graph: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const microsoftGraph: SenderFacts = {
  title: "Microsoft Graph",
  credential: "The `clientState` that you gave when you made the subscription: a random text of up to 128 characters.",
  proof: "`clientState` in each notification of the body, as it is. Nothing is signed.",
  exampleType: "updated",
  retries: "After anything but a 2xx within 3 seconds, for up to four hours.",
  notes: [
    "A batch: `value[]`. Notifications have no id, so nothing is deduped. The client state is taken out of payload and body once it has proven the delivery.",
    "`?validationToken=` is answered automatically. Lifecycle notifications may go to the same URL.",
    "Of rich notifications neither the `validationTokens` are checked nor the content is decrypted.",
  ],
  oracle: { kind: "documentation", source: "https://learn.microsoft.com/graph/change-notifications-delivery-webhooks" },
  sources: [
    "https://learn.microsoft.com/graph/change-notifications-delivery-webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: microsoft-graph",
  ],
};
