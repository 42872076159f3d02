// Shopify: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const shopify: SenderFacts = {
  title: "Shopify",
  credential:
    "the app's client secret (Partner Dashboard → the app → Client credentials). For webhooks made in a shop's admin, the secret shown below the list there. Used as text.",
  proof: "`X-Shopify-Hmac-Sha256: <base64>`, or `Shopify-Hmac-Sha256` of the newer kind: HMAC-SHA256 over the body.",
  exampleType: "orders/create",
  events:
    'type: `X-Shopify-Topic` (not signed), `orders/create`. Id: topic and `X-Shopify-Event-Id` (not signed), joined by a dot. That header names the cause, and one cause may fire several topics; two subscriptions to one topic then are one event. Deliveries without it are deduped by `X-Shopify-Webhook-Id` (not signed). The newer "Events" (developer preview) come under `Shopify-*` names: type `Product.create`, topic and action of the signed body; id `Shopify-Webhook-Id` (not signed).',
  retries: "8 times over 4 hours; a subscription made by the Admin API is then removed.",
  notes: [
    "**Not signed: topic, shop, ids and time**, all of them headers. Whoever saw a delivery could send its body again under another topic or as another shop. Take the shop from the payload where it has one; a schema per topic catches most changed topics.",
    'The same body under another id is reported as `replay_suspected`, or refused with `dedupe: { replay: "suppress" }`.',
    "Webhooks in XML (`format: xml` of the REST API) are passed on as text.",
    "Headers of both sets of names at once are refused.",
    "That an event id stays the same over retries is Shopify's [advice](https://shopify.dev/docs/apps/build/webhooks/ignore-duplicates); whether topics share one or not, the id is safe either way.",
  ],
  oracle: {
    kind: "vector",
    source:
      "github.com/Shopify/shopify-app-js@ef2043d4a8 packages/apps/shopify-api/lib/webhooks/__tests__/validate.test.ts",
  },
  sources: [
    "github.com/Shopify/shopify-app-js@ef2043d4a8, packages/apps/shopify-api",
    'shopify.dev, "Webhooks" and "Events"',
    "community.shopify.com, a word of Shopify's: bodies may have more than a megabyte; 10 MiB are allowed for",
    "shopify.dev/docs/apps/build/webhooks/subscribe/https: 5 seconds in all, 1 to connect; 8 retries over 4 hours",
    "shopify.dev/docs/apps/build/webhooks/ignore-duplicates: `X-Shopify-Event-Id` ties deliveries of one action together",
  ],
};
