// Handler and completion in one transaction: what was written stands exactly when the event counts as handled.

import {
  type Context,
  createReceiver,
  type DedupeStore,
  Discard,
  memoryStore,
  type Outcome,
  type ReceiverOptions,
  type WebhookError,
} from "hookgate";
import { afterEach, describe, expect, it, vi } from "vitest";
import { quietLogger } from "../support/quiet.js";
import { erp, event, gate, signed, viewOf } from "./harness.js";
import { TransactionalStore, type Tx } from "./transactional-store.js";

afterEach(async () => {
  // Deadlines share one timer: it must have rung out on the clock that it was set on.
  if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(15_000);
  vi.useRealTimers();
});

/** The timer that deadlines share may still be ticking on the real clock. */
async function fakeTimers(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 60));
  vi.useFakeTimers();
}

type Run = (context: Context<Tx>, call: number) => unknown;

function world(run: Run, options: ReceiverOptions<{}, Tx> = {}) {
  const store = new TransactionalStore();
  const errors: WebhookError[] = [];
  const outcomes: Outcome[] = [];
  let calls = 0;
  const receiver = createReceiver(erp(), {
    onError: (error) => errors.push(error),
    onOutcome: (outcome) => outcomes.push(outcome),
    ...options,
    dedupe: { store, ...(options.dedupe === false ? {} : options.dedupe) },
  });
  receiver.on("order.created", (_, context) => {
    calls += 1;
    return run(context, calls);
  });
  const body = event("order.created");
  const deliver = () => receiver.receive({ headers: signed(body), body });
  return { store, receiver, errors, outcomes, deliver, calls: () => calls };
}

describe("a handler that returns", () => {
  it("commits what it wrote with the event's completion; a duplicate gets its reply", async () => {
    const { store, deliver, calls } = world(({ tx, reply }) => {
      tx.write("order", "paid");
      reply({ body: "thanks" });
    });
    expect(await deliver()).toMatchObject({ name: "processed", reply: { body: "thanks" } });
    expect(store.table).toEqual(new Map([["order", "paid"]]));
    expect(await deliver()).toMatchObject({ name: "duplicate", reply: { body: "thanks" } });
    expect([store.ends, calls()]).toEqual([["complete"], 1]);
  });

  it("may have thrown Discard, which completes the event all the same", async () => {
    const { store, deliver } = world(() => {
      throw new Discard();
    });
    expect((await deliver()).name).toBe("discarded");
    expect((await deliver()).name).toBe("duplicate");
    expect(store.ends).toEqual(["complete"]);
  });

  it("has context.tx taken from it", async () => {
    let kept: Context<Tx> | undefined;
    const { deliver } = world((context) => {
      kept = context;
    });
    await deliver();
    expect(() => kept?.tx).toThrow(/context\.tx: read after the handler ended/);
  });
});

it("a handler that throws is undone, its attempt and progress kept", async () => {
  const attempts: number[] = [];
  let charges = 0;
  const { store, deliver } = world(async ({ tx, attempt, once }, call) => {
    attempts.push(attempt);
    await once("charge", () => ++charges);
    tx.write("order", `paid ${call}`);
    if (call === 1) throw new Error("no");
  });
  expect((await deliver()).name).toBe("handler_failed");
  expect([...store.table]).toEqual([]);
  expect((await deliver()).name).toBe("processed");
  expect([...store.table]).toEqual([["order", "paid 2"]]);
  expect([attempts, charges, store.ends]).toEqual([[1, 2], 1, ["release", "complete"]]);
});

it("a handler that throws since the connection is gone, so that nothing can be rolled back either, is 503 and not its failure", async () => {
  const { store, deliver, errors } = world(() => {
    throw new Error("Connection terminated unexpectedly");
  });
  store.beforeRelease = () => {
    throw new Error("Connection terminated unexpectedly");
  };
  const { name, retry, reply } = await deliver();
  expect({ name, retry, status: reply.status }).toEqual({ name: "store_unavailable", retry: true, status: 503 });
  expect(errors.map(({ code }) => code)).toEqual(["store_unavailable", "handler_failed"]);
  expect([...store.table]).toEqual([]);
});

it("a copy in another process, while the transaction is open, is in flight", async () => {
  const end = gate();
  const { store, deliver, calls } = world(() => end.opened);
  const running = deliver();
  await expect.poll(calls).toBe(1);
  const request = { key: "k", token: "t", leaseSeconds: 1, bodyDigest: "d" };
  expect(store.openCount).toBe(1);
  expect(await store.begin(request)).toMatchObject({ state: "claimed" }); // another key
  end.open();
  expect((await running).name).toBe("processed");
});

describe("a commit", () => {
  it("that failed is 503 and never success, tried once, reported, and the event runs again", async () => {
    const { store, deliver, errors, calls } = world(({ tx }) => tx.write("order", "paid"));
    store.beforeCommit = () => {
      store.beforeCommit = () => undefined;
      throw new Error("serialization failure");
    };
    expect(await deliver()).toMatchObject({ name: "store_unavailable", retry: true, reply: { status: 503 } });
    expect([...store.table]).toEqual([]);
    expect(errors.map(({ code }) => code)).toEqual(["store_unavailable"]);
    expect(store.ends).toEqual(["complete"]);
    expect((await deliver()).name).toBe("processed");
    expect(calls()).toBe(2);
  });

  it("that does not answer within a second is answered 503, since it may have happened", async () => {
    await fakeTimers();
    const { store, deliver, errors } = world(({ tx }) => tx.write("order", "paid"));
    store.beforeCommit = () => new Promise(() => undefined);
    const running = deliver();
    await vi.advanceTimersByTimeAsync(1_200);
    expect((await running).name).toBe("store_unavailable");
    expect(errors.map(({ code }) => code)).toEqual(["store_unavailable"]);
  });
});

