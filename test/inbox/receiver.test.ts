// A receiver with an inbox: what is answered as success is kept, and handled from there.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createReceiver,
  type DedupeStore,
  Discard,
  defineSender,
  header,
  type Inbox,
  InboxFullError,
  json,
  memoryStore,
  type Outcome,
  RetryLater,
  spillTo,
  type WebhookError,
  type WebhookEvent,
} from "hookgate";
import { bearerToken } from "hookgate/auth";
import { type SqliteInboxOptions, sqliteInbox } from "hookgate/inbox/sqlite";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { pause } from "../../src/testing/inbox-contract/bench.js";
import { quietLogger } from "../support/quiet.js";
import { until } from "../support/until.js";

const TOKEN = "0123456789abcdef0123456789abcdef";
const FAST = { backoffBaseSeconds: 0.05, backoffCapSeconds: 0.1 };
const folder = mkdtempSync(join(tmpdir(), "hookgate-receiver-inbox-"));
const opened: { close(): Promise<unknown> }[] = [];
let files = 0;

afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
  if (files === 0) rmSync(folder, { recursive: true, force: true });
});

function open(options: SqliteInboxOptions = {}): Inbox {
  const inbox = sqliteInbox(join(folder, `${files++}.db`), { pollSeconds: 0.05, ...options });
  opened.push(inbox);
  return inbox;
}

const erp = defineSender<{ "order.created": { total: number }; "order.paid": { total: number } }>({
  name: "erp",
  auth: bearerToken({ token: TOKEN }),
  event: { id: header("x-event-id"), type: json("type") },
});
const batches = defineSender({
  name: "batches",
  auth: bearerToken({ token: TOKEN }),
  event: { id: json("id"), type: json("type"), each: "events" },
});

function build(inbox: Inbox = open(), options: object = {}, sender = erp) {
  const outcomes: Outcome[] = [];
  const errors: WebhookError[] = [];
  const receiver = createReceiver(sender, {
    scope: "test",
    inbox,
    onOutcome: (outcome) => outcomes.push(outcome),
    onError: (error) => errors.push(error),
    logger: quietLogger,
    ...options,
  });
  opened.push({ close: () => receiver.close({ graceSeconds: 0 }) });
  const send = (id: string, payload: object = { type: "order.created", total: 1 }, headers: object = {}) =>
    receiver.receive({
      headers: {
        authorization: `Bearer ${TOKEN}`,
        "content-type": "application/json",
        "x-event-id": id,
        ...headers,
      },
      body: JSON.stringify(payload),
    });
  return { receiver, inbox, send, outcomes, errors };
}

