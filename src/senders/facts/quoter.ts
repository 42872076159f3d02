// Quoter: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.

import type { SenderFacts } from "./sender-facts.js";
import { NOTES } from "./third-party-notes.js";

export const quoter: SenderFacts = {
  title: "Quoter",
  credential: "Settings → Integrations → the webhook → Hash Key. Used as text. Without one, nothing is proven.",
  proof:
    "form field `hash: <lower-case hex, 32 chars>`: MD5 over `<hash key><timestamp><data>`, the fields as they came.",
  exampleType: "quote",
  events:
    "no id, so there is no dedupe. Quoter does not say what changed: give each object a URL of its own, with `?object=quote` for instance, which is then the type; otherwise it is always `changed`.",
  notes: [
    "MD5 with the key in front: anyone who has seen one delivery can append to its data. Fetch what you act upon.",
    "`object` in the URL is not signed.",
    "The payload is the JSON in `data`. XML is not read.",
  ],
  oracle: { kind: "documentation", source: "https://help.quoter.com" },
  sources: ["https://help.quoter.com", `${NOTES}: quoter`, "help.quoter.com, integrate with webhooks"],
  unconfirmed: ["whether it retries, and its time limit"],
};
