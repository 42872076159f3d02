// Stripe's webhook endpoints.

import { CHECKED_LATER, checkOptions, FLAG, TEXT } from "../../lib/options.js";
import { API_RULES, type ApiCall, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import { membersOf, textOf, textsOf } from "../../lib/sender-api/json-members.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import type { ChangedEndpoint, EndpointApi, RegisteredEndpoint } from "./provider.js";

/** Options of `stripeWebhooks`. */
export interface StripeWebhooksOptions extends ApiOptions {
  /** A secret key, or a restricted key that may write webhook endpoints. */
  readonly apiKey: string | undefined;
  /** Pins new endpoints to a version of the API. Default: the account's. */
  readonly apiVersion?: string;
  /** Receive events of connected accounts. Default: of the account itself. */
  readonly connect?: boolean;
}

const MAX_PAGES = 10;

/**
 * Stripe's webhook endpoints. Stripe creates the secret of each endpoint and shows it only on creation. There is no
 * ping: give `prove: signedRoundTrip((secret) => stripe({ secret }))`.
 *
 * Source: docs.stripe.com/api/webhook_endpoints.
 *
 * @throws {TypeError} When the key is missing, or an option is unknown.
 */
export function stripeWebhooks(options: StripeWebhooksOptions): EndpointApi {
  checkOptions<StripeWebhooksOptions>("stripeWebhooks", options, {
    apiKey: CHECKED_LATER,
    apiVersion: TEXT,
    connect: FLAG,
    ...API_RULES,
  });
  const apiKey = checkedToken("stripeWebhooks", "apiKey", options.apiKey);
  const { apiVersion, connect } = options;
  const api = new SenderApi({
    sender: "Stripe",
    baseUrl: "https://api.stripe.com",
    headers: { authorization: `Bearer ${apiKey}` },
    secrets: [apiKey],
    options,
  });
  const path = "/v1/webhook_endpoints";

  async function write(
    what: string,
    at: string,
    form: readonly (readonly [string, string])[],
  ): Promise<ChangedEndpoint> {
    const call: ApiCall = { what, method: "POST", path: at, form };
    const { value } = await api.call(call);
    const endpoint = endpointOf(value);
    if (endpoint === undefined) throw api.badAnswer(call, "no endpoint with id and URL");
    const secret = textOf(membersOf(value).secret);
    return secret === undefined ? endpoint : { ...endpoint, secret };
  }

  return {
    title: `Stripe (${apiKey.includes("_live_") ? "live" : "test"} mode)`,
    secretBy: "sender",
    holds: "many",
    async list() {
      const found: RegisteredEndpoint[] = [];
      let after: string | undefined;
      for (let page = 0; page < MAX_PAGES; page++) {
        const call: ApiCall = {
          what: "list the webhook endpoints",
          path,
          query: { limit: 100, starting_after: after },
        };
        const { data, has_more: hasMore } = membersOf((await api.call(call)).value);
        if (!Array.isArray(data)) throw api.badAnswer(call, "no list of endpoints in data");
        found.push(...data.map(endpointOf).filter((one) => one !== undefined));
        if (hasMore !== true) break;
        after = textOf(membersOf(data.at(-1)).id);
      }
      return found;
    },
    create: ({ url, events }) =>
      write("create the webhook endpoint", path, [
        ["url", url],
        ...events.map((event) => ["enabled_events[]", event] as const),
        ...(apiVersion === undefined ? [] : [["api_version", apiVersion] as const]),
        ...(connect === true ? [["connect", "true"] as const] : []),
      ]),
    update: (id, { url, events }) =>
      write("update the webhook endpoint", `${path}/${id}`, [
        ["url", url],
        ["disabled", "false"],
        ...events.map((event) => ["enabled_events[]", event] as const),
      ]),
    async remove(id) {
      await api.call({ what: "remove the webhook endpoint", method: "DELETE", path: `${path}/${id}` });
    },
  };
}

function endpointOf(value: unknown): RegisteredEndpoint | undefined {
  const { id, url, enabled_events: events, status } = membersOf(value);
  const [name, address] = [textOf(id), textOf(url)];
  if (name === undefined || address === undefined) return undefined;
  const isEnabled = status === "enabled";
  return { id: name, url: address, events: textsOf(events), isEnabled, health: isEnabled ? undefined : "disabled" };
}
