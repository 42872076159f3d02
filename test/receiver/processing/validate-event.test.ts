// What is asked of an event before it is claimed, and what a batch tells of items that are no events.
import { json } from "hookgate";
import { describe, expect, it } from "vitest";
import { build, erp, event, signed } from "../harness.js";

type Receiver = ReturnType<typeof build>["receiver"];
const deliver = (receiver: Receiver, body: string) => receiver.receive({ headers: signed(body), body });

describe("a schema that answers nonsense is our own wiring, and said so", () => {
  it.each<[string, () => unknown]>([
    ["nothing", () => undefined],
    ["null", () => null],
    ["a text", () => "ok"],
    ["neither value nor issues", () => ({})],
    ["issues that are no list", () => ({ issues: "no" })],
    ["null for issues", () => ({ issues: null })],
    ["issues that cannot be read", () => ({ issues: [null] })],
    ["a promise of nothing", async () => undefined],
    [
      "by throwing",
      () => {
        throw new Error("no");
      },
    ],
  ])("%s", async (_name, validate) => {
    const schema = { "~standard": { version: 1 as const, vendor: "test", validate } };
    const { receiver, errors } = build({ events: { "order.created": schema } } as never);
    let calls = 0;
    receiver.on("order.created", () => {
      calls += 1;
    });
    const outcome = await deliver(receiver, event());
    expect(outcome).toMatchObject({ name: "misconfigured", hint: expect.stringContaining("schema for order.created") });
    expect(outcome.reply.status).toBe(500);
    expect(errors.map(({ code }) => code)).toEqual(["misconfigured"]);
    expect(calls).toBe(0);
  });

  it("but a value that is undefined is an answer", async () => {
    const schema = { "~standard": { version: 1 as const, vendor: "test", validate: () => ({ value: undefined }) } };
    const { receiver } = build({ events: { "order.created": schema } } as never);
    const payloads: unknown[] = [];
    receiver.on("order.created", ({ payload }) => payloads.push(payload));
    expect((await deliver(receiver, event())).name).toBe("processed");
    expect(payloads).toEqual([undefined]);
  });
});

describe("an item of a batch that is no event", () => {
  const batch = erp({ event: { id: json("id"), type: json("type"), each: "events" } });
  const one = { id: "evt_1", type: "order.created" };

  it("is reported in its place, and the other items are handled", async () => {
    const { receiver, outcomes } = build({}, batch);
    const handled: unknown[] = [];
    receiver.on("order.created", ({ id }) => handled.push(id));
    const body = JSON.stringify({ events: ["x", one, 7, { ...one, id: "evt_2" }] });
    const outcome = await deliver(receiver, body);
    expect(outcome).toMatchObject({ name: "processed", retry: false, reply: { status: 200 } });
    expect(outcome.events.map(({ name, id }) => [name, id])).toEqual([
      ["unidentified", undefined],
      ["processed", "evt_1"],
      ["unidentified", undefined],
      ["processed", "evt_2"],
    ]);
    expect(outcome.events.map(({ hint }) => hint)).toEqual([
      "no usable type in json type",
      undefined,
      "no usable type in json type",
      undefined,
    ]);
    expect(outcomes).toEqual([outcome]);
    expect(handled).toEqual(["evt_1", "evt_2"]);
  });

  it("does not keep a neighbour that failed from coming again", async () => {
    const { receiver } = build({}, batch);
    receiver.on("order.created", () => {
      throw new Error("no");
    });
    const outcome = await deliver(receiver, JSON.stringify({ events: [one, null] }));
    expect(outcome).toMatchObject({ name: "handler_failed", retry: true });
    expect(outcome.events.map(({ name }) => name)).toEqual(["handler_failed", "unidentified"]);
  });

  it("alone is a bad delivery", async () => {
    const { receiver } = build({}, batch);
    expect(await deliver(receiver, JSON.stringify({ events: [1] }))).toMatchObject({
      name: "unidentified",
      reply: { status: 400 },
    });
  });
});