describe("a transaction that cannot be opened", () => {
  it("is 503, and no handler runs", async () => {
    const { store, deliver, calls, errors } = world(() => undefined);
    store.beforeBegin = () => {
      throw new Error("too many connections");
    };
    expect(await deliver()).toMatchObject({ name: "store_unavailable", reply: { status: 503 } });
    expect([calls(), errors.length]).toEqual([0, 1]);
  });

  it("and opens later is given back at once: no connection is lost", async () => {
    await fakeTimers();
    const { store, deliver, calls } = world(() => undefined);
    const opened = gate();
    store.beforeBegin = () => opened.opened;
    const running = deliver();
    await vi.advanceTimersByTimeAsync(1_200);
    expect((await running).name).toBe("store_unavailable");
    opened.open();
    await vi.advanceTimersByTimeAsync(1);
    expect([store.openCount, store.ends, calls()]).toEqual([0, ["release"], 0]);
  });
});

it("a handler that never ends has its transaction ended, and what it does later counts for nothing", async () => {
  await fakeTimers();
  const end = gate();
  const { store, deliver, errors, outcomes } = world(
    async ({ tx }, call) => {
      if (call > 1) return;
      await end.opened;
      expect(() => tx.write("order", "late")).toThrow(/has ended/);
    },
    { answerWithinSeconds: 0.5, handlerTimeoutSeconds: 1 },
  );
  const first = deliver();
  await vi.advanceTimersByTimeAsync(600);
  expect((await first).name).toBe("handler_running");
  await vi.advanceTimersByTimeAsync(11_000);
  expect([store.ends, store.openCount]).toEqual([["abandon"], 0]);
  expect((await deliver()).name).toBe("processed");
  end.open();
  await vi.advanceTimersByTimeAsync(1);
  expect(outcomes.at(-1)).toMatchObject({ name: "store_unavailable", isLate: true });
  expect(errors.map(({ code }) => code)).toEqual(["handler_running", "store_unavailable"]);
  expect(store.ends).toEqual(["abandon", "complete"]);
});

it("close undoes a handler that does not end in time, and its sender gets no success", async () => {
  const end = gate();
  const { store, receiver, deliver, calls } = world(({ tx }) => {
    tx.write("order", "paid");
    return end.opened;
  });
  const running = deliver();
  await expect.poll(calls).toBe(1);
  await receiver.close({ graceSeconds: 0.01 });
  expect(store.ends).toEqual(["release"]);
  end.open();
  expect(await running).toMatchObject({ name: "closing", retry: true, reply: { status: 503 } });
  expect([...store.table]).toEqual([]);
});

it("order asks inside of the transaction", async () => {
  const { store, deliver } = world(() => undefined, { order: { key: () => "o1", version: () => 1 } });
  expect((await deliver()).name).toBe("processed");
  expect(store.ends).toEqual(["advance in transaction", "complete"]);
});

it("an event without an id has no transaction, and says so where context.tx is read", async () => {
  const store = new TransactionalStore();
  const errors: WebhookError[] = [];
  const sender = erp({ event: { type: { kind: "text", in: "json", name: "type" } } });
  const receiver = createReceiver(sender, { dedupe: { store }, onError: (error) => errors.push(error) });
  receiver.on("order.created", ({ id }, { tx }) => tx.write("order", String(id)));
  const body = event();
  expect((await receiver.receive({ headers: signed(body), body })).name).toBe("handler_failed");
  expect(String(errors[0]?.cause)).toMatch(/the event has no id to claim it by/);
});

describe("misuse", () => {
  const store = (): DedupeStore<Tx> => new TransactionalStore();

  it("guard: a route outside of the receiver has no context.tx, and that is said where it is mounted", () => {
    const receiver = createReceiver(erp(), { dedupe: { store: store() } });
    expect(() => receiver.guard).toThrow(/receiver\.guard cannot go with a transactional store.*receiver\.on/);
    expect(createReceiver(erp(), { dedupe: { store: viewOf(memoryStore()) } }).guard).toBeTypeOf("function");
  });

  it.each([
    ["replay: suppress", { replay: "suppress" as const }, /dedupe\.replay "suppress" cannot go with a transactional/],
    ["onStoreFailure: process", { onStoreFailure: "process" as const }, /"process" cannot go with a transactional/],
  ])("%s is refused when built", (_name, more, message) => {
    expect(() => createReceiver(erp(), { dedupe: { store: store(), ...more } })).toThrow(message);
  });

  it("a sender that never retries is not handled without the store, as it would be with another", async () => {
    const down = new TransactionalStore();
    down.beforeBegin = () => {
      throw new Error("down");
    };
    const sender = erp({ reply: { retries: false } });
    const receiver = createReceiver(sender, { dedupe: { store: down }, logger: quietLogger });
    receiver.on("order.created", () => expect.unreachable());
    const body = event();
    expect((await receiver.receive({ headers: signed(body), body })).name).toBe("store_unavailable");
  });
});
