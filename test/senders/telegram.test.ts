// Checks the sender Telegram Bot API.
import { Bot, webhookCallback } from "grammy";
import { telegram } from "hookgate/senders";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";

libraryOracle("grammy", {
  sender: telegram({ token: secret }),
  type: "message",
  payload: { update_id: 1, message: { message_id: 1, date: 1, chat: { id: 1, type: "private" }, text: NOTE } },
  async accepts({ url, headers, body }) {
    const botInfo = { id: 1, is_bot: true, first_name: "b", username: "b" } as never;
    const handle = webhookCallback(new Bot("1:a", { botInfo }), "std/http", { secretToken: secret });
    return (await handle(new Request(url, { method: "POST", headers: { ...headers }, body }))).status === 200;
  },
  forge: (signed) => ({
    ...signed,
    headers: { ...signed.headers, "x-telegram-bot-api-secret-token": `${secret}x` },
  }),
});
