// Stripe as a source: `GET /v1/events`, available for thirty days with the ids of webhooks.

import { CHECKED_LATER, checkOptions, FLAG, isListOf, isText, TEXT } from "../../lib/options.js";
import { API_RULES, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import { SenderApiError } from "../../lib/sender-api/error.js";
import { membersOf, textOf } from "../../lib/sender-api/json-members.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import { type BackfillSource, type FetchedEvent, type WindowPage, type WindowPart, windows } from "./source.js";

/** Options of `stripeEvents`. */
export interface StripeEventsOptions extends ApiOptions {
  /** A secret key or a restricted key (`rk_…` with read access to events is enough). Test and live mode have separate keys. */
  readonly apiKey: string | undefined;
  /** Lists only these types, at most 20. Default: all. */
  readonly types?: readonly string[];
  /** Lists only events with a failed or pending delivery. */
  readonly undeliveredOnly?: boolean;
  /** Lists the events of this connected account. */
  readonly account?: string;
}

/** The maximum of events per page. */
const MAX_LIMIT = 100;
const MAX_TYPES = 20;

/**
 * Stripe's events, newest page first. Needs no Stripe library.
 *
 * Source:  docs.stripe.com/api/events/list; stripe-node, EventListParams.
 * Promise: ids are those of webhooks. Not promised: payloads byte for byte those of webhooks: an endpoint may have
 *          an API version of its own, and the list has the account's. Events older than 30 days are gone.
 *
 * @throws {TypeError} When the key is missing, or an option is unknown.
 */
export function stripeEvents(options: StripeEventsOptions): BackfillSource {
  checkOptions<StripeEventsOptions>("stripeEvents", options, {
    apiKey: CHECKED_LATER,
    types: { must: 'be a list of types, such as ["invoice.paid"]', fits: (value) => isListOf(value, isText) },
    undeliveredOnly: FLAG,
    account: TEXT,
    ...API_RULES,
  });
  const apiKey = checkedToken("stripeEvents", "apiKey", options.apiKey);
  const { types = [], account } = options;
  if (types.length > MAX_TYPES)
    throw new TypeError(`stripeEvents: types may have at most ${MAX_TYPES}; filter in the handlers`);
  const api = new SenderApi({
    sender: "Stripe",
    baseUrl: "https://api.stripe.com",
    headers: { authorization: `Bearer ${apiKey}`, ...(account === undefined ? {} : { "stripe-account": account }) },
    secrets: [apiKey],
    options,
  });

  async function list({ since, until, page, pageSize, signal }: WindowPart): Promise<WindowPage> {
    const call = {
      what: "list the events",
      path: `/v1/events${types.length === 0 ? "" : `?${types.map((type) => `types[]=${encodeURIComponent(type)}`).join("&")}`}`,
      query: {
        limit: Math.min(pageSize, MAX_LIMIT),
        "created[gte]": Math.floor(since.getTime() / 1000),
        "created[lte]": Math.floor(until.getTime() / 1000),
        starting_after: page,
        delivery_success: options.undeliveredOnly === true ? "false" : undefined,
      },
    };
    const { value } = await api.call(call, signal);
    const { data, has_more: hasMore } = membersOf(value);
    if (!Array.isArray(data)) throw api.badAnswer(call, "no list of events in data");
    const events = data.map((one) => eventOf(one) ?? raise(api.badAnswer(call, "an event without id or type")));
    return { events: events.reverse(), next: hasMore === true ? events[0]?.id : undefined };
  }

  return {
    name: account === undefined ? "stripe-events" : `stripe-events/${account}`,
    hasDeliveryIds: true,
    // The event that marks the page may be older than thirty days by now.
    pages: (from) => windows(from, list, (error) => error instanceof SenderApiError && error.problem === "refused"),
  };
}

function eventOf(value: unknown): FetchedEvent | undefined {
  const { id, type, created } = membersOf(value);
  const [name, kind] = [textOf(id), textOf(type)];
  if (name === undefined || kind === undefined) return undefined;
  return {
    id: name,
    type: kind,
    payload: value,
    timestamp: typeof created === "number" ? new Date(created * 1000) : undefined,
  };
}

function raise(error: Error): never {
  throw error;
}
