// LINE WORKS: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const lineWorks: SenderFacts = {
  title: "LINE WORKS",
  credential: "Developer Console → Bot → the bot → Bot Secret. Used as text.",
  proof: "`X-WORKS-Signature: <base64>`, HMAC-SHA256 over the body.",
  exampleType: "message",
  retries: "Not automatically.",
  notes: [
    "Korea and Japan. There is no id, so nothing is deduped.",
    "`X-WORKS-BotId`, which names the bot, is a header, and the signature does not cover it: one secret for each bot.",
  ],
  oracle: { kind: "documentation", source: "https://developers.worksmobile.com/docs/bot-callback" },
  sources: [
    "https://developers.worksmobile.com/docs/bot-callback",
    "third-party verification code that cites developers.worksmobile.com",
  ],
  unconfirmed: ["`type` and `issuedTime` of the body", "no retries", "the time limit: 15 s is assumed"],
};
