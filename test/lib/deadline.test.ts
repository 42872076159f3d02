// Deadlines fire once, in time, and not after they were cancelled.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cancelDeadline, setDeadline } from "../../src/lib/deadline.js";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(async () => {
  await vi.advanceTimersByTimeAsync(100_000); // all share one timer, which must not outlive the clock it was set on
  vi.useRealTimers();
});

describe("a deadline", () => {
  it("fires once, not before its time and at most a tick of 25 ms after it", async () => {
    const fire = vi.fn();
    setDeadline(100, fire);
    await vi.advanceTimersByTimeAsync(99);
    expect(fire).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(26);
    expect(fire).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(fire).toHaveBeenCalledTimes(1);
  });

  it("that is cancelled does not fire; cancelling again, or nothing, does no harm", async () => {
    const fire = vi.fn();
    const deadline = setDeadline(10, fire);
    cancelDeadline(deadline);
    cancelDeadline(deadline);
    cancelDeadline(undefined);
    await vi.advanceTimersByTimeAsync(100);
    expect(fire).not.toHaveBeenCalled();
  });

  it("in the past fires at the next tick", async () => {
    const fire = vi.fn();
    setDeadline(-5, fire);
    expect(fire).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(25);
    expect(fire).toHaveBeenCalledTimes(1);
  });

  it("may be set, and another cancelled, while one fires", async () => {
    const late = vi.fn();
    const next = vi.fn();
    setDeadline(10, () => {
      cancelDeadline(other);
      setDeadline(50, next);
    });
    const other = setDeadline(10, late);
    await vi.advanceTimersByTimeAsync(200);
    expect(late).not.toHaveBeenCalled();
    expect(next).toHaveBeenCalledTimes(1);
  });

  it("shares one timer with all others, and none ticks while nothing waits", async () => {
    for (let at = 0; at < 1_000; at++) setDeadline(at, () => undefined);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
