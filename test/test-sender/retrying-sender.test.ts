// A test sender goes on as its sender does: the same event, at the vendor's pauses, until it is delivered or given up.

import { createReceiver, Discard, memoryStore } from "hookgate";
import { github, mailgun, slack, standardWebhooks, stripe, tossPayments } from "hookgate/senders";
import { createTestSender, retrySchedule, sendPersistently, virtualClock } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { quietLogger } from "../support/quiet.js";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const sender = stripe({ secret: SECRET });
const payload = { data: { object: {} } };

/** A receiver whose time is virtual, and that fails the first so many times. */
function start(failures: number, handlerOf: () => void = () => undefined) {
  const clock = virtualClock(Date.parse("2026-11-20T00:00:00Z"));
  const receiver = createReceiver(sender, { now: clock.now, dedupe: { store: memoryStore() }, logger: quietLogger });
  const handled: string[] = [];
  let count = 0;
  receiver.on("invoice.paid", ({ id }) => {
    handlerOf();
    if (count++ < failures) throw new Error("not yet");
    handled.push(String(id));
  });
  const test = createTestSender(sender, { to: receiver as never, now: clock.now });
  return {
    clock,
    handled,
    send: (more = {}) => sendPersistently(sender as never, test, "invoice.paid", payload, { clock, ...more }),
  };
}

describe("a sender that goes on", () => {
  it("delivers the same event, signed anew days later, in no time", async () => {
    const { send, handled } = start(7);
    const startMs = performance.now();
    const { end, attempts } = await send();
    expect(performance.now() - startMs).toBeLessThan(5_000);
    expect(end).toBe("delivered");
    expect(attempts.map(({ status }) => status)).toEqual([500, 500, 500, 500, 500, 500, 500, 200]);
    expect(handled).toHaveLength(1);
    expect((attempts.at(-1)?.atMs ?? 0) - (attempts[0]?.atMs ?? 0)).toBeGreaterThan(20 * 3_600_000);
  });

  it("gives up when its schedule has ended", async () => {
    const { send, handled } = start(Number.POSITIVE_INFINITY);
    const { end, attempts } = await send({ afterSeconds: [1, 2] });
    expect([end, attempts.length, handled]).toEqual(["gave_up", 3, []]);
    expect(attempts.map(({ atMs }) => atMs - (attempts[0]?.atMs ?? 0))).toEqual([0, 1_000, 3_000]);
  });

  it("retries while the receiver is down, and delivers under one id once it is up", async () => {
    const clock = virtualClock();
    const { send } = start(0);
    expect((await send({ id: "evt_1" })).last?.id).toBe("evt_1");
    const gone = createTestSender(sender, { to: "http://127.0.0.1:9/hook", now: clock.now });
    const { end, attempts, last } = await sendPersistently(sender as never, gone, "invoice.paid", payload, {
      clock,
      afterSeconds: [1],
    });
    expect({ end, last, statuses: attempts.map(({ status }) => status) }).toEqual({
      end: "gave_up",
      last: undefined,
      statuses: [undefined, undefined],
    });
  });

  it("waits for Retry-After where its sender does", async () => {
    const clock = virtualClock();
    const own = standardWebhooks({ secret: SECRET });
    const busy = { deliver: async () => ({ status: 503, headers: { "retry-after": "50" }, body: "" }) };
    const test = createTestSender(own, { to: busy as never, now: clock.now });
    const { attempts } = await sendPersistently(own as never, test, "a.b", {}, { clock, afterSeconds: [1, 100] });
    expect(attempts.map(({ atMs }) => atMs - (attempts[0]?.atMs ?? 0))).toEqual([0, 50_000, 150_000]);
  });

  it("stops at what stops it", async () => {
    const clock = virtualClock();
    const own = mailgun({ secret: "key-0123456789abcdef" });
    const receiver = createReceiver(own, { now: clock.now, logger: quietLogger });
    receiver.on("*" as never, () => {
      throw new Discard("never");
    });
    const test = createTestSender(own, { to: receiver as never, now: clock.now });
    const { end, attempts } = await sendPersistently(
      own as never,
      test,
      "delivered",
      { "event-data": { event: "delivered", id: "e1" } },
      { clock },
    );
    expect({ end, statuses: attempts.map(({ status }) => status) }).toEqual({ end: "stopped", statuses: [406] });
  });
});

describe("schedules", () => {
  it.each([
    ["GitHub, which never sends again", github({ secret: SECRET }), []],
    ["Slack", slack({ secret: SECRET }), [0, 60, 300]],
    ["Toss Payments", tossPayments({ confirm: () => true }), [60, 240, 960, 3_840, 15_360, 61_440, 245_760]],
  ])("of %s are the vendor's", (_name, one, pauses) => {
    expect(retrySchedule(one as never)).toEqual(pauses);
  });

  it("of others end at the horizon", () => {
    const pauses = retrySchedule(sender as never);
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBeCloseTo(sender.profile.retryHorizonSeconds);
  });
});

describe("virtualClock", () => {
  it("wakes who is due first, first", async () => {
    const clock = virtualClock(0);
    const woken: string[] = [];
    await Promise.all([
      clock.wait(2_000).then(() => woken.push(`b ${clock.now()}`)),
      clock.wait(1_000).then(() => woken.push(`a ${clock.now()}`)),
    ]);
    expect(woken).toEqual(["a 1000", "b 2000"]);
  });
});
