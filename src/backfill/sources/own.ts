// An application's own source: any async iterable of events.
import type { BackfillFrom, BackfillPage, BackfillSource, FetchedEvent } from "./source.js";

/** An event, and where a later run goes on once it has been handled. */
export interface OwnEvent extends FetchedEvent {
  /** Absent: a later run goes on from the time at which this one began, less the overlap, if this one comes to its end. */
  readonly cursor?: string;
}

/** Where a source of one's own begins to read. */
export interface OwnFrom extends Omit<BackfillFrom, "cursor" | "pageSize"> {
  /** The last event's, of those that have been handled; `undefined` where there is none. */
  readonly cursor: string | undefined;
}

/**
 * Events of one's own: from a database, a file, a client library that pages by itself.
 *
 * @param name - Part of the key under which the cursor is kept: it never changes once used.
 * @param list - Everything since, oldest first.
 * @param options.hasDeliveryIds - The ids are those of deliveries. Default true.
 * @throws {TypeError} When `list` is no function, or the name is empty.
 * @example
 * const rows = [{ id: "1", total: 3, changedAt: new Date() }];
 * eventsFrom("ledger", async function* ({ since }) {
 *   for (const row of rows) if (row.changedAt >= since) yield { id: row.id, type: "entry.made", payload: row };
 * })
 */
export function eventsFrom(
  name: string,
  list: (from: OwnFrom) => AsyncIterable<OwnEvent> | Iterable<OwnEvent>,
  options: { readonly hasDeliveryIds?: boolean } = {},
): BackfillSource {
  if (typeof name !== "string" || name === "") throw new TypeError("eventsFrom: name must be a text");
  if (typeof list !== "function")
    throw new TypeError("eventsFrom: list must be a function that gives an (async) iterable");

  async function* pages(from: BackfillFrom): AsyncGenerator<BackfillPage> {
    const { sinceMs, cursor: kept } = readState(from.cursor);
    const since = sinceMs === undefined ? from.since : new Date(sinceMs - from.overlapSeconds * 1000);
    let cursor = kept;
    let events: FetchedEvent[] = [];
    const stateNow = (endMs: number | undefined): string =>
      JSON.stringify({ sinceMs: endMs ?? since.getTime(), ...(cursor === undefined ? {} : { cursor }) });
    for await (const { cursor: next, ...event } of list({ ...from, since, cursor: kept })) {
      cursor = next ?? cursor;
      events.push(event);
      if (events.length < from.pageSize) continue;
      yield { events, cursor: stateNow(sinceMs) };
      events = [];
    }
    yield { events, cursor: stateNow(from.now.getTime()) };
  }

  return { name, hasDeliveryIds: options.hasDeliveryIds ?? true, pages };
}

function readState(text: string | undefined): { sinceMs?: number; cursor?: string } {
  if (text === undefined) return {};
  try {
    const { sinceMs, cursor } = JSON.parse(text) as { sinceMs?: unknown; cursor?: unknown };
    return {
      ...(Number.isSafeInteger(sinceMs) ? { sinceMs: sinceMs as number } : {}),
      ...(typeof cursor === "string" ? { cursor } : {}),
    };
  } catch {
    return {};
  }
}
