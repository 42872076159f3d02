// Telegram: a static token; the kind of an update is the name of its one other member.
import { staticToken } from "../auth/schemes/static-token.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import { memberNamed, namedRows } from "./shared/named-rows.js";
import type { TokenSender } from "./shared/options.js";

const rowOf = namedRows((type) => ({ id: json("update_id"), type }));
const KIND = /^[a-z][a-z_]{0,63}$/;
/** What every update is at least. */
export interface TelegramEnvelope {
  update_id: number;
}

/**
 * Telegram bots' updates. Types are the update's kind: `message`, `callback_query`, `my_chat_member`.
 *
 * Promise: the sender holds the token. Not promised: anything of what was sent; who sees one delivery can send others.
 *
 * @throws {TypeError} When the token is missing or malformed.
 * @example createReceiver(telegram({ token: process.env.TELEGRAM_SECRET_TOKEN })).on("message", handler)
 */
export const telegram: TokenSender<TelegramEnvelope> = senderFactory({
  factory: "telegram",
  name: "telegram",
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
  sources: ["https://core.telegram.org/bots/api#setwebhook, as quoted by several libraries"],
  unconfirmed: [
    "that `update_id` stays the same over retries",
    "the addresses",
    "how long it retries",
    "the time limit: 15 s is assumed",
  ],
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: header("x-telegram-bot-api-secret-token") }),
    event(_delivery, payload) {
      const kind = memberNamed(payload, (name) => name !== "update_id" && KIND.test(name));
      return kind === undefined ? undefined : rowOf(kind);
    },
    reply: { retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
