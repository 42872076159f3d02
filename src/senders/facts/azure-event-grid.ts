// Azure Event Grid: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const azureEventGrid: SenderFacts = {
  title: "Azure Event Grid",
  credential:
    "A token that you put into the endpoint's URL yourself: `https://example.com/webhooks/grid?token=…`. Or `entra: { tenantId, audience }`: the directory, and the application that guards your endpoint, where the event subscription delivers with Microsoft Entra.",
  proof:
    "`?token=` in the URL; or `Authorization: Bearer <token, RS256>` of your directory, for your application, whose caller (`appid`, or `azp`) is Microsoft.EventGrid. Neither signs anything of what is sent.",
  exampleType: "Microsoft.Storage.BlobCreated",
  events:
    "Event Grid's schema: a batch, an array; id `id`, type `eventType`. CloudEvents: id of `source` and `id`, type `type`.",
  retries:
    "Up to 30 attempts within 24 hours; 400, 401, 403 and 413 are final: the event is dropped, or dead-lettered where that is set up.",
  notes: [
    "Both handshakes are answered by themselves, once the token is right: the validation event, and `OPTIONS` of the CloudEvents schema.",
    "Event Grid hides the query of the URL from its readers, but your own logs may not.",
    "A token of Entra binds nothing of what was sent: anyone who has seen one can send other bodies until it ends.",
  ],
  oracle: { kind: "documentation", source: "https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery" },
  sources: [
    "https://learn.microsoft.com/azure/event-grid/secure-webhook-delivery",
    "https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema",
    "learn.microsoft.com/azure/event-grid/delivery-and-retry: what is not sent again",
    "learn.microsoft.com/azure/event-grid/secure-webhook-delivery: Event Grid's application in Entra",
  ],
  unconfirmed: [
    "30 s time limit",
    "that there are 30 attempts within 24 hours",
    "whether the OPTIONS request of the CloudEvents schema brings Entra's token",
  ],
};
