// WorkOS: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const workos: SenderFacts = {
  title: "WorkOS",
  credential: "Developer → Webhooks → the endpoint → Signing secret. Used as text.",
  proof:
    "`WorkOS-Signature: t=<Unix milliseconds>, v1=<lower-case hex, 64 chars>`, with a space after the comma: HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "connection.activated",
  retries: "Up to six times over three days.",
  events:
    "webhooks: id `id`, type `event`. Actions, which have an endpoint and a secret of their own: id `id`, type `object` (`authentication_action_context`, `user_registration_action_context`).",
  notes: [
    'An action waits for a verdict: `context.reply({ body: JSON.stringify({ verdict: "Deny", error_message: "…" }) })`, or `"Allow"`. It is dated, signed with the secret that fitted, and sent as `{ object, payload, signature }`; a retry gets the same verdict, signed anew. Without a verdict WorkOS gets an empty 200, which is none: what then happens is set in its dashboard.',
    "WorkOS' own library accepts actions for 30 s only: give `toleranceSeconds: 30` to the receiver of actions. A verdict cannot wait for an inbox.",
  ],
  oracle: { kind: "library", source: "@workos-inc/node" },
  sources: [
    "@workos-inc/node 8.13.0, which accepts what this description signs",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: workos",
  ],
  unconfirmed: ["six retries over three days", "time limit"],
};
