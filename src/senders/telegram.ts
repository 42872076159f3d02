// Verifies Telegram Bot API's deliveries and locates their events.
import { staticToken } from "../auth/schemes/static-token.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import { memberNamed, namedRows } from "./shared/named-rows.js";
import type { TokenSender } from "./shared/options.js";

const rowOf = /* @__PURE__ */ namedRows((type) => ({ id: json("update_id"), type }));
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
export const telegram: TokenSender<TelegramEnvelope> = /* @__PURE__ */ senderFactory({
  factory: "telegram",
  name: "telegram",
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
