// Copies of one event in one process, and what a handler may rely on over all of its deliveries.

import { header, json } from "hookgate";
import { afterEach, describe, expect, it } from "vitest";
import { dedupeKey } from "../../src/dedupe/key.js";
import { closeServers } from "../support/listen.js";
import { build, erp, event, gate, signed } from "./harness.js";

afterEach(closeServers);

type Receiver = ReturnType<typeof build>["receiver"];
const deliver = (receiver: Receiver, body: string) => receiver.receive({ headers: signed(body), body });

describe("a copy that comes while the first one is handled, with another body", () => {
  const first = event("order.created", "evt_twin", { amount: 1 });
  const other = event("order.created", "evt_twin", { amount: 2 });

  it("is a duplicate, and noted", async () => {
    const { receiver } = build();
    const end = gate();
    receiver.on("order.created", () => end.opened);
    const running = deliver(receiver, first);
    const twin = deliver(receiver, other);
    end.open();
    expect((await running).name).toBe("processed");
    expect(await twin).toMatchObject({ name: "duplicate", events: [{ notes: ["body_mismatch"] }] });
  });

  it("is refused under strict, at once, and does not disturb the first", async () => {
    const { receiver } = build({ dedupe: { strict: true } });
    const end = gate();
    let calls = 0;
    receiver.on("order.created", () => {
      calls += 1;
      return end.opened;
    });
    const running = deliver(receiver, first);
    expect(await deliver(receiver, other)).toMatchObject({
      name: "invalid_event",
      retry: false,
      reply: { status: 422 },
    });
    const same = deliver(receiver, first);
    end.open();
    expect([(await running).name, (await same).name]).toEqual(["processed", "duplicate"]);
    expect(calls).toBe(1);
  });
});

describe("context.once", () => {
  it("called twice at once with one name runs the part once, and both get its value", async () => {
    const { receiver } = build();
    let charges = 0;
    const values: unknown[] = [];
    receiver.on("order.created", async (_, { once }) => {
      const charge = () =>
        once("charge", async () => {
          charges += 1;
          await Promise.resolve();
          return `ch_${charges}`;
        });
      values.push(...(await Promise.all([charge(), charge()])), await charge());
    });
    expect((await deliver(receiver, event())).name).toBe("processed");
    expect(values).toEqual(["ch_1", "ch_1", "ch_1"]);
  });

  it("forgets a part that failed, so that it may be tried again", async () => {
    const { receiver } = build();
    let tries = 0;
    receiver.on("order.created", async (_, context) => {
      const part = () =>
        context.once("mail", async () => {
          tries += 1;
          if (tries === 1) throw new Error("busy");
          return tries;
        });
      const both = await Promise.allSettled([part(), part()]);
      expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
      expect(await part()).toBe(2);
    });
    expect((await deliver(receiver, event())).name).toBe("processed");
  });
});

describe("context.idempotencyKey", () => {
  const keyOfOne = dedupeKey({ scope: undefined, sender: "erp", tenant: undefined, id: "evt_key" });
  const body = event("order.created", "evt_key");

  it.each([
    ["with dedupe", {}],
    ["without dedupe", { dedupe: false as const }],
  ])("%s is the same for every delivery of the event", async (_name, options) => {
    const { receiver } = build(options);
    const keys: unknown[] = [];
    receiver.on("order.created", (_, context) => {
      keys.push(context.idempotencyKey);
      if (keys.length === 1) throw new Error("once more");
    });
    await deliver(receiver, body);
    await deliver(receiver, body);
    expect(keys).toEqual([keyOfOne, keyOfOne]);
  });

  it.each([
    ["whose sender gives no id", { event: { type: json("type") } }],
    ["whose sender's ids do not name events", { dedupe: false as const }],
  ])("is absent for an event %s", async (_name, more) => {
    const { receiver } = build({}, erp(more));
    const keys: unknown[] = [];
    receiver.on("order.created", (_, context) => keys.push(context.idempotencyKey));
    await deliver(receiver, body);
    expect(keys).toEqual([undefined]);
  });
});

describe("whether bodies are compared", () => {
  it("an id that is not signed: another body is another event", async () => {
    const { receiver } = build({}, erp({ event: { id: header("x-id"), type: json("type") } }));
    receiver.on("order.created", () => undefined);
    const send = (body: string) => receiver.receive({ headers: { ...signed(body), "x-id": "a" }, body });
    await send(event("order.created", "1"));
    expect(await send(event("order.created", "2"))).toMatchObject({ name: "processed", events: [{ notes: [] }] });
    expect(await send(event("order.created", "1"))).toMatchObject({ name: "duplicate" });
  });

  it("a signed id: a sender's second try may differ in a counter", async () => {
    const { receiver } = build();
    receiver.on("order.created", () => undefined);
    await deliver(receiver, event("order.created", "evt_again", { pending: 2 }));
    const again = await deliver(receiver, event("order.created", "evt_again", { pending: 1 }));
    expect(again).toMatchObject({ name: "duplicate", events: [{ notes: [] }] });
  });
});
