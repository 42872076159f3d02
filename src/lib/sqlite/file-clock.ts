// A clock that the processes of one host share in a SQLite file. It advances with the slower of two clocks.

/** The state in the file, in whole milliseconds: a time, and the readings of both clocks at that time. */
export interface ClockAnchor {
  readonly timeMs: number;
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** The clocks of the host. A test can replace them. */
export interface HostClocks {
  /** Counts from the start of the host, the same in all processes. Node does not promise this; Linux, macOS and Windows do it. */
  readonly monotonicMs: () => number;
  readonly wallMs: () => number;
}

/** The shortest time between two stored anchors, so that rounding loses at most a thousandth. */
const KEPT_FOR_MS = 1000;

export const hostClocks: HostClocks = {
  monotonicMs: () => Number(process.hrtime.bigint() / 1_000_000n),
  wallMs: () => Date.now(),
};

/** The first anchor of a new file. Its time is that of the wall clock, so that people can read it. */
export function firstAnchor({ monotonicMs, wallMs }: HostClocks): ClockAnchor {
  const nowMs = Math.floor(wallMs());
  return { timeMs: nowMs, monotonicMs: Math.floor(monotonicMs()), wallMs: nowMs };
}

/**
 * The current time of the file, and the anchor to store: the given one, as long as it is valid.
 *
 * Neither clock is enough alone. The wall clock can be set: forward by a week, and every record would expire; back, and
 * leases would not end. Using the largest time seen as a minimum makes the first case worse: after a wall clock was a week
 * ahead, the time would not advance for a week. The monotonic clock restarts with the host and may differ between containers.
 * So the time advances by the smaller of the two differences since the anchor:
 *
 * - The wall clock is set forward: the monotonic difference is smaller. The wall clock is set back: the time since the anchor
 *   is lost, and it is correct again from the new anchor on.
 * - The host was restarted: the monotonic clock is behind the anchor, and the wall clock alone gives the difference. Where the
 *   monotonic clock is already ahead of the anchor again, the difference is too small.
 * - The monotonic clocks of the processes differ: they are behind or far ahead, and the wall clock decides.
 *
 * In doubt the difference is too small: a lease ends late and a record is kept longer. The opposite would run an event twice.
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
