// What was missed is fetched once, by one instance, and whatever is in the way keeps the cursor.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createReceiver,
  Discard,
  defineSender,
  header,
  json,
  memoryStore,
  type Outcome,
  RetryLater,
  type WebhookError,
} from "hookgate";
import { bearerToken } from "hookgate/auth";
import {
  type BackfillFrom,
  type BackfillPage,
  type BackfillSource,
  backfill,
  describeBackfill,
  eventsFrom,
  type FetchedEvent,
} from "hookgate/backfill";
import { sqliteInbox } from "hookgate/inbox/sqlite";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { quietLogger } from "../support/quiet.js";

const TOKEN = "0123456789abcdef0123456789abcdef";
const erp = defineSender({
  name: "erp",
  auth: bearerToken({ token: TOKEN }),
  event: { id: header("x-event-id"), type: json("type") },
});
const QUICK = { tries: 1, leaseSeconds: 1 } as const;

function build(options: object = {}) {
  const outcomes: Outcome[] = [];
  const errors: WebhookError[] = [];
  const receiver = createReceiver(erp, {
    scope: "test",
    onOutcome: (outcome: Outcome) => outcomes.push(outcome),
    onError: (error: WebhookError) => errors.push(error),
    logger: quietLogger,
    ...options,
  });
  const handled: (string | undefined)[] = [];
  const send = (id: string) =>
    receiver.receive({
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", "x-event-id": id },
      body: '{"type":"order.created"}',
    });
  return { receiver, outcomes, errors, handled, send };
}

const event = (id: string, more: Partial<FetchedEvent> = {}): FetchedEvent => ({
  id,
  type: "order.created",
  payload: { type: "order.created" },
  ...more,
});

/** Pages as they are, and everything that was asked of them. */
function paged(pages: readonly (readonly FetchedEvent[] | Error)[]): BackfillSource & { asked: BackfillFrom[] } {
  const asked: BackfillFrom[] = [];
  return {
    name: "pages",
    hasDeliveryIds: true,
    asked,
    async *pages(from): AsyncGenerator<BackfillPage> {
      asked.push(from);
      for (let at = Number(from.cursor ?? 0); at < pages.length; at++) {
        const page = pages[at];
        if (page instanceof Error) throw page;
        yield { events: page ?? [], cursor: String(at + 1) };
      }
    },
  };
}

