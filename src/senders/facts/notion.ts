// Notion: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const notion: SenderFacts = {
  title: "Notion",
  credential: "The `verification_token` of the subscription, which Notion posts once. Used as text.",
  proof: "`X-Notion-Signature: sha256=<lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "page.content_updated",
  retries: "Eight times within 24 hours.",
  notes: [
    "The first POST holds the token and is not signed. `await receiver.enrol()` gets it, or an option `enrol(token)`; paste it in the integration's settings. At any other time it is refused.",
    "Events name what changed, not what it is now: ask the API.",
  ],
  oracle: { kind: "library", source: "@notionhq/client" },
  sources: [
    "@notionhq/client 5.26.0",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: notion",
    "developers.notion.com, as quoted in public repositories: eight retries, the last about 24 hours after the event",
  ],
  unconfirmed: ["time limit", "that `id` stays the same over retries"],
};
