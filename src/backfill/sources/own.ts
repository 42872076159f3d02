// A source of the application: any async iterable of events.
import type { BackfillFrom, BackfillPage, BackfillSource, FetchedEvent } from "./source.js";

/** An event with the cursor from which a later run continues. */
export interface OwnEvent extends FetchedEvent {
  /** Without it a later run continues from the start time of this run minus the overlap, if this run is completed. */
  readonly cursor?: string;
}

/** Where a source of one's own begins to read. */
export interface OwnFrom extends Omit<BackfillFrom, "cursor" | "pageSize"> {
  /** The cursor of the last handled event; `undefined` when there is none. */
  readonly cursor: string | undefined;
}

/**
 * Events of the application: from a database, a file, or a client library with its own paging.
 *
 * @param name - Part of the key of the cursor: it must never change.
 * @param list - Yields all events since then, oldest first.
 * @param options.hasDeliveryIds - Whether the ids are those of deliveries. Default true.
 * @throws {TypeError} When `list` is not a function, or the name is empty.
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
  if (typeof name !== "string" || name === "") throw new TypeError("eventsFrom: name must be a non-empty string");
  if (typeof list !== "function")
    throw new TypeError("eventsFrom: list must be a function that returns an (async) iterable");

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
