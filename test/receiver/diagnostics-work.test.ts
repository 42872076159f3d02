// What can be heard while a delivery is worked on, and what a subscriber may put around a handler.
import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import {
  type ArrivalMessage,
  type DedupeStore,
  type HandlerMessage,
  memoryStore,
  StoreFullError,
  type StoreMessage,
} from "hookgate";
import { afterEach, describe, expect, it } from "vitest";
import { event, receiverOf, signed } from "./harness.js";

const listeners: [string, (message: unknown) => void][] = [];
function hear<Message>(channel: string, listener: (message: Message) => void = () => undefined): Message[] {
  const heard: Message[] = [];
  const listen = (message: unknown): void => {
    heard.push(message as Message);
    listener(message as Message);
  };
  subscribe(channel, listen);
  listeners.push([channel, listen]);
  return heard;
}
afterEach(() => {
  for (const [channel, listen] of listeners.splice(0)) unsubscribe(channel, listen);
});
const send = (receiver: ReturnType<typeof receiverOf>["receiver"], body = event("thing.made")) =>
  receiver.receive({ headers: signed(body), body });

describe("hookgate:arrival", () => {
  it("publishes every delivery before any check, with the header lines that it keeps", async () => {
    const arrivals = hear<ArrivalMessage>("hookgate:arrival");
    const runs = hear<HandlerMessage>("hookgate:handler");
    const { receiver } = receiverOf();
    const body = event("thing.made");
    await receiver.fetch(new Request("https://example.com/", { method: "POST", headers: signed(body), body }));
    await receiver.receive({ method: "PUT" });
    expect(arrivals.map(({ delivery }) => delivery.method)).toEqual(["POST", "PUT"]);
    expect(runs[0]?.delivery.headers).toBe(arrivals[0]?.delivery.headers);
    expect(runs[0]?.receiver).toBe(arrivals[0]?.receiver);
  });
});

describe("hookgate:handler", () => {
  it("publishes each run with its attempt", async () => {
    const runs = hear<HandlerMessage>("hookgate:handler");
    let isDown = true;
    const { receiver } = receiverOf(() => {
      if (isDown) throw new Error("mine");
    });
    const body = event("thing.made", "evt_attempts");
    await send(receiver, body);
    isDown = false;
    await send(receiver, body);
    await send(receiver, body); // a duplicate runs nothing
    expect(runs.map(({ attempt, via, event: { id } }) => [attempt, via, id])).toEqual([
      [1, "delivery", "evt_attempts"],
      [2, "delivery", "evt_attempts"],
    ]);
  });

  it("lets a subscriber run it within something, and several do so one around another", async () => {
    const [outer, inner] = [new AsyncLocalStorage<string>(), new AsyncLocalStorage<string>()];
    for (const [storage, value] of [
      [inner, "inner"],
      [outer, "outer"],
    ] as const) {
      hear<HandlerMessage>("hookgate:handler", (message) => {
        const { run } = message;
        message.run = () => storage.run(value, run);
      });
    }
    const seen: unknown[] = [];
    const { receiver } = receiverOf(async (_event, context) => {
      await context.once("part", () => undefined);
      seen.push(outer.getStore(), inner.getStore());
    });
    expect((await send(receiver)).name).toBe("processed");
    expect(seen).toEqual(["outer", "inner"]);
  });

  it("has what a subscriber's wrapping throws count as the handler's failure, and no more", async () => {
    hear<HandlerMessage>("hookgate:handler", (message) => {
      message.run = () => Promise.reject(new Error("the wrapping's"));
    });
    expect((await send(receiverOf().receiver)).name).toBe("handler_failed");
  });

  it("gives handlers no way to the delivery's credentials through their event", async () => {
    let keys: string[] = [];
    const { receiver } = receiverOf((one) => {
      keys = [...Object.keys(one), ...Object.getOwnPropertyNames(Object.getPrototypeOf(one))];
      return JSON.stringify(one);
    });
    await send(receiver);
    expect(keys).not.toContain("delivery");
    expect(keys).not.toContain("origin");
  });
});

describe("hookgate:store", () => {
  const memory = memoryStore();
  const storeThat = (claim: DedupeStore["claim"]): DedupeStore => ({
    name: "testStore",
    isShared: false,
    claim,
    renew: (...given) => memory.renew(...given),
    complete: (...given) => memory.complete(...given),
    release: (...given) => memory.release(...given),
  });

  it.each<[string, DedupeStore["claim"], StoreMessage["failure"]]>([
    ["answered", (request) => memory.claim(request), undefined],
    ["answered later", async (request) => memory.claim(request), undefined],
    ["failed at once", () => fail(new Error("refused")), "failed"],
    ["failed later", () => Promise.reject(new Error("refused")), "failed"],
    ["gave nonsense", () => ({ state: "perhaps" }) as never, "malformed"],
    ["is full", () => fail(new StoreFullError("no room")), "full"],
  ])("publishes how long a store took that %s", async (_, claim, failure) => {
    const ops = hear<StoreMessage>("hookgate:store");
    const { receiver } = receiverOf(undefined, { dedupe: { store: storeThat(claim) } });
    await send(receiver);
    expect(ops[0]).toMatchObject({ store: "testStore", op: "claim", failure });
    expect(ops[0]?.durationMs).toBeGreaterThanOrEqual(0);
    expect(ops.map(({ op }) => op)).toEqual(failure === undefined ? ["claim", "complete"] : ["claim"]);
  });

  it("publishes that a store did not answer in time", async () => {
    const ops = hear<StoreMessage>("hookgate:store");
    const { receiver } = receiverOf(undefined, { dedupe: { store: storeThat(() => new Promise(() => undefined)) } });
    expect((await send(receiver)).name).toBe("store_unavailable");
    expect(ops[0]).toMatchObject({ op: "claim", failure: "timeout" });
    expect(ops[0]?.durationMs).toBeGreaterThan(900);
  });
});

function fail(error: Error): never {
  throw error;
}
