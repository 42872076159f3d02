// A guarded route is a handler of the one event pipeline: what holds of a handler holds of the route.

import { AsyncLocalStorage } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DedupeStore, json, memoryStore, RetryLater } from "hookgate";
import { afterEach, describe, expect, it } from "vitest";
import { spillTo } from "../../../src/inbox/spill.js";
import { sqliteInbox } from "../../../src/inbox/sqlite/index.js";
import { closeServers, listen } from "../../support/listen.js";
import { refuseUnhandledRejections } from "../../support/unhandled-rejections.js";
import { until } from "../../support/until.js";
import { build, erp, event, gate, send, signed, viewOf } from "../harness.js";

refuseUnhandledRejections();
const closers: (() => unknown)[] = [];
afterEach(async () => {
  await closeServers();
  for (const close of closers.splice(0).reverse()) await close();
});

type Built = ReturnType<typeof build>;
type Route = (req: IncomingMessage, res: ServerResponse) => unknown;

/** On bare node:http, with the ids that each call of the route was given. */
async function mount(built: Built, route: Route = (_, res) => res.end("by the route")) {
  const calls: (string | undefined)[][] = [];
  const port = await listen((req, res) => {
    built.receiver.guard(req, res, () => {
      calls.push(built.receiver.events(req).map(({ id }) => id));
      void route(req, res);
    });
  });
  return { ...built, port, calls };
}

const batch = erp({ event: { id: json("id"), type: json("type"), each: "events" } });
const bodyOf = (...events: object[]) => JSON.stringify({ events });
const one = (id: string, type = "a") => ({ id, type });

function downStore() {
  const memory = memoryStore();
  let isDown = true;
  const store: DedupeStore = viewOf(memory, {
    claim: (request) => (isDown ? Promise.reject(new Error("down")) : memory.claim(request)),
  });
  return { store, mend: () => (isDown = false) };
}

function spillInbox() {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-guard-"));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const inbox = sqliteInbox(join(folder, "spill.db"));
  closers.push(() => inbox.close());
  return inbox;
}

describe("while the store is down, with spillTo", () => {
  it("the event is kept, and waits for a process that has a handler for it", async () => {
    const { store } = downStore();
    const inbox = spillInbox();
    const built = build({ scope: "test", dedupe: { store, onStoreFailure: spillTo(inbox) } });
    closers.push(() => built.receiver.close({ graceSeconds: 0 }));
    const { port, calls, lines } = await mount(built);
    expect(await send(port)).toMatchObject({ status: 200, body: "" });
    expect(await send(port)).toMatchObject({ status: 200, body: "" });
    expect(calls).toEqual([]);
    expect(await inbox.counts()).toMatchObject({ waiting: 2, done: 0, dead: 0 });
    expect(lines.filter((line) => line.includes("Register handlers with receiver.on as well"))).toHaveLength(1);
  });

  it("a handler registered beside it runs what was kept, once the store is back", async () => {
    const { store, mend } = downStore();
    const inbox = spillInbox();
    const built = build({ scope: "test", dedupe: { store, onStoreFailure: spillTo(inbox) } });
    closers.push(() => built.receiver.close({ graceSeconds: 0 }));
    const handled: unknown[] = [];
    built.receiver.on("order.created", ({ id }) => handled.push(id));
    built.receiver.work({ backoffBaseSeconds: 0.05, backoffCapSeconds: 0.1 });
    const { port, calls } = await mount(built);
    const body = event("order.created", "evt_kept");
    expect((await send(port, { body })).status).toBe(200);
    mend();
    await until(() => handled.length === 1);
    await expect.poll(async () => (await inbox.counts()).done).toBe(1);
    expect(await send(port, { body })).toMatchObject({ status: 200, body: "" });
    expect([handled, calls]).toEqual([["evt_kept"], []]);
  });

  it("an event without a handler is dead and reported, and never dropped", async () => {
    const { store } = downStore();
    const inbox = spillInbox();
    const built = build({ scope: "test", dedupe: { store, onStoreFailure: spillTo(inbox) } });
    closers.push(() => built.receiver.close({ graceSeconds: 0 }));
    built.receiver.on("something.else", () => undefined);
    const { port } = await mount(built);
    expect((await send(port)).status).toBe(200);
    await expect.poll(async () => (await inbox.counts()).dead).toBe(1);
    expect(built.errors.map(({ code }) => code)).toContain("event_dead");
  });
});

