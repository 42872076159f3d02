// Discord's one URL for webhook events of an application.

import { CHECKED_LATER, checkOptions } from "../../lib/options.js";
import { API_RULES, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import { membersOf, textOf, textsOf } from "../../lib/sender-api/json-members.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import type { ChangedEndpoint, EndpointApi, WantedEndpoint } from "./provider.js";

/** Options of `discordWebhook`. */
export interface DiscordWebhookOptions extends ApiOptions {
  /** The token of the application's bot. */
  readonly token: string | undefined;
}

/** `event_webhooks_status`. */
const DISABLED = 1;
const ENABLED = 2;

/**
 * An application's webhook events. Discord pings the URL when it is set, and refuses one that does not answer. There is no
 * secret: Discord signs with the application's key pair.
 *
 * Source: docs.discord.com, "Edit Current Application": `event_webhooks_url`, `event_webhooks_status`,
 * `event_webhooks_types`.
 *
 * @throws {TypeError} When the token is missing, or an option is unknown.
 */
export function discordWebhook(options: DiscordWebhookOptions): EndpointApi {
  checkOptions<DiscordWebhookOptions>("discordWebhook", options, { token: CHECKED_LATER, ...API_RULES });
  const token = checkedToken("discordWebhook", "token", options.token);
  const api = new SenderApi({
    sender: "Discord",
    baseUrl: "https://discord.com/api/v10",
    headers: { authorization: `Bot ${token}`, "user-agent": "DiscordBot (hookgate, 1)" },
    secrets: [token],
    options,
  });
  const path = "/applications/@me";

  async function set({ url, events }: WantedEndpoint): Promise<ChangedEndpoint> {
    const json = { event_webhooks_url: url, event_webhooks_status: ENABLED, event_webhooks_types: events };
    await api.call({ what: "set the event webhook", method: "PATCH", path, json });
    return { id: "application", url, events, isEnabled: true };
  }

  return {
    title: "Discord application",
    secretBy: "nobody",
    holds: "one",
    async list() {
      const found = membersOf((await api.call({ what: "read the application", path })).value);
      const url = textOf(found.event_webhooks_url);
      if (url === undefined) return [];
      const isEnabled = found.event_webhooks_status === ENABLED;
      const health = isEnabled
        ? undefined
        : found.event_webhooks_status === DISABLED
          ? "disabled"
          : "disabled by Discord";
      return [{ id: "application", url, events: textsOf(found.event_webhooks_types), isEnabled, health }];
    },
    create: set,
    update: (_id, wanted) => set(wanted),
    async remove() {
      const json = { event_webhooks_url: null, event_webhooks_status: DISABLED };
      await api.call({ what: "remove the event webhook", method: "PATCH", path, json });
    },
  };
}
