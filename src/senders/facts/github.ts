// GitHub: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const github: SenderFacts = {
  title: "GitHub",
  credential:
    "you choose it: repository, organisation or app → Settings → Webhooks → Secret. Used as text. Without one GitHub signs nothing, and every delivery is 401.",
  proof:
    "`X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256 over the body. The old `X-Hub-Signature` (SHA-1) is not looked at.",
  exampleType: "issues.opened",
  events:
    'id: `X-GitHub-Delivery` (not signed), which a redelivery keeps. Type: `X-GitHub-Event` (not signed) and the body\'s `action`, joined by a dot: `issues.opened`, `push`. `"issues"` alone is never a type; `issues.*` takes all of its actions. Both content types are read, `application/json` and the form with JSON in `payload`. `ping` is an event like others, and is answered with 200 where nobody handles it.',
  retries:
    '**Never automatically**, so a 503 loses the event until somebody redelivers it, by hand or by API, for three days. While the dedupe store is down events are therefore handled without it (`onStoreFailure: "refuse"` changes that).',
  notes: [
    "The name of some thirty events is checked against the body: a comment's body cannot pass as its issue's, and a mismatch is 400 `unidentified`. Names beyond these are taken as they come; a schema (`events: { … }`) checks them too.",
    'The same body under another id is reported as `replay_suspected`, or refused with `dedupe: { replay: "suppress" }`.',
    "A repository's and an organisation's webhook tell of one event under one id: give two receivers on one store each its own `scope`.",
    "Strict types come from your own map of names to payloads: `github<{ push: PushEvent; issues: IssuesOpenedEvent | IssuesClosedEvent }>({ secret })` spells the actions out.",
  ],
  oracle: { kind: "library", source: "@octokit/webhooks-methods" },
  sources: [
    'docs.github.com, "Validating webhook deliveries" and "Webhook events and payloads"',
    "https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks (10 s; Enterprise Server waits 30 s)",
    "github.com/octokit/webhooks-methods.js@da0cc1c471",
    "the members of the bodies are from the published schemas",
    'docs.github.com, "Best practices for using webhooks": 10 seconds, and that a redelivery keeps its id',
    "@octokit/openapi-types, api-overview: the member `hooks`",
  ],
};
