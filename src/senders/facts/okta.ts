// Okta event hooks: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const okta: SenderFacts = {
  title: "Okta event hooks",
  credential: "Workflow → Event Hooks → the hook → Authentication secret, with `authorization` as its field.",
  proof: "`Authorization: <the secret, as it is>`. Nothing is signed.",
  exampleType: "user.lifecycle.create",
  retries: "Once, where no answer or a 5xx came; never after a 4xx.",
  notes: ["A batch: `data.events[]`, each with its `uuid`.", "A static secret binds nothing of what was sent."],
  oracle: { kind: "documentation", source: "https://developer.okta.com/docs/guides/event-hook-implementation/" },
  sources: [
    "okta/okta-developer-docs, concepts/event-hooks",
    "https://developer.okta.com/docs/guides/event-hook-implementation/",
  ],
};