describe("an event that is listed", () => {
  it("is handled once where it was missed, and not where it came by webhook", async () => {
    const { receiver, handled, send, outcomes } = build();
    receiver.on("order.created", (one) => {
      handled.push(one.id);
    });
    await send("e1");
    const report = await backfill(receiver, { source: paged([[event("e1"), event("e2")]]) }).run();
    expect(report).toMatchObject({ state: "done", listed: 2, processed: 1, duplicates: 1, pages: 1 });
    expect(handled).toEqual(["e1", "e2"]);
    expect(outcomes.map(({ via, name }) => [via, name])).toEqual([
      ["delivery", "processed"],
      ["backfill", "duplicate"],
      ["backfill", "processed"],
    ]);
    expect(await send("e2")).toMatchObject({ name: "duplicate", reply: { status: 200 } });
  });

  it("reaches its handler as a delivered one does, with the data of the API", async () => {
    const { receiver } = build();
    const seen: unknown[] = [];
    receiver.on("order.created", (one, context) => {
      const { id, payload, timestamp, verified, sender, headers } = one;
      seen.push({
        id,
        payload,
        timestamp,
        verified,
        sender,
        headers,
        body: String(one.body),
        attempt: context.attempt,
      });
    });
    const at = new Date(1_700_000_000_000);
    const told = event("e1", {
      payload: { type: "order.created", total: 3 },
      timestamp: at,
      headers: { "x-shop": "a" },
    });
    await backfill(receiver, { source: paged([[told]]) }).run();
    expect(seen).toEqual([
      {
        id: "e1",
        payload: { type: "order.created", total: 3 },
        timestamp: at,
        verified: true,
        sender: "erp",
        headers: { "x-shop": "a" },
        body: '{"type":"order.created","total":3}',
        attempt: 1,
      },
    ]);
  });

  it("is checked against the schema, and what the schema makes is handled", async () => {
    const total = z.object({ total: z.number().transform((one) => one * 2) });
    const { receiver, handled } = build({ events: { "order.created": total } });
    receiver.on("order.created", (one) => {
      handled.push(String((one.payload as { total: number }).total));
    });
    const bad = await backfill(receiver, {
      source: paged([[event("e1", { payload: { total: "x" } }), event("e2", { payload: { total: 2 } })]]),
    }).run();
    expect(handled).toEqual(["4"]);
    expect(bad).toMatchObject({ state: "stopped", processed: 1, cursor: undefined });
    expect(bad.reason).toContain("does not match its schema");
  });

  it("goes into the inbox, where there is one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hookgate-backfill-"));
    const inbox = sqliteInbox(join(folder, "inbox.db"), { pollSeconds: 0.05 });
    const { receiver, handled, send } = build({ inbox });
    receiver.on("order.created", (one) => {
      handled.push(one.id);
    });
    await send("e1");
    const report = await backfill(receiver, {
      source: paged([[event("e1"), event("e2")]]),
      store: memoryStore(),
    }).run();
    expect(report).toMatchObject({ state: "done", accepted: 1, duplicates: 1 });
    receiver.work({ backoffBaseSeconds: 0 });
    await expect.poll(() => handled.toSorted()).toEqual(["e1", "e2"]);
    await receiver.close({ graceSeconds: 1 });
    await inbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("is not taken where isHandled knows it", async () => {
    const { receiver, handled } = build();
    receiver.on("order.created", (one) => {
      handled.push(one.id);
    });
    const source = paged([[event("e1"), event("e2")]]);
    const report = await backfill(receiver, { source, isHandled: ({ id }) => id === "e1" }).run();
    expect(report).toMatchObject({ duplicates: 1, processed: 1 });
    expect(handled).toEqual(["e2"]);
  });

  it("is skipped and reported to onError when its payload cannot be JSON, and the other events are handled", async () => {
    const { receiver, handled, errors } = build();
    receiver.on("order.created", (one) => {
      handled.push(one.id);
    });
    const bad = { id: "e0", type: "order.created", payload: { n: 1n } };
    const report = await backfill(receiver, { source: paged([[bad as FetchedEvent, event("e1")]]) }).run();
    expect(report).toMatchObject({ state: "done", skipped: 1, processed: 1 });
    expect(errors.map(({ code }) => code)).toEqual(["event_dead"]);
  });

  it.each<[string, object, unknown]>([
    ["without a type, by the handler of everything", { id: "e0", type: "", payload: {} }, "e0"],
    ["with an id that is none, each time it is fetched", { id: " ", type: "other", payload: {} }, undefined],
    ["whose id is null", { id: null, type: "other", payload: {} }, undefined],
  ])("is handled %s", async (_name, lacking, id) => {
    const { receiver, handled } = build();
    receiver.on("*", (one) => {
      handled.push(one.id as string);
    });
    const report = await backfill(receiver, { source: paged([[lacking as FetchedEvent, event("e1")]]) }).run();
    expect(report).toMatchObject({ state: "done", skipped: 0, processed: 2 });
    expect(handled).toEqual([id, "e1"]);
  });

  it("is discarded by its handler, or has no handler", async () => {
    const { receiver } = build();
    receiver.on("order.created", () => {
      throw new Discard("old");
    });
    const source = paged([[event("e1"), event("e2", { type: "other" })]]);
    expect(await backfill(receiver, { source }).run()).toMatchObject({ state: "done", discarded: 1, ignored: 1 });
  });
});

describe("a handler that fails", () => {
  it("stops the run after the others of the page, keeps the cursor, and is run again by the next run", async () => {
    const { receiver, handled } = build();
    let isMended = false;
    receiver.on("order.created", (one) => {
      if (one.id === "e2" && !isMended) throw new Error("no such customer");
      handled.push(one.id);
    });
    const source = paged([[event("e1")], [event("e2"), event("e3")], [event("e4")]]);
    const missed = backfill(receiver, { source, ...QUICK });
    const report = await missed.run();
    expect(report).toMatchObject({ state: "stopped", cursor: "1", processed: 2, pages: 2 });
    expect(report.reason).toContain('order.created "e2" ended as handler_failed');
    expect(handled).toEqual(["e1", "e3"]);
    isMended = true;
    expect(await missed.run()).toMatchObject({ state: "done", cursor: "3", processed: 2, duplicates: 1 });
    expect(source.asked.map(({ cursor }) => cursor)).toEqual([undefined, "1"]);
    expect(handled).toEqual(["e1", "e3", "e2", "e4"]);
  });

  it("is tried again within the run, after what it asked for", async () => {
    const { receiver } = build();
    const attempts: number[] = [];
    receiver.on("order.created", (_one, context) => {
      attempts.push(context.attempt);
      if (attempts.length < 3) throw new RetryLater({ afterSeconds: 0 });
    });
    expect(await backfill(receiver, { source: paged([[event("e1")]]) }).run()).toMatchObject({ state: "done" });
    expect(attempts).toEqual([1, 2, 3]);
  });

  it("is given up after maxAttempts over all runs, and reported to onError", async () => {
    const { receiver, errors } = build();
    receiver.on("order.created", () => {
      throw new Error("never");
    });
    const missed = backfill(receiver, { source: paged([[event("e1")]]), ...QUICK, maxAttempts: 3 });
    expect((await missed.run()).state).toBe("stopped");
    expect((await missed.run()).state).toBe("stopped");
    expect(await missed.run()).toMatchObject({ state: "done", skipped: 1, cursor: "1" });
    expect(errors.at(-1)).toMatchObject({ code: "event_dead" });
  });

  it('is passed over with onFailure "skip"', async () => {
    const { receiver, handled } = build();
    receiver.on("order.created", (one) => {
      if (one.id === "e1") throw new Error("no");
      handled.push(one.id);
    });
    const source = paged([[event("e1"), event("e2")]]);
    expect(await backfill(receiver, { source, ...QUICK, onFailure: "skip" }).run()).toMatchObject({
      state: "done",
      skipped: 1,
    });
    expect(handled).toEqual(["e2"]);
  });
});

