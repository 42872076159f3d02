// Telegram's webhook of a bot.

import { CHECKED_LATER, checkOptions } from "../../lib/options.js";
import { API_RULES, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import { membersOf, textOf, textsOf } from "../../lib/sender-api/json-members.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import type { ChangedEndpoint, EndpointApi, WantedEndpoint } from "./provider.js";

/** Options of `telegramWebhook`. */
export interface TelegramWebhookOptions extends ApiOptions {
  /** The bot's token. */
  readonly token: string | undefined;
}

/**
 * A bot's webhook. Events are kinds of updates (`message`, `callback_query`); `*` means Telegram's default. The secret
 * is the secret token.
 *
 * Source: core.telegram.org/bots/api: `setWebhook`, `getWebhookInfo`, `deleteWebhook`.
 *
 * @throws {TypeError} When the token is missing, or an option is unknown.
 */
export function telegramWebhook(options: TelegramWebhookOptions): EndpointApi {
  checkOptions<TelegramWebhookOptions>("telegramWebhook", options, { token: CHECKED_LATER, ...API_RULES });
  const token = checkedToken("telegramWebhook", "token", options.token);
  // The token is part of the path, so paths never appear in messages.
  const api = new SenderApi({
    sender: "Telegram",
    baseUrl: "https://api.telegram.org",
    headers: {},
    secrets: [token],
    options,
  });
  const path = (method: string): string => `/bot${token}/${method}`;

  async function set({ url, events, secret }: WantedEndpoint): Promise<ChangedEndpoint> {
    const allowed = events.includes("*") ? [] : events;
    const json = { url, allowed_updates: allowed, ...(secret === undefined ? {} : { secret_token: secret }) };
    await api.call({ what: "set the webhook", method: "POST", path: path("setWebhook"), json, isRepeatable: true });
    return { id: "bot", url, events, isEnabled: true };
  }

  return {
    title: "Telegram bot",
    secretBy: "us",
    holds: "one",
    async list() {
      const { result } = membersOf((await api.call({ what: "read the webhook", path: path("getWebhookInfo") })).value);
      const info = membersOf(result);
      const url = textOf(info.url);
      if (url === undefined) return [];
      const allowed = textsOf(info.allowed_updates);
      return [
        {
          id: "bot",
          url,
          events: allowed.length === 0 ? ["*"] : allowed,
          isEnabled: true,
          health: textOf(info.last_error_message),
        },
      ];
    },
    create: set,
    update: (_id, wanted) => set(wanted),
    async remove() {
      await api.call({ what: "remove the webhook", method: "POST", path: path("deleteWebhook"), isRepeatable: true });
    },
  };
}
