// SendGrid's Event Webhooks.

import { CHECKED_LATER, checkOptions } from "../../lib/options.js";
import { API_RULES, type ApiCall, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import { membersOf, textOf } from "../../lib/sender-api/json-members.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import type { ChangedEndpoint, EndpointApi, RegisteredEndpoint, WantedEndpoint } from "./provider.js";

/** Options of `sendgridWebhooks`. */
export interface SendgridWebhooksOptions extends ApiOptions {
  /** An API key with full access to "User Account → Event Notification" settings. */
  readonly apiKey: string | undefined;
}

/** Properties of a webhook. */
const EVENTS = [
  "bounce",
  "click",
  "deferred",
  "delivered",
  "dropped",
  "group_resubscribe",
  "group_unsubscribe",
  "open",
  "processed",
  "spam_report",
  "unsubscribe",
] as const;

/**
 * SendGrid's Event Webhooks, signed. `keepSecret` gets the public key for `sendgrid({ publicKey })`.
 *
 * Source: docs.sendgrid.com, "Event Webhook" settings: `/v3/user/webhooks/event/settings`, `…/all`, `…/signed/{id}`, and
 * `/v3/user/webhooks/event/test`. The number of webhooks depends on the plan: some plans refuse a second one.
 *
 * @throws {TypeError} When the key is missing, or an option is unknown.
 */
export function sendgridWebhooks(options: SendgridWebhooksOptions): EndpointApi {
  checkOptions<SendgridWebhooksOptions>("sendgridWebhooks", options, { apiKey: CHECKED_LATER, ...API_RULES });
  const apiKey = checkedToken("sendgridWebhooks", "apiKey", options.apiKey);
  const api = new SenderApi({
    sender: "SendGrid",
    baseUrl: "https://api.sendgrid.com",
    headers: { authorization: `Bearer ${apiKey}` },
    secrets: [apiKey],
    options,
  });
  const path = "/v3/user/webhooks/event/settings";

  async function write(call: ApiCall): Promise<ChangedEndpoint> {
    const endpoint = endpointOf((await api.call(call)).value);
    if (endpoint === undefined) throw api.badAnswer(call, "no webhook with id and URL");
    // A new webhook is unsigned.
    const sign: ApiCall = {
      what: "have the webhook signed",
      method: "PATCH",
      path: `${path}/signed/${endpoint.id}`,
      json: { enabled: true },
    };
    const key = textOf(membersOf((await api.call(sign)).value).public_key);
    return { ...endpoint, wrong: [], ...(key === undefined ? {} : { secret: key }) };
  }

  return {
    title: "SendGrid",
    secretBy: "sender",
    holds: "many",
    async list() {
      const call: ApiCall = { what: "list the webhooks", path: `${path}/all` };
      const { webhooks } = membersOf((await api.call(call)).value);
      if (!Array.isArray(webhooks)) throw api.badAnswer(call, "no list in webhooks");
      return webhooks.map(endpointOf).filter((one) => one !== undefined);
    },
    create: (wanted) => write({ what: "create the webhook", method: "POST", path, json: jsonOf(wanted) }),
    update: (id, wanted) =>
      write({ what: "update the webhook", method: "PATCH", path: `${path}/${id}`, json: jsonOf(wanted) }),
    async remove(id) {
      await api.call({ what: "remove the webhook", method: "DELETE", path: `${path}/${id}` });
    },
  };
}

function jsonOf({ url, events }: WantedEndpoint): Record<string, unknown> {
  const unknown = events.filter((event) => event !== "*" && !EVENTS.includes(event as never));
  if (unknown.length > 0)
    throw new TypeError(`sendgridWebhooks: unknown events ${unknown.join(", ")}; known are ${EVENTS.join(", ")}`);
  const chosen = EVENTS.map((event) => [event, events.includes(event) || events.includes("*")]);
  return { enabled: true, url, ...Object.fromEntries(chosen) };
}

function endpointOf(value: unknown): RegisteredEndpoint | undefined {
  const row = membersOf(value);
  const [id, url] = [textOf(row.id), textOf(row.url)];
  if (id === undefined || url === undefined) return undefined;
  const events = EVENTS.filter((event) => row[event] === true);
  const wrong = textOf(row.public_key) === undefined ? { wrong: ["sign it (it is not signed)"] } : {};
  return {
    id,
    url,
    events: events.length === EVENTS.length ? ["*"] : events,
    isEnabled: row.enabled === true,
    ...wrong,
  };
}
