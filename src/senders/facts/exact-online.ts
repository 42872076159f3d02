// Exact Online: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const exactOnline: SenderFacts = {
  title: "Exact Online",
  credential: "App Center → the app → Webhook secret (not the OAuth client secret). Used as text.",
  proof:
    "member `HashCode` of the body: `<UPPER-CASE HEX, 64 chars>` of HMAC-SHA256 over the text of the member `Content`, as it was sent.",
  exampleType: "Accounts.Update",
  events:
    "type `Content.Topic` and `Content.Action`; id topic, action, division, `Content.Key` and `Content.EventCreatedOn`, all signed; without the last one there is none.",
  retries: "It sends again after a failure; how often is not documented.",
  notes: [
    "Events are thin: fetch `Content.ExactOnlineEndpoint`.",
    "Events come minutes late, in batches of their own: go by `Content.EventCreatedOn`.",
    "The empty POST that follows a subscription is answered with 200, and reaches no handler.",
  ],
  oracle: {
    kind: "documentation",
    source: "https://support.exactonline.com/community/s/article/All-All-DNO-Content-webhookstut?language=en_GB",
  },
  sources: [
    "https://support.exactonline.com/community/s/article/All-All-DNO-Content-webhookstut?language=en_GB",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: exact-online (compared with a live delivery, July 2026)",
    "support.exactonline.com, webhooks tutorial",
  ],
  unconfirmed: ["the time limit and the retries"],
};
