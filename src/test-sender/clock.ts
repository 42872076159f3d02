// A clock for tests.

/** When a clock shows what. */
export type Instant = Date | number | string;

/** A clock that moves only when a test moves it. */
export interface TestClock {
  /** Milliseconds since the epoch. Bound: pass it as `now`. */
  readonly now: () => number;
  /** So many seconds later; fewer than 0 is earlier. */
  advanceSeconds(seconds: number): void;
  /** A date, milliseconds since the epoch, or RFC 3339. */
  set(instant: Instant): void;
}

/**
 * A clock that stands still until a test moves it, for `now` of `createReceiver`, `createTestSender` and `memoryStore`.
 *
 * Promise: freshness, and with `memoryStore({ now })` leases and retention, go by it. Not promised: time limits of bodies,
 * handlers and replies, which are on the machine's own clock.
 *
 * @param start - What it shows at first. Default: the present.
 * @throws {TypeError} For what is no time.
 * @example
 * const clock = testClock("2026-01-31T12:00:00Z");
 * const checked = createReceiver(sender, { now: clock.now });
 * const test = createTestSender(sender, { now: clock.now });
 * await test.send(checked, { type: "invoice.paid" }); // fresh, whatever year it is
 * await test.send(checked, { type: "invoice.paid", timestamp: clock.now() - 301_000 }); // 401
 */
export function testClock(start: Instant = Date.now()): TestClock {
  let nowMs = millisecondsOf(start);
  return {
    now: () => nowMs,
    advanceSeconds(seconds) {
      if (!Number.isFinite(seconds)) throw new TypeError(`advanceSeconds: a number of seconds; got ${String(seconds)}`);
      nowMs += seconds * 1000;
    },
    set(instant) {
      nowMs = millisecondsOf(instant);
    },
  };
}

function millisecondsOf(instant: Instant): number {
  const ms = typeof instant === "string" ? Date.parse(instant) : Number(instant);
  if (Number.isFinite(ms)) return ms;
  throw new TypeError(
    `testClock: a time must be a Date, milliseconds since the epoch, or RFC 3339 such as "2026-01-31T12:00:00Z"; got ${String(instant)}`,
  );
}
