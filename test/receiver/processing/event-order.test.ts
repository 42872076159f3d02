// `order`: which of two events of one entity is newer, and what happens to the one that comes too late.
import { createReceiver, type DedupeStore, memoryStore, type OrderOptions, type ReceiverOptions } from "hookgate";
import { describe, expect, it } from "vitest";
import { build, erp, newId, signed, viewOf } from "../harness.js";

interface Change {
  readonly order?: string;
  readonly version: unknown;
}
const order: OrderOptions = {
  key: ({ payload }) => (payload as { data: Change }).data.order,
  version: ({ payload }) => (payload as { data: Change }).data.version as number,
};

function world(options: ReceiverOptions<{}, never> = {}) {
  const built = build({ order, ...options });
  const seen: unknown[] = [];
  built.receiver.on("order.changed", ({ payload }, { isSuperseded }) => {
    seen.push([(payload as { data: Change }).data.version, isSuperseded]);
  });
  const change = (version: unknown, entity: string | undefined = "o1", id = newId()) => {
    const body = JSON.stringify({ id, type: "order.changed", data: { order: entity, version } });
    return built.receiver.receive({ headers: signed(body), body });
  };
  return { ...built, seen, change };
}

describe("an event that is older than one that was here before", () => {
  it("is answered as success, not handled, and never asked for again", async () => {
    const { change, seen } = world();
    expect((await change(2)).name).toBe("processed");
    expect(await change(1)).toMatchObject({ name: "superseded", retry: false, reply: { status: 200, body: "" } });
    expect((await change(3)).name).toBe("processed");
    expect(seen).toEqual([
      [2, false],
      [3, false],
    ]);
  });

  it("completes its claim: a copy of it is a duplicate", async () => {
    const { change } = world();
    await change(2);
    await change(1, "o1", "evt_old");
    expect((await change(1, "o1", "evt_old")).name).toBe("duplicate");
  });

  it("is handled and flagged where that is asked for", async () => {
    const { change, seen } = world({ order: { ...order, onSuperseded: "flag" } });
    await change(2);
    expect((await change(1)).name).toBe("processed");
    expect(seen).toEqual([
      [2, false],
      [1, true],
    ]);
  });

  it("is one only within its entity", async () => {
    const { change } = world();
    await change(2, "o1");
    expect((await change(1, "o2")).name).toBe("processed");
  });

  it("is none where it has no entity", async () => {
    const { receiver, change, seen } = world({ order: { ...order, key: () => undefined } });
    expect(receiver).toBeDefined();
    await change(2);
    await change(1);
    expect(seen).toHaveLength(2);
  });
});

it("equal is not older: a retry of a handler that failed runs", async () => {
  const { receiver } = build({ order });
  let calls = 0;
  receiver.on("order.changed", () => {
    calls += 1;
    if (calls === 1) throw new Error("not now");
  });
  const body = JSON.stringify({ id: "evt_1", type: "order.changed", data: { order: "o1", version: 5 } });
  const deliver = () => receiver.receive({ headers: signed(body), body });
  expect([(await deliver()).name, (await deliver()).name]).toEqual(["handler_failed", "processed"]);
});

describe("an order that cannot be compared answers 500, and the event is retried", () => {
  it.each<[string, Partial<OrderOptions>]>([
    ["a negative version", { version: () => -1 }],
    ["a version with a fraction", { version: () => 1.5 }],
    ["a version beyond safe integers", { version: () => 2 ** 53 }],
    ["no version", { version: () => Number.NaN }],
    ["a version that is a text", { version: (() => "7") as never }],
    ["an empty key", { key: () => "" }],
    ["a key that is a number", { key: (() => 7) as never }],
    [
      "a function that throws",
      {
        key: () => {
          throw new Error("no such member");
        },
      },
    ],
  ])("%s", async (_name, over) => {
    const { change, seen, errors } = world({ order: { ...order, ...over } });
    expect(await change(1, "o1", "evt_1")).toMatchObject({ name: "misconfigured", retry: true });
    expect(await change(1, "o1", "evt_1")).toMatchObject({ name: "misconfigured" }); // its claim was given back
    expect(errors.map(({ code }) => code)).toEqual(["misconfigured", "misconfigured"]);
    expect(seen).toEqual([]);
  });
});

it("a store that cannot say is 503, and the claim is given back", async () => {
  const memory = memoryStore();
  let isDown = true;
  const store: DedupeStore = viewOf(memory, {
    advance: async (...given) => {
      if (isDown) throw new Error("connection lost");
      return memory.advance(given[0], given[1], given[2]);
    },
  });
  const { change, seen } = world({ dedupe: { store } });
  expect(await change(1, "o1", "evt_1")).toMatchObject({ name: "store_unavailable", reply: { status: 503 } });
  isDown = false;
  expect((await change(1, "o1", "evt_1")).name).toBe("processed");
  expect(seen).toHaveLength(1);
});

describe("misuse", () => {
  it.each<[string, object, RegExp]>([
    [
      "a store without versions",
      { order, dedupe: { store: viewOf(memoryStore()) } },
      /memoryStore does not; memoryStore,/,
    ],
    ["no dedupe at all", { order, dedupe: false }, /keeps versions, and there is no/],
    ["no key", { order: { version: () => 1 } }, /order\.key must be a function/],
    ["no version", { order: { key: () => "a" } }, /order\.version must be a function/],
    ["an unknown member", { order: { ...order, onOlder: "skip" } }, /order: unknown option "onOlder"/],
    ["an unknown answer", { order: { ...order, onSuperseded: "drop" } }, /order\.onSuperseded must be one of/],
  ])("%s is refused when built", (_name, options, message) => {
    expect(() => createReceiver(erp(), options as never)).toThrow(message);
  });
});
