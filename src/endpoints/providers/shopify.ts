// Shopify's webhook subscriptions: one per topic, presented as one endpoint per address.

import { CHECKED_LATER, checkOptions, required, TEXT } from "../../lib/options.js";
import { API_RULES, type ApiCall, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import { groupedBy, membersOf, textOf } from "../../lib/sender-api/json-members.js";
import { linkTo } from "../../lib/sender-api/link-header.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import type { ChangedEndpoint, EndpointApi, RegisteredEndpoint } from "./provider.js";

/** Options of `shopifyWebhooks`. */
export interface ShopifyWebhooksOptions extends ApiOptions {
  /** `example.myshopify.com`. */
  readonly shop: string;
  /** An Admin API access token. */
  readonly token: string | undefined;
  /** Default `2026-10`. */
  readonly version?: string;
}

const VERSION = "2026-10";

interface Subscription {
  readonly id: string;
  readonly topic: string;
  readonly address: string;
  readonly format: string;
}

/**
 * Shopify's webhooks of one shop. Events are topics. The secret belongs to the app, so it is not changed here.
 *
 * Source: shopify.dev, Admin REST API, "Webhook". Subscriptions from an app's configuration (shopify.app.toml) are not
 * among them.
 *
 * @throws {TypeError} When the token is missing, the shop is not a host, or an option is unknown.
 */
export function shopifyWebhooks(options: ShopifyWebhooksOptions): EndpointApi {
  checkOptions<ShopifyWebhooksOptions>("shopifyWebhooks", options, {
    shop: required(TEXT),
    token: CHECKED_LATER,
    version: TEXT,
    ...API_RULES,
  });
  const token = checkedToken("shopifyWebhooks", "token", options.token);
  const { shop, version = VERSION } = options;
  if (!/^[a-z0-9][a-z0-9.-]*$/i.test(shop))
    throw new TypeError("shopifyWebhooks: shop must be a host, such as example.myshopify.com");
  const api = new SenderApi({
    sender: "Shopify",
    baseUrl: `https://${shop}`,
    headers: { "x-shopify-access-token": token },
    secrets: [token],
    options,
  });
  const path = `/admin/api/${version}/webhooks`;

  async function subscriptions(): Promise<readonly Subscription[]> {
    const found: Subscription[] = [];
    let next: string | undefined = `${path}.json`;
    while (next !== undefined) {
      const call: ApiCall = { what: "list the webhooks", path: next, query: { limit: 250 } };
      const { value, headers } = await api.call(call);
      const { webhooks } = membersOf(value);
      if (!Array.isArray(webhooks)) throw api.badAnswer(call, "no list in webhooks");
      for (const one of webhooks.map(membersOf)) {
        const [id, topic, address] = [textOf(one.id), textOf(one.topic), textOf(one.address)];
        if (id !== undefined && topic !== undefined && address !== undefined)
          found.push({ id, topic, address, format: textOf(one.format) ?? "json" });
      }
      next = linkTo("next", headers);
    }
    return found;
  }

  const of = async (address: string): Promise<readonly Subscription[]> =>
    (await subscriptions()).filter((one) => one.address === address);

  async function subscribe(topic: string, address: string): Promise<void> {
    const json = { webhook: { topic, address, format: "json" } };
    await api.call({ what: `subscribe to ${topic}`, method: "POST", path: `${path}.json`, json });
  }

  async function unsubscribe({ id, topic }: Subscription): Promise<void> {
    await api.call({ what: `unsubscribe from ${topic}`, method: "DELETE", path: `${path}/${id}.json` });
  }

  /** New topics first, so that none is missed in between. */
  async function set(url: string, events: readonly string[]): Promise<ChangedEndpoint> {
    const present = await of(url);
    const usable = present.filter(({ format }) => format === "json");
    for (const topic of events) if (!usable.some((one) => one.topic === topic)) await subscribe(topic, url);
    for (const one of present) if (!events.includes(one.topic) || one.format !== "json") await unsubscribe(one);
    return { id: url, url, events, isEnabled: true };
  }

  return {
    title: `Shopify ${shop}`,
    secretBy: "nobody",
    holds: "many",
    async list() {
      const byAddress = groupedBy(await subscriptions(), ({ address }) => address);
      return [...byAddress].map(([address, all]): RegisteredEndpoint => {
        const wrong = all.some(({ format }) => format !== "json") ? { wrong: ["format json"] } : {};
        return { id: address, url: address, events: all.map(({ topic }) => topic), isEnabled: true, ...wrong };
      });
    },
    create: ({ url, events }) => set(url, events),
    update: (_id, { url, events }) => set(url, events),
    async remove(id) {
      for (const one of await of(id)) await unsubscribe(one);
    },
  };
}
