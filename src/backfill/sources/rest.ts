// A REST API as a source, which lists events by time or by cursor.

import { CHECKED_LATER, checkOptions, FLAG, isObject, type OptionRules } from "../../lib/options.js";
import { API_RULES, type ApiAnswer, type ApiCall, type ApiOptions, SenderApi } from "../../lib/sender-api/client.js";
import { checkedToken } from "../../lib/sender-api/token.js";
import {
  type BackfillFrom,
  type BackfillPage,
  type BackfillSource,
  type FetchedEvent,
  type WindowPage,
  windows,
} from "./source.js";

/** The position in a listing. */
export interface RestAt {
  readonly since: Date;
  readonly until: Date;
  /** The `next` of the previous page; `undefined` on the first page. */
  readonly page: string | undefined;
  /** The `cursor` of the last handled page, of this run or an earlier one. */
  readonly cursor: string | undefined;
  readonly pageSize: number;
}

/** What was read from one answer of a REST API. */
export interface RestPage {
  /** Oldest first, as far as possible. */
  readonly events: readonly FetchedEvent[];
  /** The position of the next page; absent on the last page. */
  readonly next?: string | undefined;
  /**
   * For an API with its own cursor instead of times: where the next run continues. Then `since` is passed
   * to the first run only.
   */
  readonly cursor?: string | undefined;
}

/** Options of `restEvents`. */
export interface RestEventsOptions extends ApiOptions {
  /** Part of the key of the cursor: it must never change. */
  readonly name: string;
  readonly baseUrl: string;
  /** Sent as `Authorization: Bearer`. For other schemes use `headers`. */
  readonly token?: string | undefined;
  /** Never shown in messages. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the ids are those of deliveries. Default false. */
  readonly hasDeliveryIds?: boolean;
  /** Returns the path below `baseUrl` and the query. */
  readonly request: (at: RestAt) => Pick<ApiCall, "path" | "query" | "json" | "method">;
  /** Reads the events from the answer. An exception is reported as a bad answer. */
  readonly read: (answer: ApiAnswer) => RestPage;
}

const RULES: OptionRules<RestEventsOptions> = {
  ...API_RULES,
  name: CHECKED_LATER,
  token: CHECKED_LATER,
  headers: { must: 'be header names with their texts, such as { accept: "application/json" }', fits: isObject },
  hasDeliveryIds: FLAG,
  request: CHECKED_LATER,
  read: CHECKED_LATER,
};

/**
 * Events of any REST API, with limits on time and size. `Retry-After` is respected.
 *
 * @throws {TypeError} When an option is missing, malformed or unknown.
 * @example
 * restEvents({
 *   name: "erp",
 *   baseUrl: "https://erp.example.com/api",
 *   token: process.env.ERP_TOKEN,
 *   hasDeliveryIds: true,
 *   request: ({ since, page, pageSize }) => ({ path: "/events", query: { since: since.toISOString(), page, limit: pageSize } }),
 *   read: ({ value }) => {
 *     const { events, nextPage } = value as { events: { id: string; type: string }[]; nextPage?: string };
 *     return { events: events.map((event) => ({ id: event.id, type: event.type, payload: event })), next: nextPage };
 *   },
 * })
 */
export function restEvents(options: RestEventsOptions): BackfillSource {
  checkOptions("restEvents", options, RULES);
  const { name, headers = {}, request, read } = options;
  if (typeof request !== "function" || typeof read !== "function") {
    throw new TypeError("restEvents: request and read must be functions");
  }
  const token = "token" in options ? checkedToken("restEvents", "token", options.token) : undefined;
  const api = new SenderApi({
    sender: name,
    baseUrl: options.baseUrl,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
    secrets: [token, ...Object.values(headers)],
    options,
  });
  const what = "list the events";

  async function fetchPage(at: RestAt, signal: AbortSignal): Promise<RestPage> {
    const answer = await api.call({ ...request(at), what, isRepeatable: true }, signal);
    let page: RestPage;
    try {
      page = read(answer);
    } catch (cause) {
      throw api.badAnswer({ what }, `read threw: ${cause instanceof Error ? cause.message : "not an Error"}`);
    }
    if (!Array.isArray(page?.events)) throw api.badAnswer({ what }, "read gave no events");
    return page;
  }

  async function* pages(from: BackfillFrom): AsyncGenerator<BackfillPage> {
    const kept = ownCursor(from.cursor);
    let first: RestPage | undefined;
    if (kept === undefined) {
      // The first page shows whether the API has its own cursors.
      const list = async ({
        since,
        until,
        page,
        pageSize,
        signal,
      }: RestAt & { signal: AbortSignal }): Promise<WindowPage> => {
        const told = await fetchPage({ since, until, page, cursor: undefined, pageSize }, signal);
        if (told.cursor !== undefined) first = told;
        return { events: told.events, next: told.next };
      };
      for await (const page of windows(from, (part) => list({ ...part, cursor: undefined }))) {
        if (first === undefined) yield page;
        else break;
      }
      if (first === undefined) return;
    }
    const at = { since: from.since, until: from.now, pageSize: from.pageSize };
    let cursor = kept;
    let page = first ?? (await fetchPage({ ...at, page: undefined, cursor }, from.signal));
    for (;;) {
      cursor = page.cursor ?? cursor;
      yield { events: page.events, cursor: JSON.stringify({ cursor }) };
      if (page.next === undefined) return;
      page = await fetchPage({ ...at, page: page.next, cursor }, from.signal);
    }
  }

  return { name, hasDeliveryIds: options.hasDeliveryIds ?? false, pages };
}

function ownCursor(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    const { cursor } = JSON.parse(text) as { cursor?: unknown };
    return typeof cursor === "string" ? cursor : undefined;
  } catch {
    return undefined;
  }
}
