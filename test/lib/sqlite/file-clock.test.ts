// The clock of an SQLite file never runs backwards, whatever the clocks of its processes do.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstAnchor, hostClocks, readClock } from "../../../src/lib/sqlite/file-clock.js";

const HOUR_MS = 3_600_000;
const anchor = { timeMs: 1_000_000, monotonicMs: 50_000, wallMs: 1_700_000_000_000 };

/** What the clock says when both clocks have moved by so much. */
function moved(monotonicMs: number, wallMs: number) {
  return readClock(anchor, {
    monotonicMs: () => anchor.monotonicMs + monotonicMs,
    wallMs: () => anchor.wallMs + wallMs,
  });
}

describe("readClock", () => {
  it.each([
    ["both agree", HOUR_MS, HOUR_MS, HOUR_MS],
    ["the wall was set forward by a week", HOUR_MS, HOUR_MS + 168 * HOUR_MS, HOUR_MS],
    ["the wall was set back by a week: what passed is lost, no more", HOUR_MS, HOUR_MS - 168 * HOUR_MS, 0],
    ["the host was asleep, which the monotonic clock does not count", 60_000, HOUR_MS, 60_000],
    ["the host started again: the wall says how long it was off", -30_000, HOUR_MS, HOUR_MS],
    ["the host started again with a wall of 1970", -30_000, -anchor.wallMs, 0],
    ["the host started again long ago: less than passed", 1000, HOUR_MS, 1000],
    ["another container's monotonic clock is far ahead: the wall says", 1e12, HOUR_MS, HOUR_MS],
    ["nothing has passed", 0, 0, 0],
  ])("%s", (_, monotonicMs, wallMs, passedMs) => {
    expect(moved(monotonicMs, wallMs).nowMs - anchor.timeMs).toBe(passedMs);
  });

  it.each([
    ["keeps the anchor for a second, so that rounding does not add up", 999, 999, true],
    ["makes a new one after a second", 1000, 1000, false],
    ["makes a new one when the clocks disagree by a second", 500, -500, false],
    ["makes a new one when the host started again", -40_000, 10, false],
  ])("%s", (_, monotonicMs, wallMs, isKept) => {
    const { nowMs, anchor: next } = moved(monotonicMs, wallMs);
    if (isKept) expect(next).toBe(anchor);
    else {
      expect(next).toEqual({
        timeMs: nowMs,
        monotonicMs: anchor.monotonicMs + monotonicMs,
        wallMs: anchor.wallMs + wallMs,
      });
    }
  });

  it("never goes faster than the host, and loses at most the step in which a clock was set", () => {
    const step = fc.record({
      passMs: fc.integer({ min: 0, max: 5000 }),
      setWallMs: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: -1e10, max: 1e10 })),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let [monotonic, wall, trueMs, mayLoseMs] = [5000.5, 1.7e12, 0, 0];
        const clocks = { monotonicMs: () => monotonic, wallMs: () => wall };
        let last = firstAnchor(clocks);
        const startMs = last.timeMs;
        for (const { passMs, setWallMs } of steps) {
          monotonic += passMs;
          wall += passMs + setWallMs;
          trueMs += passMs;
          // What passed since the anchor, which is younger than a second before this step.
          if (setWallMs !== 0) mayLoseMs += passMs + 1000;
          const { nowMs, anchor: next } = readClock(last, clocks);
          last = next;
          expect(nowMs - startMs).toBeLessThanOrEqual(trueMs + 1);
          expect(nowMs - startMs).toBeGreaterThanOrEqual(trueMs - mayLoseMs - 1000);
        }
      }),
    );
  });
});

describe("hostClocks", () => {
  it("are whole milliseconds, and the monotonic one does not go back", () => {
    const first = hostClocks.monotonicMs();
    expect(Number.isSafeInteger(first)).toBe(true);
    expect(hostClocks.monotonicMs()).toBeGreaterThanOrEqual(first);
    expect(Number.isSafeInteger(hostClocks.wallMs())).toBe(true);
  });
});
