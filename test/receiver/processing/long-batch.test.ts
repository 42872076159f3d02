// A batch of many events: its body is hashed once, and other deliveries get their turn between.
import crypto from "node:crypto";
import { header, json, memoryStore } from "hookgate";
import { afterEach, expect, it, vi } from "vitest";
import { dottedAll } from "../../../src/core/field.js";
import { build, erp, signed } from "../harness.js";

afterEach(() => vi.restoreAllMocks());

const items = Array.from({ length: 1_000 }, (_, at) => ({ id: `evt_${at}`, type: "a" }));
const body = JSON.stringify({ items });
const batch = (more: object) => erp({ event: { each: "items", id: json("id"), type: json("type"), ...more } as never });

it.each([
  ["where ids are signed", batch({}), {}, 0],
  ["with strict", batch({}), { dedupe: { store: memoryStore(), strict: true } }, 0],
  ["where ids are not signed", batch({ id: dottedAll(header("x-id"), json("id")) }), {}, 1],
  [
    "with suppress",
    batch({ id: dottedAll(header("x-id"), json("id")) }),
    { dedupe: { store: memoryStore(), replay: "suppress" as const } },
    1,
  ],
])("%s the body is hashed at most once, and each item at most once more", async (_, sender, options, most) => {
  const { receiver } = build(options, sender);
  receiver.on("a", () => undefined);
  const hash = vi.spyOn(crypto, "hash");
  const outcome = await receiver.receive({ headers: { ...signed(body), "x-id": "1" }, body });
  expect(outcome.name).toBe("processed");
  const ofBody = hash.mock.calls.filter(([, data]) => (data as Uint8Array).length === body.length);
  expect(ofBody).toHaveLength(most);
  expect(outcome.events.filter(({ name }) => name === "processed")).toHaveLength(items.length);
  const rest = hash.mock.calls.filter(([, data]) => (data as Uint8Array).length !== body.length);
  expect(Math.max(...rest.map(([, data]) => (data as Uint8Array).length))).toBeLessThan(500);
  expect(rest.length).toBeLessThanOrEqual(4 * items.length);
});

it("other work of the process goes on while a batch is handled", async () => {
  const { receiver } = build({}, batch({}));
  let turns = 0;
  let isDone = false;
  receiver.on("a", () => undefined);
  const count = (): void => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await receiver.receive({ headers: signed(body), body });
  isDone = true;
  expect(turns).toBeGreaterThanOrEqual(10);
});

it("a batch of more items than a call may have arguments is answered, whatever becomes of them", async () => {
  const many = JSON.stringify({ items: Array.from({ length: 200_000 }, (_, at) => (at % 2 === 0 ? {} : 1)) });
  const { receiver } = build({ maxBodyBytes: 2_000_000, answerWithinSeconds: 0.001 }, batch({}));
  receiver.on("*", () => undefined);
  const outcome = await receiver.receive({ headers: signed(many), body: many });
  expect(outcome).toMatchObject({ name: "handler_running", retry: true });
  expect(outcome.events).toHaveLength(200_000);
  expect(outcome.events.slice(-2).map(({ name }) => name)).toEqual(["handler_running", "unidentified"]);
  await receiver.close({ graceSeconds: 0 });
});

it("a duplicate within a batch is reported under its own type, and an unhandled one hides none", async () => {
  const { receiver } = build({}, batch({}));
  receiver.on("a", () => undefined);
  receiver.on("b", () => undefined);
  const twice = JSON.stringify({
    items: [
      { id: "1", type: "a" },
      { id: "1", type: "b" },
      { id: "2", type: "unknown" },
      { id: "2", type: "a" },
    ],
  });
  const { events } = await receiver.receive({ headers: signed(twice), body: twice });
  expect(events.map(({ name, type }) => [name, type])).toEqual([
    ["processed", "a"],
    ["duplicate", "b"],
    ["ignored", "unknown"],
    ["processed", "a"],
  ]);
});
