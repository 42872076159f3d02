// Twitch EventSub: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const twitch: SenderFacts = {
  title: "Twitch EventSub",
  credential: "you choose it when you subscribe: `transport.secret`, 10 to 100 ASCII characters. Used as text.",
  proof:
    "`Twitch-Eventsub-Message-Signature: sha256=<hex>`, HMAC-SHA256 over `<Twitch-Eventsub-Message-Id><Twitch-Eventsub-Message-Timestamp><body>`; the time is RFC 3339 with nanoseconds.",
  exampleType: "channel.follow",
  events:
    "id `Twitch-Eventsub-Message-Id` (signed), the same when sent again; type `subscription.type` of the body, or `revocation` where the body holds no event; time `Twitch-Eventsub-Message-Timestamp` (signed); attempt `Twitch-Eventsub-Message-Retry` (not signed).",
  retries: "Some times; `notification_failures_exceeded` revokes the subscription where too many are slow or fail.",
  notes: [
    "`webhook_callback_verification` is signed; the challenge goes back as plain text.",
    "`revocation` tells that Twitch has ended a subscription: `subscription.status` says why.",
  ],
  oracle: { kind: "documentation", source: "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/" },
  sources: [
    "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: twitch",
  ],
  unconfirmed: [
    "how often and how long it retries: a day is assumed",
    'the time limit ("a few seconds"): 5 s is assumed',
  ],
};
