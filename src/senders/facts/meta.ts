// Meta (Facebook, Instagram, Messenger, WhatsApp): where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const meta: SenderFacts = {
  title: "Meta (Facebook, Instagram, Messenger, WhatsApp)",
  credential:
    "App Dashboard → App settings → Basic → App secret. Used as text. `verifyToken`: you choose it, and give it to Meta with the URL.",
  proof:
    "`X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256 over the body, which Meta writes with escaped unicode. The old `X-Hub-Signature` (SHA-1) is not looked at.",
  exampleType: "whatsapp_business_account",
  events:
    "a batch: one event for each item of `entry`; type `object` of the body (signed); no id, so there is no dedupe.",
  retries: "Facebook for 36 hours, WhatsApp for up to 7 days, with falling frequency.",
  notes: [
    "The GET with `hub.mode=subscribe`, `hub.verify_token` and `hub.challenge` gets the challenge where the token is yours, else 403. Mount with `app.use`, so that GET arrives.",
    "What happened is in `changes[].field` or `messaging[]` of an entry; up to 1000 of them come in one delivery. Messages have ids (`messaging[].message.mid`, `messages[].id`): dedupe by those, in your own database.",
  ],
  oracle: { kind: "library", source: "whatsapp-api-js" },
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: facebook, whatsapp"],
  unconfirmed: ["5 s time limit", "3 MiB as the longest body", "addresses (AS32934)"],
};
