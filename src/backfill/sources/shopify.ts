// Shopify as a source: a resource of the Admin API, ordered by its last change.

import { CHECKED_LATER, checkOptions, required, TEXT } from "../../lib/options.js";
import { API_RULES, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import { membersOf, textOf } from "../../lib/sender-api/json-members.js";
import { linkTo } from "../../lib/sender-api/link-header.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import { type BackfillSource, type FetchedEvent, type WindowPage, type WindowPart, windows } from "./source.js";

/** Options of `shopifyResource`. */
export interface ShopifyResourceOptions extends ApiOptions {
  /** `example.myshopify.com`. */
  readonly shop: string;
  /** An Admin API access token that may read the resource. */
  readonly token: string | undefined;
  /** The resource in the API's path: `orders`, `products`, `customers`. */
  readonly resource: string;
  /** The webhook topic of its changes: `orders/updated`. */
  readonly topic: string;
  /** Default `2026-10`. */
  readonly version?: string;
}

const VERSION = "2026-10";
const MAX_LIMIT = 250;

/**
 * A shop's resource, oldest change first: each changed row is one event of the topic, in its present state. A row that
 * changed twice is one event.
 *
 * Source:  shopify.dev, Admin REST API: `updated_at_min`, `updated_at_max`, `order`, and pages by the Link header.
 * Not promised: dedupe against deliveries, whose ids the API does not list. Give `isHandled`, or use idempotent handlers.
 *
 * @throws {TypeError} When the token is missing, the shop is not a host, or an option is unknown.
 */
export function shopifyResource(options: ShopifyResourceOptions): BackfillSource {
  checkOptions<ShopifyResourceOptions>("shopifyResource", options, {
    shop: required(TEXT),
    token: CHECKED_LATER,
    resource: required(TEXT),
    topic: required(TEXT),
    version: TEXT,
    ...API_RULES,
  });
  const token = checkedToken("shopifyResource", "token", options.token);
  const { shop, resource, topic, version = VERSION } = options;
  if (!/^[a-z0-9][a-z0-9.-]*$/i.test(shop))
    throw new TypeError("shopifyResource: shop must be a host, such as example.myshopify.com");
  if (!/^[a-z_]+$/.test(resource))
    throw new TypeError('shopifyResource: resource must be as in the path, such as "orders"');
  const api = new SenderApi({
    sender: "Shopify",
    baseUrl: `https://${shop}`,
    headers: { "x-shopify-access-token": token },
    secrets: [token],
    options,
  });
  const path = `/admin/api/${version}/${resource}.json`;

  async function list({ since, until, page, pageSize, signal }: WindowPart): Promise<WindowPage> {
    const limit = Math.min(pageSize, MAX_LIMIT);
    const first = {
      limit,
      order: "updated_at asc",
      updated_at_min: since.toISOString(),
      updated_at_max: until.toISOString(),
      status: resource === "orders" ? "any" : undefined,
    };
    // A page_info replaces the whole query except the limit.
    const call = { what: `list ${resource}`, path, query: page === undefined ? first : { limit, page_info: page } };
    const { value, headers } = await api.call(call, signal);
    const rows = membersOf(value)[resource];
    if (!Array.isArray(rows)) throw api.badAnswer(call, `no list in ${resource}`);
    const next = linkTo("next", headers);
    const pageInfo = next === undefined ? undefined : (new URL(next).searchParams.get("page_info") ?? undefined);
    return { events: rows.map((row) => eventOf(row, topic)).filter((event) => event !== undefined), next: pageInfo };
  }

  return { name: `shopify/${shop}/${resource}/${topic}`, hasDeliveryIds: false, pages: (from) => windows(from, list) };
}

function eventOf(row: unknown, topic: string): FetchedEvent | undefined {
  const { id, updated_at: at } = membersOf(row);
  const [name, changed] = [textOf(id), textOf(at)];
  if (name === undefined || changed === undefined) return undefined;
  return { id: `${topic}.state.${name}.${changed}`, type: topic, payload: row, timestamp: new Date(changed) };
}
