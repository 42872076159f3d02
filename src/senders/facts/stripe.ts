// Stripe: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const stripe: SenderFacts = {
  title: "Stripe",
  credential:
    "the endpoint's `whsec_…` (Workbench → Webhooks → the endpoint), whole: its text is the key, nothing is decoded. Test and live mode, every endpoint, and `stripe listen` have their own.",
  proof:
    "`Stripe-Signature: t=<unix seconds>,v1=<hex>`, `v1` several times while rotating; HMAC-SHA256 over `<t>.<body>`. Other schemes (`v0`) are skipped.",
  exampleType: "invoice.paid",
  events: "id `id`, type `type` and time `created` of the body. A test with the id `evt_00000000000000` has no id.",
  retries:
    "For up to three days in live mode, with backoff; in a sandbox three times over a few hours. By hand also later.",
  notes: [
    "The tolerance holds both ways; Stripe's own library lets future times pass.",
    'Thin events (`object: "v2.core.event"`) come by the same scheme; they have `related_object` instead of `data`, to be fetched with your SDK.',
    "Events may come in any order.",
    "Tests of the Dashboard may all have one id of zeros: they are handled each time, without dedupe.",
    "Types are open by default, with `data.object`. Strict: `stripe<Stripe.Event>({ secret })`.",
  ],
  oracle: { kind: "library", source: "stripe" },
  sources: [
    "github.com/stripe/stripe-node@663942164d, src/Webhooks.ts",
    "Stripe publishes no vector; ours are accepted by its library",
    "docs.stripe.com/webhooks, as quoted in several repositories: three days in live mode, three times over a few hours in a sandbox",
    "the list's member `WEBHOOKS`, as several public projects read it",
  ],
  unconfirmed: ["that `id` stays the same over retries", "the time limit is not published; 15 s is assumed"],
};
