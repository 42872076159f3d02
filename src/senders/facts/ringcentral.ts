// RingCentral: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const ringcentral: SenderFacts = {
  title: "RingCentral",
  credential: "you choose it: `deliveryMode.verificationToken` of the subscription. Sent as it is.",
  proof: "`Verification-Token: <token>`, the same with every delivery.",
  exampleType: "/restapi/v1.0/account/1/extension/2/message-store",
  retries: "After a failure; too many put the subscription on a blacklist, which ends it.",
  notes: [
    "The empty POST with `Validation-Token`, when the subscription is made, gets 200 and the same header; an answer over 1,024 bytes, headers included, is refused there, so put nothing of size before the receiver.",
    "Types hold the account's and the extension's ids: handle `*` and look at `event.type`.",
    "A static token binds nothing of what was sent.",
  ],
  oracle: {
    kind: "documentation",
    source: "https://developers.ringcentral.com/guide/notifications/webhooks/creating-webhooks",
  },
  sources: [
    "https://developers.ringcentral.com/guide/notifications/webhooks/creating-webhooks",
    "https://developers.ringcentral.com/guide/team-messaging/events/outgoing-webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: ringcentral",
  ],
  unconfirmed: [
    "that `uuid` stays the same over retries",
    "that the empty POST has no body",
    "retries: a day is assumed",
  ],
};
