// The contract of a backfill source: it lists past events from a cursor on.
import type { FetchedEvent } from "../../receiver/processing/ingest.js";

export type { FetchedEvent } from "../../receiver/processing/ingest.js";

/** From where a listing goes on. */
export interface BackfillFrom {
  /** What the source gave with the last page that was handled whole; `undefined` on the first run. */
  readonly cursor: string | undefined;
  /** Where a first run begins; and any run that was told to by `run({ since })`, whose cursor is `undefined`. */
  readonly since: Date;
  /** When this run began. */
  readonly now: Date;
  /** How far a run goes back behind where the last one ended: what is listed late is found so. */
  readonly overlapSeconds: number;
  /** How many events a page should have; a source with a lower limit of its own gives fewer. */
  readonly pageSize: number;
  /** Aborts when the run is to end: `stop`, or the lease was lost. */
  readonly signal: AbortSignal;
}

/** One page of events of a source, and the cursor after it. */
export interface BackfillPage {
  /** Oldest first within a page, as far as the source can. */
  readonly events: readonly FetchedEvent[];
  /** AttemptCounter once every event of the page has been handled; the next run goes on from it. At most 8 KB. */
  readonly cursor: string;
}

/** Where past events are listed. */
export interface BackfillSource {
  /** Part of the key under which the cursor is kept: it never changes once used. */
  readonly name: string;
  /**
   * `true`: an event's id is the one its deliveries have, so that what came by webhook is not handled again. `false`: the
   * API does not tell that id. Then what was fetched is handled once, and again where it came by webhook too, unless
   * `isHandled` knows.
   */
  readonly hasDeliveryIds: boolean;
  /**
   * Everything since, page by page, until there is no more. What it throws ends the run; the cursor stays.
   *
   * @throws {SenderApiError} In words.
   */
  pages(from: BackfillFrom): AsyncIterable<BackfillPage>;
}

/** A part of one window of time. */
export interface WindowPart {
  /** Both ends belong to it. */
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
  /** Where the next page of the window is; `undefined`: this was the last. */
  readonly next: string | undefined;
}

interface WindowState {
  readonly sinceMs: number;
  /** Absent between windows. */
  readonly untilMs?: number;
  readonly page?: string;
}

/**
 * A source that lists by time, in whatever order: a run covers a window up to its own start, and a cursor names the window
 * and the page in it, so that a run that was cut off goes on where it was.
 *
 * @param isPageGone - Whether the error says that the page's name means nothing any more; the window then begins anew.
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
    // Only a fresh window that follows another one looks back.
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
        throw new Error("the API names the same page again as the next one");
      page = part.next;
      state = page === undefined ? { sinceMs: untilMs } : { sinceMs, untilMs, page };
      yield { events: part.events, cursor: JSON.stringify(state) };
      if (page === undefined) break;
    }
    if (untilMs >= now.getTime()) return;
  }
}

/** Each of ours begins with a brace; anything else is of another version or source, and begins anew. */
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