describe("intake", () => {
  it("answers success once the event is stored, and runs the handler afterwards", async () => {
    const { receiver, send, inbox, outcomes } = build();
    const seen: unknown[] = [];
    receiver.on("order.created", (event, context) => {
      seen.push([
        event.id,
        event.payload.total,
        context.attempt,
        event.headers["x-event-id"],
        event.headers.authorization,
      ]);
    });
    const outcome = await send("e1");
    expect([outcome.name, outcome.reply.status, outcome.reply.body]).toEqual(["accepted", 200, ""]);
    expect(seen).toEqual([]);
    receiver.work();
    await until(() => seen.length === 1);
    expect(seen).toEqual([["e1", 1, 1, "e1", undefined]]);
    await until(async () => (await inbox.counts()).done === 1);
    expect(outcomes[1]).toMatchObject({ name: "processed", via: "inbox", path: undefined });
  });

  it("answers a second delivery as a duplicate, before and after it was handled", async () => {
    const { receiver, send, inbox } = build();
    let runs = 0;
    receiver.on("order.created", () => {
      runs++;
    });
    await send("e1");
    expect(await send("e1")).toMatchObject({ name: "duplicate", reply: { status: 200 } });
    receiver.work();
    await until(async () => (await inbox.counts()).done === 1);
    expect(await send("e1")).toMatchObject({ name: "duplicate", reply: { status: 200 } });
    await pause(150);
    expect(runs).toBe(1);
  });

  it("keeps nothing that no handler takes, and everything where no handler is registered", async () => {
    const { receiver, send, inbox } = build();
    receiver.on("order.paid", () => undefined);
    expect((await send("e1")).name).toBe("ignored");
    expect((await inbox.counts()).waiting).toBe(0);
    const front = build();
    expect((await front.send("e1")).name).toBe("accepted");
  });

  it("keeps nothing of a delivery that is refused", async () => {
    const { send, inbox } = build();
    expect(await send("e1", {}, { authorization: "Bearer wrong-wrong-wrong-wrong" })).toMatchObject({
      name: "unauthenticated",
      reply: { status: 401 },
    });
    expect((await inbox.counts()).waiting).toBe(0);
  });

  it("keeps each event of a batch, and knows those that came before", async () => {
    const { receiver, inbox } = build(open(), {}, batches as never);
    const seen: string[] = [];
    receiver.on("*" as never, (event: WebhookEvent) => {
      seen.push(`${event.id} ${JSON.stringify(event.payload)} ${Buffer.from(event.body)}`);
    });
    const send = (ids: readonly string[]) =>
      receiver.receive({
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
        body: JSON.stringify({ events: ids.map((id) => ({ id, type: "t" })) }),
      });
    expect((await send(["a", "b"])).events.map((event) => event.name)).toEqual(["accepted", "accepted"]);
    expect((await send(["b", "c"])).events.map((event) => event.name)).toEqual(["duplicate", "accepted"]);
    receiver.work();
    await until(async () => (await inbox.counts()).done === 3);
    expect(seen.sort()).toEqual(
      ["a", "b", "c"].map((id) => `${id} {"id":"${id}","type":"t"} {"id":"${id}","type":"t"}`),
    );
  });

  // Within 1.5 s, as the fault suite measures; here only long before a sender gives up, on whatever machine this is.
  it("says 503 in time when the inbox fails or hangs, and nothing runs", async () => {
    const inbox = open();
    for (const put of [() => Promise.reject(new Error("disk gone")), () => new Promise<never>(() => undefined)]) {
      const { receiver, send, errors } = build({ ...inbox, put, attach: () => undefined });
      let runs = 0;
      receiver.on("order.created", () => {
        runs++;
      });
      const startMs = performance.now();
      const outcome = await send("e1");
      expect(performance.now() - startMs).toBeLessThan(8_000);
      expect(outcome).toMatchObject({ name: "store_unavailable", retry: true, reply: { status: 503 } });
      expect(outcome.reply.headers["retry-after"]).toMatch(/^\d+$/);
      expect(errors.map((error) => error.code)).toEqual(["store_unavailable"]);
      expect(runs).toBe(0);
    }
  });

  it("says 503 overloaded beyond the mark", async () => {
    const { send } = build({
      ...open(),
      put: () => Promise.reject(new InboxFullError("100 wait")),
      attach: () => undefined,
    });
    expect(await send("e1")).toMatchObject({ name: "overloaded", reply: { status: 503 } });
  });

  it("checks the schema at the door, and gives the handler what the schema makes", async () => {
    const events = { "order.created": z.object({ type: z.string(), total: z.number().transform((n) => new Date(n)) }) };
    const { receiver, send, inbox } = build(open(), { events });
    const seen: unknown[] = [];
    receiver.on("order.created", (event) => {
      seen.push(event.payload.total);
    });
    receiver.work();
    expect(await send("e0", { type: "order.created", total: "x" })).toMatchObject({
      name: "invalid_event",
      reply: { status: 500 },
    });
    await send("e1", { type: "order.created", total: 5 });
    await until(async () => (await inbox.counts()).done === 1);
    expect(seen).toEqual([new Date(5)]);
  });
});