describe("the cursor", () => {
  it("is where the last whole page was, and the next run goes on from it", async () => {
    const { receiver } = build();
    receiver.on("*", () => undefined);
    const pages: (FetchedEvent[] | Error)[] = [[event("e1")], new Error("the API is down")];
    const source = paged(pages);
    const missed = backfill(receiver, { source });
    expect(await missed.run()).toMatchObject({ state: "stopped", reason: "the API is down", cursor: "1" });
    pages[1] = [event("e2")];
    expect(await missed.run()).toMatchObject({ state: "done", cursor: "2", listed: 1 });
  });

  it("is left aside by run({ since })", async () => {
    const { receiver } = build();
    receiver.on("*", () => undefined);
    const source = paged([[event("e1")]]);
    const missed = backfill(receiver, { source });
    await missed.run();
    const since = new Date("2026-01-01");
    expect(await missed.run({ since })).toMatchObject({ listed: 1, duplicates: 1 });
    expect(source.asked[1]).toMatchObject({ cursor: undefined, since });
  });

  it("is another one for another source, and another scope", async () => {
    const store = memoryStore();
    const first = build({ scope: "a", dedupe: { store } });
    const second = build({ scope: "b", dedupe: { store } });
    for (const { receiver } of [first, second]) receiver.on("*", () => undefined);
    const source = paged([[event("e1")]]);
    await backfill(first.receiver, { source }).run();
    expect(await backfill(second.receiver, { source }).run()).toMatchObject({ processed: 1 });
    expect(await backfill(first.receiver, { source: { ...source, name: "others" } }).run()).toMatchObject({
      duplicates: 1,
    });
  });

  it("stays where the store fails, and the report says so", async () => {
    const store = memoryStore();
    let isDown = false;
    const flaky = {
      ...store,
      name: "flaky",
      isShared: false,
      claim: (claim: Parameters<typeof store.claim>[0]) => {
        if (isDown) throw new Error("down");
        return store.claim(claim);
      },
      renew: store.renew.bind(store),
      complete: store.complete.bind(store),
      release: store.release.bind(store),
      attach: undefined as never,
    };
    const { receiver } = build({ dedupe: { store: flaky } });
    receiver.on("*", () => undefined);
    const missed = backfill(receiver, { source: paged([[event("e1")]]), ...QUICK });
    isDown = true;
    expect(await missed.run()).toMatchObject({ state: "stopped", reason: expect.stringContaining("the store") });
    isDown = false;
    await expect.poll(async () => (await missed.run()).state, { timeout: 15_000 }).toBe("done");
  });
});

describe("one instance at a time", () => {
  it("works while the other waits, which then goes on from the same cursor", async () => {
    const store = memoryStore();
    const slow = build({ scope: "a", dedupe: { store } });
    let release: (() => void) | undefined;
    slow.receiver.on("*", () => new Promise<void>((resolve) => (release = resolve)));
    const source = paged([[event("e1")]]);
    const first = backfill(slow.receiver, { source });
    const running = first.run();
    await expect.poll(() => release !== undefined).toBe(true);
    // Two receivers of one scope cannot share a store in one process: the second instance is the same receiver again.
    const second = backfill(slow.receiver, { source });
    expect(await second.run()).toMatchObject({ state: "waiting", retryAfterSeconds: expect.any(Number) });
    release?.();
    expect((await running).state).toBe("done");
    expect(await second.run()).toMatchObject({ state: "done", listed: 0, cursor: "1" });
  });

  it("gives the lease up at once when it is stopped", async () => {
    const { receiver } = build();
    receiver.on("*", () => undefined);
    let isAsked = false;
    const source: BackfillSource = {
      name: "endless",
      hasDeliveryIds: true,
      async *pages({ signal }) {
        for (let at = 0; ; at++) {
          isAsked = true;
          await new Promise((resolve) => setTimeout(resolve, 5));
          signal.throwIfAborted();
          yield { events: [event(`e${at}`)], cursor: String(at) };
        }
      },
    };
    const first = backfill(receiver, { source });
    const running = first.run();
    await expect.poll(() => isAsked).toBe(true);
    await first.stop();
    expect(await running).toMatchObject({ state: "ended", reason: "the backfill was stopped" });
    const second = backfill(receiver, { source: { ...source, async *pages() {} } });
    expect((await second.run()).state).toBe("done");
  });

  it("runs once where it is asked twice", async () => {
    const { receiver } = build();
    receiver.on("*", () => undefined);
    const source = paged([[event("e1")]]);
    const missed = backfill(receiver, { source });
    const [one, two] = await Promise.all([missed.run(), missed.run()]);
    expect(one).toBe(two);
    expect(source.asked).toHaveLength(1);
  });
});

