// TikTok: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const tiktok: SenderFacts = {
  title: "TikTok",
  credential: "Developer portal → the app → Client secret. Used as text.",
  proof: "`TikTok-Signature: t=<unix seconds>,s=<hex>`, HMAC-SHA256 over `<t>.<body>`.",
  exampleType: "authorization.removed",
  retries: "With backoff, for up to 72 hours.",
  notes: ["There is no id, so nothing is deduped.", "`content` of the body is JSON in a text."],
  oracle: { kind: "documentation", source: "https://developers.tiktok.com/doc/webhooks-verification" },
  sources: [
    "https://developers.tiktok.com/doc/webhooks-verification",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: tiktok",
  ],
  unconfirmed: [
    "that there is no id",
    "`event` and `create_time` of the body",
    "72 hours",
    "the time limit: 15 s is assumed",
  ],
};