describe("handlers behind an inbox", () => {
  it("run again after a failure, with the attempts counted and what succeeded remembered", async () => {
    const { receiver, send, inbox, errors } = build();
    const attempts: number[] = [];
    let charged = 0;
    receiver.on("order.created", async (_event, context) => {
      attempts.push(context.attempt);
      await context.once("charge", () => ++charged);
      if (context.attempt < 3) throw new Error("not yet");
    });
    receiver.work(FAST);
    await send("e1");
    await until(async () => (await inbox.counts()).done === 1);
    expect(attempts).toEqual([1, 2, 3]);
    expect(charged).toBe(1);
    expect(errors.map((error) => error.code)).toEqual(["handler_failed", "handler_failed"]);
  });

  it("are dead after maxAttempts, reported to onError, listed with the reason, and run again after redrive", async () => {
    const { receiver, send, inbox, errors } = build();
    let isMended = false;
    receiver.on("order.created", () => {
      if (!isMended) throw new Error("no such customer");
    });
    receiver.work({ ...FAST, maxAttempts: 2 });
    await send("e1");
    await until(async () => (await inbox.counts()).dead === 1);
    expect(errors.at(-1)?.code).toBe("event_dead");
    const [dead] = await inbox.list({ state: "dead" });
    expect(dead?.reason).toContain("no such customer");
    expect(await send("e1")).toMatchObject({ name: "duplicate" });
    isMended = true;
    await inbox.redrive([dead?.entry.key ?? ""]);
    await until(async () => (await inbox.counts()).done === 1);
  });

  it("may put an event off, or discard it", async () => {
    const { receiver, send, inbox } = build();
    const times: number[] = [];
    receiver.on("order.created", (_event, context) => {
      times.push(performance.now());
      if (context.attempt === 1) throw new RetryLater({ afterSeconds: 1 });
      throw new Discard("the order is gone");
    });
    receiver.work(FAST);
    await send("e1");
    await until(async () => (await inbox.counts()).done === 1);
    expect(times).toHaveLength(2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(1_000);
  });

  it("cannot reply", async () => {
    const { receiver, send, inbox } = build();
    receiver.on("order.created", (_event, context) => {
      (context as unknown as { reply(reply: object): void }).reply({});
    });
    receiver.work({ ...FAST, maxAttempts: 1 });
    await send("e1");
    await until(async () => (await inbox.counts()).dead === 1);
    expect((await inbox.list({ state: "dead" }))[0]?.reason).toContain("its sender was answered before");
  });

  it("claim in the inbox's store, so that an event that was handled elsewhere does not run", async () => {
    const store = memoryStore();
    const direct = createReceiver(erp, { scope: "test", dedupe: { store } });
    direct.on("order.created", () => undefined);
    await direct.receive({
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", "x-event-id": "e1" },
      body: '{"type":"order.created"}',
    });
    const { receiver, send, inbox, outcomes } = build(open({ store } as never));
    let runs = 0;
    receiver.on("order.created", () => {
      runs++;
    });
    receiver.work(FAST);
    await send("e1");
    await until(async () => (await inbox.counts()).done === 1);
    expect(runs).toBe(0);
    expect(outcomes.at(-1)).toMatchObject({ name: "duplicate", via: "inbox" });
  });

  it("run in turn for one order key", async () => {
    const { receiver, send, inbox } = build(open(), { order: { key: () => "customer" } });
    const seen: string[] = [];
    receiver.on("order.created", async (event) => {
      await pause(Math.random() * 20);
      seen.push(event.id ?? "");
    });
    for (let at = 0; at < 10; at++) await send(`e${at}`);
    receiver.work({ concurrency: 5 });
    await until(async () => (await inbox.counts()).done === 10);
    expect(seen).toEqual(Array.from({ length: 10 }, (_, at) => `e${at}`));
  });

  it("of events without an id each run", async () => {
    const noId = defineSender({ name: "no-id", auth: bearerToken({ token: TOKEN }), event: { type: json("type") } });
    const { receiver, inbox, send } = build(open(), {}, noId as never);
    receiver.on("*" as never, () => undefined);
    receiver.work();
    await send("same");
    await send("same");
    await until(async () => (await inbox.counts()).done === 2);
  });

  it("see their signal abort when the receiver closes, and the event runs again without being counted", async () => {
    const path = join(folder, `${files++}.db`);
    const first = build(sqliteInbox(path, { pollSeconds: 0.05 }));
    let aborted: unknown;
    let hasBegun = false;
    first.receiver.on("order.created", async (_event, { signal }) => {
      hasBegun = true;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      aborted = signal.reason;
      await new Promise(() => undefined);
    });
    first.receiver.work();
    await first.send("e1");
    await until(() => hasBegun);
    await first.receiver.close({ graceSeconds: 0.05 });
    expect(String(aborted)).toContain("stopping");
    const second = build(sqliteInbox(path, { pollSeconds: 0.05 }));
    const attempts: number[] = [];
    second.receiver.on("order.created", (_event, context) => {
      attempts.push(context.attempt);
    });
    second.receiver.work();
    await until(async () => (await second.inbox.counts()).done === 1);
    expect(attempts).toEqual([1]);
    await first.inbox.close();
    opened.push(second.inbox);
  });
});

describe("a worker", () => {
  it("removes expired entries every ten minutes until it is closed, and reports what fails", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      let purges = 0;
      const purge = async (): Promise<number> => {
        if (++purges === 2) throw new Error("disk gone");
        return 0;
      };
      const { receiver, errors } = build({ ...open(), purge });
      receiver.on("order.created", () => undefined);
      receiver.work();
      await vi.advanceTimersByTimeAsync(599_000);
      expect(purges).toBe(0);
      await vi.advanceTimersByTimeAsync(601_000);
      expect(purges).toBe(2);
      expect(errors.map(({ code }) => code)).toEqual(["store_unavailable"]);
      await receiver.close({ graceSeconds: 0 });
      await vi.advanceTimersByTimeAsync(3_600_000);
      expect(purges).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("spill", () => {
  function downStore() {
    const store = memoryStore();
    let isDown = true;
    const flaky: DedupeStore = {
      name: "flakyStore",
      isShared: false,
      claim: (claim) => (isDown ? Promise.reject(new Error("down")) : store.claim(claim)),
      renew: (...args) => store.renew(...args),
      complete: (...args) => store.complete(...args),
      release: (...args) => store.release(...args),
    };
    return {
      store: flaky,
      mend: () => {
        isDown = false;
      },
    };
  }

  it("keeps what the store could not claim, answers success, and handles it once the store is back", async () => {
    const { store, mend } = downStore();
    const inbox = open();
    const errors: WebhookError[] = [];
    const receiver = createReceiver(erp, {
      scope: "spilling",
      dedupe: { store, onStoreFailure: spillTo(inbox) },
      onError: (error) => errors.push(error),
    });
    opened.push({ close: () => receiver.close({ graceSeconds: 0 }) });
    let runs = 0;
    receiver.on("order.created", () => {
      runs++;
    });
    const send = () =>
      receiver.receive({
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", "x-event-id": "e1" },
        body: '{"type":"order.created","total":1}',
      });
    receiver.work(FAST);
    expect(await send()).toMatchObject({ name: "accepted", reply: { status: 200 } });
    expect(await send()).toMatchObject({ name: "duplicate", reply: { status: 200 } });
    await pause(200);
    expect(runs).toBe(0);
    expect((await inbox.counts()).done).toBe(0);
    mend();
    await until(async () => (await inbox.counts()).done === 1);
    expect(runs).toBe(1);
    expect(await send()).toMatchObject({ name: "duplicate" });
    expect(runs).toBe(1);
  });

  it("refuses what is no inbox", () => {
    expect(() => spillTo({} as never)).toThrow("inbox must be an inbox");
  });
});

describe("building", () => {
  it.each([
    ["without a scope", { scope: undefined }, "scope is required on the shared sqliteInbox"],
    ["with dedupe beside it", { dedupe: {} }, "dedupe cannot go with inbox"],
    ["with something else for an inbox", { inbox: {} }, "inbox must be an inbox, such as sqliteInbox(path)"],
    [
      "with versions that nothing keeps",
      { order: { key: () => "k", version: () => 1 } },
      "order needs a store that keeps versions, and there is none",
    ],
  ])("refuses an inbox %s", (_name, options, message) => {
    expect(() => build(open(), options)).toThrow(message);
  });

  it("refuses a second receiver of one scope on one inbox", () => {
    const inbox = open();
    build(inbox);
    expect(() => build(inbox)).toThrow("Give each its own scope");
  });

  it("refuses guard and work where they make no sense", () => {
    expect(() => build().receiver.guard).toThrow("cannot go with an inbox");
    expect(() => createReceiver(erp).work()).toThrow("there is no inbox");
    expect(() => build().receiver.work({ concurency: 1 } as never)).toThrow('did you mean "concurrency"?');
  });

  it.each([
    ["concurrency", 0],
    ["maxAttempts", 1.5],
    ["backoffBaseSeconds", -1],
    ["backoffCapSeconds", Number.NaN],
    ["backoffCapSeconds", 0],
  ])("blames receiver.work for a %s of %s", (option, value) => {
    const { receiver } = build();
    expect(() => receiver.work({ [option]: value })).toThrow(new RegExp(`^receiver\\.work: ${option} must be `));
  });

  it("warns once when nothing works the inbox in a process that has handlers", async () => {
    const lines: string[] = [];
    const { receiver, send } = build(open(), {
      logger: { warn: (_details: object, message: string) => lines.push(message), error: () => undefined },
    });
    receiver.on("order.created", () => undefined);
    await send("e1");
    await send("e2");
    expect(lines.filter((line) => line.includes("receiver.work()"))).toHaveLength(1);
  });
});
