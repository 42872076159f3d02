// Gitea and Forgejo: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const gitea: SenderFacts = {
  title: "Gitea and Forgejo",
  credential: "Repository → Settings → Webhooks → Secret. Used as text.",
  proof:
    "`X-Gitea-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the JSON: the body, or, of a form, its one field `payload`. Forgejo sends it under this name, too.",
  exampleType: "push",
  retries: "Not automatically: a delivery is sent again by hand, from its log.",
  notes: [
    "`X-Gitea-Event` and `X-Gitea-Delivery` are headers, and the signature covers neither.",
    "Both content types are read, JSON and the form. Of the form the JSON is signed and not how it is encoded.",
    "Webhooks by GET, with the payload in the URL, are not read.",
  ],
  oracle: { kind: "documentation", source: "https://github.com/go-gitea/gitea/blob/main/services/webhook/deliver.go" },
  sources: [
    "https://github.com/go-gitea/gitea/blob/main/services/webhook/deliver.go",
    "github.com/go-gitea/gitea@05a2257af2, services/webhook/deliver.go",
  ],
  unconfirmed: ["5 s time limit, which is a setting", "the longest body: 25 MiB are allowed for"],
};
