// LINE Messaging API: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const line: SenderFacts = {
  title: "LINE Messaging API",
  credential: "LINE Developers Console → the channel → Basic settings → Channel secret. Used as text.",
  proof: "`x-line-signature: <base64>`, HMAC-SHA256 over the body.",
  exampleType: "message",
  retries: "Only where webhook redelivery is switched on in the console; `deliveryContext.isRedelivery` tells.",
  notes: [
    "One delivery holds several events, or none: the console's Verify button sends an empty array, which is success.",
    "Events of before 2022 have no `webhookEventId`, and are not deduped.",
    "LINE does not publish its addresses.",
  ],
  oracle: { kind: "library", source: "@line/bot-sdk" },
  sources: [
    "github.com/line/line-bot-sdk-nodejs@3c0a10c716, lib/validate-signature.ts, lib/webhook/model",
    "public projects built on it agree: redelivery is off by default, and keeps `webhookEventId`",
  ],
  unconfirmed: ["2 s time limit"],
};
