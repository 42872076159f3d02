// After a run an entry is done, waits, or is dead.
import { describe, expect, it } from "vitest";
import type { EventOutcome } from "../../src/core/outcome.js";
import type { OutcomeName } from "../../src/core/outcomes.js";
import { DEFAULT_BACKOFF, decisionOf } from "../../src/inbox/retry-policy.js";

function outcome(name: OutcomeName, more: Partial<EventOutcome> = {}): EventOutcome {
  return {
    name,
    id: "e1",
    type: "order.created",
    tenant: undefined,
    attempt: 1,
    notes: [],
    hint: undefined,
    error: undefined,
    retryAfterSeconds: undefined,
    status: undefined,
    reply: undefined,
    ...more,
  };
}
const run = (name: OutcomeName, more: Partial<EventOutcome> = {}, attempt = 1, isStopping = false) =>
  decisionOf({ outcome: outcome(name, more), attempt, progress: "p", isStopping }, DEFAULT_BACKOFF, () => 0.5);

describe("decisionOf", () => {
  it.each(["processed", "duplicate", "ignored", "discarded"] as const)("%s is done", (name) => {
    expect(run(name)).toEqual({ state: "done" });
  });

  it.each([
    [1, 2.5],
    [2, 5],
    [10, 1280],
    [11, 1800],
    [14, 1800],
  ])("a handler that failed %i times runs again within the doubled ceiling", (attempt, afterSeconds) => {
    expect(run("handler_failed", {}, attempt)).toEqual({
      state: "retry",
      afterSeconds,
      reason: "handler_failed",
      progress: "p",
      isCounted: true,
    });
  });

  it("waits at least as long as the handler asked", () => {
    expect(run("retry_later", { retryAfterSeconds: 600 })).toMatchObject({ afterSeconds: 630 });
  });

  it.each([
    [2, 2.1],
    [60, 5.25],
  ])("asks again soon where a claim with %i s left stands in the way", (retryAfterSeconds, afterSeconds) => {
    expect(run("in_flight", { retryAfterSeconds })).toMatchObject({ afterSeconds, isCounted: false });
  });

  it("is never put off beyond 30 days, whatever the handler asked", () => {
    expect(run("retry_later", { retryAfterSeconds: 1e12 })).toMatchObject({ afterSeconds: 30 * 86_400 });
  });

  it("is dead after the last attempt, with the last reason", () => {
    const error = new Error("wrapped", { cause: new Error("no such order") });
    expect(run("handler_failed", { error, hint: "the handler threw Error" }, 15)).toEqual({
      state: "dead",
      reason: "failed 15 times; the last time: handler_failed: the handler threw Error: no such order",
    });
  });

  it("is dead immediately where onInvalid is reject", () => {
    expect(run("invalid_event", { status: 422, hint: "no total" })).toEqual({
      state: "dead",
      reason: "invalid_event: no total",
    });
  });

  it.each(["in_flight", "store_unavailable", "undecided", "closing"] as const)("%s is not counted", (name) => {
    expect(run(name, {}, 40)).toMatchObject({ state: "retry", isCounted: false });
  });

  it("a run that the worker's stop ended is not counted and is retried immediately", () => {
    expect(run("handler_failed", {}, 15, true)).toMatchObject({ state: "retry", afterSeconds: 0, isCounted: false });
  });
});
