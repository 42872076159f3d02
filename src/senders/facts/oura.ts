// Oura: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const oura: SenderFacts = {
  title: "Oura",
  credential:
    "The application's client secret, used as text; and the `verification_token` that you gave when you subscribed.",
  proof: "`x-oura-signature: <UPPER-CASE hex, 64 chars>`: HMAC-SHA256 over `<x-oura-timestamp><body>`.",
  exampleType: "daily_sleep.create",
  retries: "Ten times after a 4xx, a 5xx or no answer; 410 ends the subscription.",
  notes: [
    "The unit of `x-oura-timestamp` is not documented, so it is signed and not judged.",
    "A subscription is confirmed by a GET, which is answered automatically if it repeats the verification token.",
  ],
  oracle: { kind: "documentation", source: "https://cloud.ouraring.com/v2/docs" },
  sources: [
    "https://cloud.ouraring.com/v2/docs",
    "https://cloud.ouraring.com/v2/docs#tag/Webhook-Subscription-Routes",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: oura",
  ],
  unconfirmed: ["the id, which is built from all members of the event", "how far apart the retries are"],
};
