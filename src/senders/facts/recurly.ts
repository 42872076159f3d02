// Recurly: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const recurly: SenderFacts = {
  title: "Recurly",
  credential: "Integrations → Webhooks → the endpoint → secret key. Used as text.",
  proof:
    "`recurly-signature: <unix milliseconds>,<hex>[,<hex>]`, without names: HMAC-SHA256 over `<milliseconds>.<body>`.",
  exampleType: "subscription.created",
  retries: "Ten times, with growing pauses, over about three days.",
  notes: [
    "Only JSON endpoints: choose JSON at the endpoint. XML notifications of older sites are not read.",
    "Whether `id` is the event's or the object's is not documented, so object, event, `id` and `event_time` together are the id; all are signed.",
  ],
  sources: [
    "the shape table of the sender list, from a vendor library",
    "docs.recurly.com, webhook payloads: JSON vs. XML",
    "docs.recurly.com, automatic retries",
  ],
  unconfirmed: ["the members `id` and `event_time`", "the time limit"],
};
