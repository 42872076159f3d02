// Recurly: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const recurly: SenderFacts = {
  title: "Recurly",
  credential: "Integrations → Webhooks → the endpoint → secret key. Used as text.",
  proof:
    "`recurly-signature: <unix milliseconds>,<hex>[,<hex>]`, without names: HMAC-SHA256 over `<milliseconds>.<body>`.",
  exampleType: "subscription.created",
  events:
    "type of `object_type` and `event_type`. Id: the header `recurly-notification-id` (not signed); without it `object_type`, `event_type`, `id` and `event_time` together (signed).",
  retries: "Ten times, with growing pauses, over about three days.",
  notes: [
    "Only JSON endpoints: choose JSON at the endpoint. XML notifications of older sites are not read.",
    "`recurly-notification-id` is a header, and the signature does not cover it. Notifications without it have object, event, `id` and `event_time` as their id.",
  ],
  oracle: { kind: "documentation", source: "https://docs.recurly.com/recurly-subscriptions/docs/webhooks" },
  sources: [
    "https://docs.recurly.com/recurly-subscriptions/docs/webhooks",
    "the shape table of the sender list, from a vendor library",
    "docs.recurly.com, webhook payloads: JSON vs. XML",
    "docs.recurly.com, automatic retries",
    "docs.recurly.com/recurly-subscriptions/docs/webhooks: `recurly-notification-id` stays the same over retries; 5 seconds",
  ],
  unconfirmed: ["the members `id` and `event_time`"],
};
