// Subscriptions of any sender that speaks the CloudEvents Subscriptions API.

import { CHECKED_LATER, checkOptions, TEXT } from "../../lib/options.js";
import { API_RULES, type ApiCall, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import { membersOf, textOf, textsOf } from "../../lib/sender-api/json-members.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import type { ChangedEndpoint, EndpointApi, RegisteredEndpoint, WantedEndpoint } from "./provider.js";

/** Options of `cloudEventsSubscriptions`. */
export interface CloudEventsSubscriptionsOptions extends ApiOptions {
  /** The base URL, without `/subscriptions`. */
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string | undefined;
  /** Subscribes to events of this source only. */
  readonly source?: string;
}

/**
 * The Subscriptions API of CloudEvents. Events are CloudEvents types; the secret is the access token of the deliveries.
 *
 * Source: github.com/cloudevents/spec, subscriptions/spec.md: `sink`, `sinkcredential`, `types`, `protocol`. The
 * specification is a working draft, and senders differ.
 *
 * @throws {TypeError} When an option is missing or unknown.
 */
export function cloudEventsSubscriptions(options: CloudEventsSubscriptionsOptions): EndpointApi {
  checkOptions<CloudEventsSubscriptionsOptions>("cloudEventsSubscriptions", options, {
    token: CHECKED_LATER,
    source: TEXT,
    ...API_RULES,
  });
  const token = "token" in options ? checkedToken("cloudEventsSubscriptions", "token", options.token) : undefined;
  const { source } = options;
  const api = new SenderApi({
    sender: "the CloudEvents sender",
    baseUrl: options.baseUrl,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    secrets: [token],
    options,
  });
  const path = "/subscriptions";

  function jsonOf({ url, events, secret }: WantedEndpoint): Record<string, unknown> {
    // The draft has no expiry that means "never", so a distant one is used.
    const credential = {
      credentialtype: "ACCESSTOKEN",
      accesstoken: secret,
      accesstokentype: "bearer",
      accesstokenexpiresutc: "9999-12-31T23:59:59Z",
    };
    return {
      protocol: "HTTP",
      sink: url,
      ...(source === undefined ? {} : { source }),
      ...(events.includes("*") ? {} : { types: events }),
      ...(secret === undefined ? {} : { sinkcredential: credential }),
    };
  }

  async function write(call: ApiCall): Promise<ChangedEndpoint> {
    const endpoint = endpointOf((await api.call(call)).value);
    if (endpoint === undefined) throw api.badAnswer(call, "no subscription with id and sink");
    return endpoint;
  }

  return {
    title: `CloudEvents ${new URL(options.baseUrl).host}`,
    secretBy: "us",
    holds: "many",
    async list() {
      const call: ApiCall = { what: "list the subscriptions", path };
      const { value } = await api.call(call);
      if (!Array.isArray(value)) throw api.badAnswer(call, "no list of subscriptions");
      return value.map(endpointOf).filter((one) => one !== undefined);
    },
    create: (wanted) => write({ what: "create the subscription", method: "POST", path, json: jsonOf(wanted) }),
    update: (id, wanted) =>
      write({
        what: "update the subscription",
        method: "PUT",
        path: `${path}/${encodeURIComponent(id)}`,
        json: { id, ...jsonOf(wanted) },
      }),
    async remove(id) {
      await api.call({ what: "remove the subscription", method: "DELETE", path: `${path}/${encodeURIComponent(id)}` });
    },
  };
}

function endpointOf(value: unknown): RegisteredEndpoint | undefined {
  const { id, sink, types } = membersOf(value);
  const [name, url] = [textOf(id), textOf(sink)];
  if (name === undefined || url === undefined) return undefined;
  const events = textsOf(types);
  return { id: name, url, events: events.length === 0 ? ["*"] : events, isEnabled: true };
}
