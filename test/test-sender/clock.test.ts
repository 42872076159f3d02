// testClock stands still until it is moved.

import { createReceiver, memoryStore } from "hookgate";
import { createTestSender, testClock } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { erp } from "../receiver/harness.js";
import { quietLogger } from "../support/quiet.js";

describe("testClock", () => {
  it("stands still until it is moved, forth and back", () => {
    const { now, advanceSeconds, set } = testClock("2026-01-31T12:00:00Z");
    expect([now(), now()]).toEqual([1_769_860_800_000, 1_769_860_800_000]);
    advanceSeconds(1.5);
    expect(now()).toBe(1_769_860_801_500);
    advanceSeconds(-2);
    expect(now()).toBe(1_769_860_799_500);
    set(new Date(5));
    expect(now()).toBe(5);
    set(7);
    expect(now()).toBe(7);
  });

  it("begins at the present where nothing else is said", () => {
    expect(Math.abs(testClock().now() - Date.now())).toBeLessThan(5_000);
  });

  it.each<[string, number, number]>([
    ["accepted at 299 s", 299, 200],
    ["accepted at 300 s, the tolerance itself", 300, 200],
    ["refused at 301 s", 301, 401],
  ])("decides freshness: %s", async (_, seconds, status) => {
    const clock = testClock("2001-01-01T00:00:00Z");
    const receiver = createReceiver(erp(), { logger: quietLogger, now: clock.now });
    const test = createTestSender(erp(), { now: clock.now });
    const signed = await test.sign({ type: "a.b" });
    clock.advanceSeconds(seconds);
    const { headers, body } = signed;
    expect((await receiver.receive({ headers, body })).reply.status).toBe(status);
  });

  it("decides retention, where the store has it too", async () => {
    const clock = testClock();
    let runs = 0;
    const dedupe = { store: memoryStore({ now: clock.now }), retentionSeconds: 3_600 };
    const receiver = createReceiver(erp(), { logger: quietLogger, now: clock.now, dedupe }).on("*", () => void runs++);
    const test = createTestSender(erp(), { now: clock.now });
    for (const seconds of [0, 3_599, 2]) {
      clock.advanceSeconds(seconds);
      await test.send(receiver, { type: "a.b", id: "evt_clock" });
    }
    expect(runs).toBe(2);
  });

  it.each([
    ["a text that is no time", () => testClock("tomorrow")],
    ["an invalid date", () => testClock(new Date(Number.NaN))],
    ["a step that is no number", () => testClock().advanceSeconds(Number.NaN)],
  ])("refuses %s", (_, build) => {
    expect(build).toThrow(TypeError);
  });
});
