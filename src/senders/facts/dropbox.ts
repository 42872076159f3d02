// Dropbox: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const dropbox: SenderFacts = {
  title: "Dropbox",
  credential: "App console → your app → App secret. Used as text.",
  proof: "`X-Dropbox-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "list_folder",
  retries: "With growing pauses; an app whose URL fails too often is disabled.",
  notes: [
    "The body names accounts, not changes: ask `list_folder/continue` what changed. Equal bodies are different events, so nothing is deduped.",
  ],
  oracle: { kind: "documentation", source: "https://www.dropbox.com/developers/reference/webhooks" },
  sources: ["https://www.dropbox.com/developers/reference/webhooks"],
  unconfirmed: ["how long it retries"],
};