describe("a duplicate that comes while the route is at work", () => {
  it("waits for the route, and gets success without another call", async () => {
    const end = gate();
    const { port, calls } = await mount(build(), async (_, res) => {
      await end.opened;
      res.end("by the route");
    });
    const body = event();
    const first = send(port, { body });
    await until(() => calls.length === 1);
    let answered = 0;
    const copies = [send(port, { body }), send(port, { body })].map((copy) => copy.finally(() => answered++));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBe(0);
    end.open();
    expect(await first).toMatchObject({ status: 200, body: "by the route" });
    expect((await Promise.all(copies)).map(({ status, body: text }) => [status, text])).toEqual([
      [200, ""],
      [200, ""],
    ]);
    expect(calls).toHaveLength(1);
  });
});

describe("a subscriber to handlers", () => {
  it("gets the run of the route, and its wrapper is around the route", async () => {
    const within = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const subscriber = (message: unknown): void => {
      const told = message as { event: { id: string }; attempt: number; via: string; run: () => unknown };
      seen.push([told.event.id, told.attempt, told.via]);
      const { run } = told;
      told.run = () => within.run("a span", run);
    };
    channel("hookgate:handler").subscribe(subscriber);
    closers.push(() => channel("hookgate:handler").unsubscribe(subscriber));
    const stores: unknown[] = [];
    const { port } = await mount(build(), (_, res) => {
      stores.push(within.getStore());
      res.end();
    });
    await send(port, { body: event("order.created", "evt_span") });
    expect(seen).toEqual([["evt_span", 1, "delivery"]]);
    expect(stores).toEqual(["a span"]);
  });
});

describe("order", () => {
  it("an event that a newer one has overtaken does not reach the route", async () => {
    const order = {
      key: ({ payload }: { payload: unknown }) => (payload as { data: { of: string } }).data.of,
      version: ({ payload }: { payload: unknown }) => (payload as { data: { v: number } }).data.v,
    };
    const { port, calls, outcomes } = await mount(build({ order }));
    await send(port, { body: event("order.created", "evt_new", { of: "o", v: 2 }) });
    await send(port, { body: event("order.created", "evt_old", { of: "o", v: 1 }) });
    expect(calls).toEqual([["evt_new"]]);
    expect(outcomes.map(({ name }) => name)).toEqual(["processed", "superseded"]);
  });
});

