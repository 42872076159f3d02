// WebSub: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const websub: SenderFacts = {
  title: "WebSub",
  credential:
    "you choose it: `hub.secret` of the subscription, under 200 bytes. Used as text. Without one, nothing is signed.",
  proof: "`X-Hub-Signature: sha256=<hex>`, or `sha1`, `sha384`, `sha512`, by the hub's choice: HMAC over the body.",
  exampleType: "content",
  retries: "By the hub's own policy, until the lease ends: renew it before.",
  notes: [
    '`hub.mode=subscribe` for a topic among `topics` gets the challenge, any other 404; `unsubscribe` the other way round, so that no stranger ends a subscription; `denied` gets 200. With `"*"` everything is confirmed. Mount with `app.use`, so that GET arrives.',
    "The payload is JSON, text (Atom, RSS and other XML) or bytes, by its media type. The `Link` header names the topic, and is not signed.",
    "The specification allows hubs to sign with SHA-1; HMAC with it is still sound.",
  ],
  oracle: { kind: "documentation", source: "https://www.w3.org/TR/websub/" },
  sources: ["https://www.w3.org/TR/websub/", "github.com/w3c/websub, index.html, sections 5.3, 7, 7.1"],
  unconfirmed: ["how long hubs wait and retry: 15 s and four days are assumed"],
};
