// Telegram Bot API: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const telegram: SenderFacts = {
  title: "Telegram Bot API",
  credential: "you choose it: `secret_token` of `setWebhook`, 1 to 256 of `A-Z a-z 0-9 _ -`. Not the bot's own token.",
  proof: "`X-Telegram-Bot-Api-Secret-Token: <token>`, the same with every delivery.",
  exampleType: "message",
  events:
    "id `update_id` of the body (not signed); type the name of the body's other member: `message`, `edited_message`, `callback_query`, …",
  retries: 'After anything but a 2xx, "a reasonable number of times"; a day is assumed.',
  notes: [
    'A static token binds nothing of what was sent: use HTTPS, and `allow: ["149.154.160.0/20", "91.108.4.0/22"]`, Telegram\'s addresses.',
    'The reply may call a method: `context.reply({ headers: { "content-type": "application/json" }, body: JSON.stringify({ method: "sendMessage", … }) })`.',
    "Two bots count their updates each for itself: give two receivers on one store each its own `scope`.",
  ],
  oracle: { kind: "library", source: "grammy" },
  sources: ["https://core.telegram.org/bots/api#setwebhook, as quoted by several libraries"],
  unconfirmed: [
    "that `update_id` stays the same over retries",
    "the addresses",
    "how long it retries",
    "the time limit: 15 s is assumed",
  ],
};
