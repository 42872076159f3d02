// A clock for several processes of one host, kept in the SQLite file: the slower of two.

/** In whole milliseconds. What the file keeps: the time it was, and what both clocks showed then. */
export interface ClockAnchor {
  readonly timeMs: number;
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** The clocks of this machine, which a test may replace. */
export interface HostClocks {
  /** Counts from the host's start, the same in all of its processes. Node promises neither, but Linux, macOS and Windows do so. */
  readonly monotonicMs: () => number;
  readonly wallMs: () => number;
}

/** A new anchor is kept no more often, so that rounding loses at most a thousandth. */
const KEPT_FOR_MS = 1000;

export const hostClocks: HostClocks = {
  monotonicMs: () => Number(process.hrtime.bigint() / 1_000_000n),
  wallMs: () => Date.now(),
};

/** Where no file is yet: the wall's time, so that whoever looks into the file can read it. */
export function firstAnchor({ monotonicMs, wallMs }: HostClocks): ClockAnchor {
  const nowMs = Math.floor(wallMs());
  return { timeMs: nowMs, monotonicMs: Math.floor(monotonicMs()), wallMs: nowMs };
}

/**
 * The file's time now, and the anchor to keep: the one given, where it is still good.
 *
 * Neither clock is enough. The wall is set: forward by a week, and every record would be past its time; back, and leases
 * would not end. "The largest time seen" as a floor makes the first worse: once a wall was a week ahead, time would stand
 * still for a week. The monotonic clock starts again with the host, and may differ between containers. So time goes on by
 * the smaller of what both say has passed since the anchor:
 *
 * - The wall steps forward: the monotonic clock is the smaller. It steps back: what passed since the anchor is lost, and
 *   from the new anchor on all is right again.
 * - The host started again: the monotonic clock is behind the anchor, and the wall alone says how long it was off. Where
 *   it is ahead of it already, less passed than did.
 * - Clocks that are not the same in all processes: behind or far ahead, and the wall decides.
 *
 * In doubt too little has passed: a lease ends late, and a record is kept longer. The other way an event would run twice.
 */
export function readClock(anchor: ClockAnchor, clocks: HostClocks): { nowMs: number; anchor: ClockAnchor } {
  const monotonicMs = Math.floor(clocks.monotonicMs());
  const wallMs = Math.floor(clocks.wallMs());
  const byMonotonicMs = monotonicMs - anchor.monotonicMs;
  const byWallMs = wallMs - anchor.wallMs;
  const passedMs = Math.max(0, byMonotonicMs < 0 ? byWallMs : Math.min(byMonotonicMs, byWallMs));
  const nowMs = anchor.timeMs + passedMs;
  const isGood = passedMs < KEPT_FOR_MS && Math.abs(byMonotonicMs - byWallMs) < KEPT_FOR_MS;
  return { nowMs, anchor: isGood ? anchor : { timeMs: nowMs, monotonicMs, wallMs } };
}
