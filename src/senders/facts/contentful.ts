// Contentful: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const contentful: SenderFacts = {
  title: "Contentful",
  credential: "Settings → Webhooks → Settings → Request verification secret (64 chars). Used as text.",
  proof:
    "`x-contentful-signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over method, path, the headers that `x-contentful-signed-headers` names, and body, a line each; the time is in Unix milliseconds.",
  exampleType: "ContentManagement.Entry.publish",
  retries: "Twice after 429 and 5xx, some 30 seconds apart.",
  notes: [
    "Times up to 30 seconds old are accepted, as Contentful's own library does.",
    "The path is signed as Contentful called it: a proxy in front must not rewrite it. A body transformation changes what handlers get.",
    "The id is `X-Contentful-Idempotency-Key`; a delivery without it is not deduped. Whether it is signed, `x-contentful-signed-headers` says.",
  ],
  oracle: { kind: "library", source: "@contentful/node-apps-toolkit" },
  sources: [
    "@contentful/node-apps-toolkit 3.16.1, which accepts what this description signs",
    "contentful.com/developers/docs/webhooks, as quoted in public repositories: the key, and two more attempts",
  ],
  unconfirmed: ["30 s time limit", "2 MB as the longest entry"],
};
