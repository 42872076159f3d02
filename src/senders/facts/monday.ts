// monday.com: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const monday: SenderFacts = {
  title: "monday.com",
  credential: "Developer Center → the app → General settings → Signing secret, 32 characters or more. Used as text.",
  proof: "`Authorization: <JWT>`, without `Bearer`: HS256 with the signing secret.",
  exampleType: "create_pulse",
  events: "type `event.type`; id of that, `event.subscriptionId` and `event.triggerUuid` together.",
  retries: "Every minute for 30 minutes, after anything but 200.",
  notes: [
    "The JWT says who sends and for which URL (`aud` is the URL as registered, so `publicUrl` is needed), and binds nothing of what was sent: who sees one can send others until it expires.",
    "Webhooks that were not made by an app come without a JWT, and are 401.",
    '`{ "challenge": … }`, when the URL is registered, comes unsigned and gets the same JSON.',
  ],
  oracle: { kind: "documentation", source: "https://developer.monday.com/apps/docs/integration-authorization" },
  sources: [
    "https://developer.monday.com/apps/docs/integration-authorization",
    "https://developer.monday.com/apps/docs/integration-authorization, and /authorization-header: aud and exp are to be checked",
    "https://developer.monday.com/api-reference/docs/webhooks",
    "https://developer.monday.com/apps/changelog/webhook-integration-new-3-minute-timeout-policy",
    "https://developer.monday.com/apps/changelog/clarification-on-retry-policies-for-webhooks-and-custom-actions",
    "https://prismatic.io/docs/example-payloads/monday/triggers/webhook.json",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: monday",
    "developer.monday.com, changelog of 8 February 2021: every minute for 30 minutes",
  ],
  unconfirmed: ["that `event.triggerUuid` stays the same over retries", "the time limit: 15 s is assumed"],
};
