// Gitea and Forgejo: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const gitea: SenderFacts = {
  title: "Gitea and Forgejo",
  credential: "Repository → Settings → Webhooks → Secret. Used as text.",
  proof:
    "`X-Gitea-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body. Forgejo sends it under this name, too.",
  exampleType: "push",
  retries: "Not by itself: a delivery is sent again by hand, from its log.",
  notes: ["`X-Gitea-Event` and `X-Gitea-Delivery` are headers, and the signature covers neither."],
  sources: ["third-party verification code, see the shape table of the sender list"],
  unconfirmed: ["5 s time limit", "no retries"],
};
