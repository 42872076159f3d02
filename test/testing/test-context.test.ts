// Handlers called directly, with the context that a receiver would give them.
import { type Context, type Handler, RetryLater, type WebhookEvent } from "hookgate";
import { telegram } from "hookgate/senders";
import { testContext, testEvent } from "hookgate/testing";
import { describe, expect, expectTypeOf, it } from "vitest";

interface Order {
  readonly total: number;
}

describe("testEvent", () => {
  it("is an event as a handler gets it, typed by what was given", () => {
    const event = testEvent("order.created", { total: 3 } satisfies Order, { tenant: "acme" });
    expectTypeOf(event).toExtend<WebhookEvent<"order.created", Order>>();
    expect(event).toMatchObject({
      id: "evt_test",
      type: "order.created",
      payload: { total: 3 },
      tenant: "acme",
      verified: true,
    });
    expect(Buffer.from(event.body).toString()).toBe('{"total":3}');
    expect(testEvent("a", undefined, { id: undefined }).id).toBeUndefined();
  });

  it("refuses a field it does not know", () => {
    expect(() => testEvent("a", {}, { tennant: "acme" } as never)).toThrow(/did you mean "tenant"\?/);
  });
});

describe("testContext", () => {
  it("remembers what once has done over attempts, as a store does", async () => {
    const charges: number[] = [];
    let isDown = true;
    const handler: Handler<WebhookEvent<string, Order>> = async (event, context) => {
      const charge = await context.once("charge", () => {
        charges.push(event.payload.total);
        return { id: "ch_1" };
      });
      if (isDown) throw new RetryLater({ afterSeconds: 30 });
      context.reply({ status: 202, body: `${charge.id} ${context.attempt}` });
    };
    const event = testEvent("order.created", { total: 3 });
    const first = testContext();
    await expect(handler(event, first.context)).rejects.toThrow(RetryLater);
    const second = first.again();
    await expect(handler(event, second.context)).rejects.toThrow(RetryLater);
    isDown = false;
    const third = second.again();
    await handler(event, third.context);
    expect(charges).toEqual([3]);
    expect(first.replied).toBeUndefined();
    expect(third.replied).toEqual({ status: 202, headers: {}, body: "ch_1 3" });
  });

  it("refuses what a receiver refuses: a second reply, and a status that is no success of the sender", () => {
    const { context } = testContext();
    expect(() => context.reply({ status: 500 })).toThrow(/none of this sender's success statuses/);
    context.reply({ status: 201 });
    expect(() => context.reply({})).toThrow(/called twice/);
    const strict = testContext({ sender: telegram({ token: "a_secret_of_the_tests_only" }) });
    expect(() => strict.context.reply({ status: 299 })).toThrow(TypeError);
  });

  it("aborts its signal on request", () => {
    const run = testContext();
    const reasons: unknown[] = [];
    run.context.signal.addEventListener("abort", () => reasons.push(run.context.signal.reason));
    run.abort(new Error("too slow"));
    expect(reasons).toEqual([new Error("too slow")]);
    expect(testContext().context.signal.aborted).toBe(false);
  });

  it("has a transaction where one is given, and says so where none is", () => {
    const tx = { query: () => "done" };
    const { context } = testContext({ tx });
    expectTypeOf(context).toExtend<Context<typeof tx>>();
    expect(context.tx.query()).toBe("done");
    expect(() => (testContext().context as unknown as Context<object>).tx).toThrow(/there is no transaction/);
  });

  it("shows the state it was given", () => {
    const { context } = testContext({ attempt: 4, idempotencyKey: "k", isSuperseded: true, fence: 9 });
    expect([context.attempt, context.idempotencyKey, context.isSuperseded, context.fence, context.dedupe]).toEqual([
      4,
      "k",
      true,
      9,
      "claimed",
    ]);
    expect(testContext({ dedupe: "off", idempotencyKey: undefined }).context.idempotencyKey).toBeUndefined();
    expect(testContext({ dedupe: "bypassed" }).context.fence).toBeUndefined();
  });

  it("refuses an option it does not know", () => {
    expect(() => testContext({ attempts: 2 } as never)).toThrow(/did you mean "attempt"\?/);
  });
});
