// The contract of a backfill source, which lists past events starting at a cursor.
import type { FetchedEvent } from "../../receiver/processing/ingest.js";

export type { FetchedEvent } from "../../receiver/processing/ingest.js";

/** Where a listing starts. */
export interface BackfillFrom {
  /** The cursor of the last completely handled page; `undefined` on the first run. */
  readonly cursor: string | undefined;
  /** Start of a first run, and of `run({ since })`, whose cursor is `undefined`. */
  readonly since: Date;
  /** Start time of this run. */
  readonly now: Date;
  /** How far a run goes back before the end of the last one, to find events that are listed late. */
  readonly overlapSeconds: number;
  /** Wanted events per page. A source with a lower limit returns fewer. */
  readonly pageSize: number;
  /** Aborts when the run must end: on `stop`, or when the lease was lost. */
  readonly signal: AbortSignal;
}

/** One page of events of a source, and the cursor after it. */
export interface BackfillPage {
  /** Oldest first within a page, as far as the source can. */
  readonly events: readonly FetchedEvent[];
  /** Saved after every event of the page has been handled; the next run continues from it. At most 8 KB. */
  readonly cursor: string;
}

/** A list of past events. */
export interface BackfillSource {
  /** Part of the key under which the cursor is kept: it never changes once used. */
  readonly name: string;
  /**
   * `true`: an event has the id of its deliveries, so an event that arrived by webhook is not handled again. `false`: the
   * API does not list that id. Then a fetched event is handled once, and again if it also arrived by webhook, unless
   * `isHandled` returns true.
   */
  readonly hasDeliveryIds: boolean;
  /**
   * Yields all events since then, page by page. An exception ends the run, and the cursor stays.
   *
   * @throws {SenderApiError} When the API fails.
   */
  pages(from: BackfillFrom): AsyncIterable<BackfillPage>;
}

/** One page of a time window. */
export interface WindowPart {
  /** Both ends are included. */
  readonly since: Date;
  readonly until: Date;
  /** What `next` was; `undefined` on the first page. */
  readonly page: string | undefined;
  readonly pageSize: number;
  readonly signal: AbortSignal;
}

/** One page of a window of time, and the cursor within it. */
export interface WindowPage {
  readonly events: readonly FetchedEvent[];
  /** The position of the next page; `undefined` on the last page. */
  readonly next: string | undefined;
}

interface WindowState {
  readonly sinceMs: number;
  /** Absent between windows. */
  readonly untilMs?: number;
  readonly page?: string;
}

/**
 * A source that lists by time, in any order: a run covers a window up to its start, and a cursor names the window
 * and the page in it, so that an interrupted run continues there.
 *
 * @param isPageGone - Whether the error means that the page no longer exists. The window then starts again.
 */
export async function* windows(
  from: BackfillFrom,
  list: (part: WindowPart) => Promise<WindowPage>,
  isPageGone: (error: unknown) => boolean = () => false,
): AsyncGenerator<BackfillPage> {
  const { pageSize, signal, overlapSeconds, now } = from;
  let state: WindowState = readState(from.cursor) ?? { sinceMs: from.since.getTime() };
  const isFirst = from.cursor === undefined;
  for (let round = 0; ; round++) {
    const isResumed = state.untilMs !== undefined;
    const untilMs = state.untilMs ?? now.getTime();
    // Only a new window that follows another one goes back by the overlap.
    const backMs = isResumed || (isFirst && round === 0) ? 0 : overlapSeconds * 1000;
    const sinceMs = state.sinceMs - backMs;
    let page = state.page;
    for (;;) {
      let part: WindowPage;
      try {
        part = await list({ since: new Date(sinceMs), until: new Date(untilMs), page, pageSize, signal });
      } catch (error) {
        if (page === undefined || !isPageGone(error)) throw error;
        page = undefined;
        continue;
      }
      if (part.next !== undefined && part.next === page)
        throw new Error("the API returned the same page again as the next one");
      page = part.next;
      state = page === undefined ? { sinceMs: untilMs } : { sinceMs, untilMs, page };
      yield { events: part.events, cursor: JSON.stringify(state) };
      if (page === undefined) break;
    }
    if (untilMs >= now.getTime()) return;
  }
}

/** Cursors of this module start with a brace. Anything else is from another version or source, and is ignored. */
function readState(cursor: string | undefined): WindowState | undefined {
  if (cursor === undefined) return undefined;
  try {
    const { sinceMs, untilMs, page } = JSON.parse(cursor) as WindowState;
    if (!Number.isSafeInteger(sinceMs)) return undefined;
    if (untilMs === undefined) return { sinceMs };
    return page === undefined ? { sinceMs, untilMs } : { sinceMs, untilMs, page };
  } catch {
    return undefined;
  }
}