describe("a batch", () => {
  it("reaches the route with the events to run, and each event is reported under its own type", async () => {
    const { port, calls, outcomes } = await mount(build({}, batch));
    await send(port, { body: bodyOf(one("1")) });
    await send(port, { body: bodyOf(one("1"), one("2", "b"), one("2", "c"), one("3")) });
    expect(calls).toEqual([["1"], ["2", "3"]]);
    expect(outcomes[1]?.events.map(({ name, id, type }) => [name, id, type])).toEqual([
      ["duplicate", "1", "a"],
      ["processed", "2", "b"],
      ["duplicate", "2", "c"],
      ["processed", "3", "a"],
    ]);
  });

  it.each([
    ["last", ["fresh", "held"]],
    ["first", ["held", "fresh"]],
    ["between", ["fresh", "held", "other"]],
  ])("gives all back where one is in flight elsewhere (%s), and a retry runs them", async (_, ids) => {
    const store = memoryStore();
    const built = build({ dedupe: { store: viewOf(store) } }, batch);
    const elsewhere = build({ dedupe: { store: viewOf(store) } }, batch).receiver;
    const end = gate();
    elsewhere.on("*", () => end.opened);
    const held = bodyOf(one("held"));
    const other = elsewhere.receive({ headers: signed(held), body: held });
    const { port, calls } = await mount(built);
    const body = bodyOf(...ids.map((id) => one(id)));
    const refused = await send(port, { body });
    expect(refused.status).toBe(503);
    expect(refused.body).toContain("in_flight");
    expect(calls).toEqual([]);
    end.open();
    await other;
    expect((await send(port, { body })).status).toBe(200);
    expect(calls).toEqual([ids.filter((id) => id !== "held")]);
  });

  it("is retried as a whole when the route fails", async () => {
    let isBroken = true;
    const { port, calls, errors } = await mount(build({}, batch), (_, res) => {
      res.statusCode = isBroken ? 500 : 200;
      res.end();
    });
    const body = bodyOf(one("1"), one("2"));
    expect((await send(port, { body })).status).toBe(500);
    isBroken = false;
    expect((await send(port, { body })).status).toBe(200);
    expect(calls).toEqual([
      ["1", "2"],
      ["1", "2"],
    ]);
    expect(errors).toEqual([]);
  });

  it("counts as one handler that runs", async () => {
    const end = gate();
    const { port, calls } = await mount(build({ maxConcurrent: 2 }, batch), async (_, res) => {
      await end.opened;
      res.end();
    });
    const first = send(port, { body: bodyOf(one("1"), one("2"), one("3")) });
    await until(() => calls.length === 1);
    const second = send(port, { body: bodyOf(one("4")) });
    await until(() => calls.length === 2);
    expect((await send(port, { body: bodyOf(one("5")) })).body).toContain("overloaded");
    end.open();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
  });

  it("is one event for two deliveries of it in another order that hold each other up", async () => {
    const { port, calls } = await mount(build({}, batch));
    const bodies = [bodyOf(one("1"), one("2")), bodyOf(one("2"), one("1"))];
    for (let round = 0; round < 3; round++) await Promise.all(bodies.map((body) => send(port, { body })));
    expect(calls.flat().sort()).toEqual(["1", "2"]);
  });
});

describe("what is asked before the route", () => {
  it("that does not answer in time answers 503, and the route is not called", async () => {
    const valid = gate();
    const schema = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: async (value: unknown) => {
          await valid.opened;
          return { value };
        },
      },
    };
    const built = build({ answerWithinSeconds: 0.05, events: { "order.created": schema } } as never);
    const { port, calls, outcomes } = await mount(built);
    const body = event();
    expect((await send(port, { body })).body).toContain("handler_running");
    valid.open();
    await until(() => outcomes.some(({ isLate }) => isLate));
    expect(outcomes.at(-1)).toMatchObject({ name: "retry_later", isLate: true });
    expect(calls).toEqual([]);
    expect(await send(port, { body })).toMatchObject({ status: 200, body: "by the route" });
  });
});

describe("a response that the route has ended", () => {
  it("looks answered at once, and what happens to it later changes nothing", async () => {
    const looks: unknown[] = [];
    const { port } = await mount(build(), (_, res) => {
      res.statusCode = 201;
      res.end("done");
      looks.push(res.headersSent, res.writableEnded);
      res.statusCode = 500; // as an error handler does that comes too late
    });
    expect(await send(port)).toMatchObject({ status: 201, body: "done" });
    expect(looks).toEqual([true, true]);
  });
});

it("a route and handlers agree on what was handled, whichever came first", async () => {
  const store = memoryStore();
  const built = build({ dedupe: { store: viewOf(store) } });
  const handlers = build({ dedupe: { store: viewOf(store) } }).receiver;
  let failures = 1;
  handlers.on("*", () => {
    if (failures-- > 0) throw new RetryLater();
  });
  const { port, calls } = await mount(built);
  const body = event("order.created", "evt_both");
  expect((await handlers.receive({ headers: signed(body), body })).name).toBe("retry_later");
  expect((await send(port, { body })).status).toBe(200);
  expect((await handlers.receive({ headers: signed(body), body })).name).toBe("duplicate");
  expect(calls).toEqual([["evt_both"]]);
});