describe("a schedule", () => {
  it("runs at the start and again, sooner after a failure, until it is stopped", async () => {
    const { receiver } = build();
    receiver.on("*", () => undefined);
    const states: string[] = [];
    const pages: (FetchedEvent[] | Error)[] = [new Error("down")];
    const missed = backfill(receiver, { source: paged(pages), onReport: ({ state }) => states.push(state) });
    missed.start({ everySeconds: 0.02 });
    await expect.poll(() => states.length).toBeGreaterThan(1);
    pages[0] = [event("e1")];
    await expect.poll(() => states.at(-1)).toBe("done");
    await missed.stop();
    const count = states.length;
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(states).toHaveLength(count);
  });
});

describe("eventsFrom", () => {
  it("handles an iterable of one's own, page by page, and goes on from the time of the last run less the overlap", async () => {
    const { receiver, handled } = build();
    receiver.on("*", (one) => {
      handled.push(one.id);
    });
    const sinces: number[] = [];
    let nowMs = 1_000_000_000;
    const source = eventsFrom("ledger", ({ since }) => {
      sinces.push(since.getTime());
      return [event("e1"), event("e2"), event("e3")];
    });
    const progress: number[] = [];
    const missed = backfill(receiver, {
      source,
      pageSize: 2,
      overlapSeconds: 60,
      since: new Date(5_000),
      now: () => nowMs,
      onProgress: ({ listed }) => progress.push(listed),
    });
    expect(await missed.run()).toMatchObject({ state: "done", processed: 3, pages: 2 });
    nowMs += 100_000;
    expect(await missed.run()).toMatchObject({ duplicates: 3 });
    expect(sinces).toEqual([5_000, 1_000_000_000 - 60_000]);
    expect(progress).toEqual([2, 3, 2, 3]);
    expect(handled).toEqual(["e1", "e2", "e3"]);
  });

  it("goes on from the cursor of the last event, where events have one", async () => {
    const { receiver } = build();
    receiver.on("*", () => undefined);
    const cursors: unknown[] = [];
    const source = eventsFrom("ledger", async function* ({ cursor }) {
      cursors.push(cursor);
      yield { ...event("e1"), cursor: "c1" };
      yield { ...event("e2"), cursor: "c2" };
    });
    const missed = backfill(receiver, { source });
    await missed.run();
    await missed.run();
    expect(cursors).toEqual([undefined, "c2"]);
  });
});

describe("telling", () => {
  it("describes a run in one line", async () => {
    const { receiver } = build();
    receiver.on("*", () => undefined);
    const report = await backfill(receiver, {
      source: paged([[event("e1"), event("e2")], new Error("no more")]),
    }).run();
    expect(describeBackfill(report)).toBe("pages: 2 listed (2 processed), stopped: no more");
  });
});

describe("building", () => {
  it.each([
    ["a receiver that is none", {}, { source: paged([]) }, "what createReceiver returned"],
    ["a misspelt option", undefined, { source: paged([]), overlap: 1 }, 'did you mean "overlapSeconds"?'],
    ["no source", undefined, {}, "source must be a source"],
    ["a page size that is none", undefined, { source: paged([]), pageSize: 0 }, "pageSize must be a whole number"],
    ["a since that is none", undefined, { source: paged([]), since: new Date("x") }, "since must be a valid Date"],
  ])("refuses %s", (_name, receiver, options, message) => {
    expect(() => backfill((receiver ?? build().receiver) as never, options as never)).toThrow(message);
  });

  it("refuses a receiver that compares bodies, and one without any store", () => {
    expect(() => backfill(build({ dedupe: { strict: true } }).receiver, { source: paged([]) })).toThrow(
      "dedupe.strict",
    );
    expect(() => backfill(build({ dedupe: false }).receiver, { source: paged([]) })).toThrow("store is required");
  });
});
