// One table over the ways an event can come in: what holds on one of them holds on all, and where it cannot, the table says so.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DedupeStore, memoryStore, type Outcome, type ReceiverOptions } from "hookgate";
import { afterEach, describe, expect, it } from "vitest";
import { coreOf } from "../../src/create-receiver.js";
import type { Inbox } from "../../src/inbox/inbox.js";
import { spillTo } from "../../src/inbox/spill.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { closeServers, listen } from "../support/listen.js";
import { until } from "../support/until.js";
import { build, gate, send, signed } from "./harness.js";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  await closeServers();
  for (const close of closers.splice(0).reverse()) await close();
});

const WAYS = ["receive", "node", "fetch", "guard", "spill", "inbox", "ingest"] as const;
type Way = (typeof WAYS)[number];

/** One event of the sender: its id may be missing, and its type may be one that nobody handles or no schema fits. */
interface Given {
  readonly id?: string;
  readonly type?: string;
  readonly total?: unknown;
}

interface Setting {
  readonly options?: Partial<ReceiverOptions>;
  /** The store, and the inbox, cannot be reached. */
  readonly isDown?: boolean;
  /** Handlers and routes wait for this. */
  readonly until?: Promise<unknown>;
  /** No handler is there for the type; a guarded route needs none. */
  readonly handles?: string;
}

function downStore(): DedupeStore {
  const refuse = () => Promise.reject(new Error("down"));
  return { name: "down", isShared: false, claim: refuse, renew: refuse, complete: refuse, release: refuse };
}

function inboxOf(isDown: boolean): Inbox {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-routes-"));
  closers.push(() => rmSync(folder, { recursive: true, force: true }));
  const inbox = sqliteInbox(join(folder, "inbox.db"));
  closers.push(() => inbox.close());
  if (isDown) inbox.put = () => Promise.reject(new Error("down"));
  return inbox;
}

const schema = {
  "~standard": {
    version: 1 as const,
    vendor: "test",
    validate: (value: unknown) =>
      typeof (value as { data: { total?: unknown } }).data.total === "number"
        ? { value }
        : { issues: [{ message: "total must be a number" }] },
  },
};

/** A receiver, a way into it, and what has run so far. */
async function open(way: Way, { options, isDown = false, until: held, handles = "order.paid" }: Setting = {}) {
  const ran: string[] = [];
  const work = async (id: string | undefined): Promise<void> => {
    ran.push(id ?? "none");
    await held;
  };
  const kept =
    way === "inbox"
      ? { scope: "routes", inbox: inboxOf(isDown) }
      : {
          scope: "routes",
          dedupe: {
            store: isDown ? downStore() : memoryStore(),
            ...(way === "spill" ? { onStoreFailure: spillTo(inboxOf(false)) } : {}),
          },
        };
  const built = build({ events: { "order.paid": schema }, ...kept, ...options } as never);
  const { receiver, outcomes } = built;
  closers.push(() => receiver.close({ graceSeconds: 0 }));
  receiver.on(handles, ({ id }) => work(id));
  if (way === "inbox") receiver.work({ backoffBaseSeconds: 0.05, backoffCapSeconds: 0.1 });
  const { events } = receiver;
  const port = await listen((req, res) => {
    if (way !== "guard") return receiver(req, res);
    receiver.guard(req, res, () => {
      void work(events(req)[0]?.id).then(() => res.end());
    });
  });
  const core = coreOf(receiver);
  let count = 0;

  /** The name under which it ended, and what its sender heard, where one waits. */
  async function deliver({ id, type = "order.paid", total = 1 }: Given): Promise<string> {
    const payload = { id, type, data: { total } };
    const body = JSON.stringify(payload);
    if (way === "receive" || way === "spill" || way === "inbox")
      return said(await receiver.receive({ headers: signed(body), body }));
    if (way === "ingest") return (await core?.ingest({ id, type, payload }))?.name ?? "nothing";
    const path = `/hooks/${++count}`;
    const answer =
      way === "fetch"
        ? await receiver.fetch(new Request(`http://localhost${path}`, { method: "POST", headers: signed(body), body }))
        : await send(port, { body, path });
    const told = outcomes.find((one) => one.path === path) as Outcome;
    expect(answer.status).toBe(told.reply.status);
    return said(told);
  }
  function said(outcome: Outcome): string {
    return outcome.retry ? `${outcome.name}, again` : outcome.name;
  }
  return { ...built, ran, deliver };
}

/** What is the same on all ways but those named. */
type Expected = Partial<Record<Way, unknown>> & { readonly usual: unknown };

const TABLE: readonly (readonly [string, Expected, (way: Way) => Promise<unknown>])[] = [
  [
    "an event is handled",
    { usual: ["processed", ["a"]], inbox: ["accepted", ["a"]] },
    async (way) => {
      const { deliver, ran } = await open(way);
      const name = await deliver({ id: "a" });
      await until(() => ran.length > 0);
      return [name, ran];
    },
  ],
  [
    "a duplicate is success, and is not handled",
    { usual: ["duplicate", ["a"]] },
    async (way) => {
      const { deliver, ran } = await open(way);
      await deliver({ id: "a" });
      const name = await deliver({ id: "a" });
      await until(() => ran.length > 0);
      return [name, ran];
    },
  ],
  [
    "a duplicate of one in work waits for its end",
    { usual: ["a moment later", "duplicate", ["a"]], inbox: ["at once", "duplicate", ["a"]] },
    async (way) => {
      const end = gate();
      const { deliver, ran } = await open(way, { until: end.opened });
      const first = deliver({ id: "a" });
      await until(() => ran.length === 1);
      let isAnswered = false;
      const second = deliver({ id: "a" }).finally(() => {
        isAnswered = true;
      });
      // An inbox knows the event already; nothing else may answer before the handler has ended.
      if (way === "inbox") await second;
      else await new Promise((resolve) => setTimeout(resolve, 20));
      const when = isAnswered ? "at once" : "a moment later";
      end.open();
      await first;
      return [when, await second, ran];
    },
  ],
  [
    "a duplicate of an event whose handler takes longer than a second is retried",
    { usual: "in_flight, again", ingest: "in_flight", inbox: "duplicate" },
    async (way) => {
      const end = gate();
      const { deliver, ran } = await open(way, { until: end.opened });
      const first = deliver({ id: "a" });
      await until(() => ran.length === 1);
      const second = await deliver({ id: "a" });
      end.open();
      await first;
      return second;
    },
  ],
  [
    "an event without an id is handled, each time it comes",
    {
      usual: ["processed", "processed", ["none", "none"]],
      inbox: ["accepted", "accepted", ["none", "none"]],
    },
    async (way) => {
      const { deliver, ran } = await open(way);
      const names = [await deliver({}), await deliver({})];
      await until(() => ran.length === 2);
      return [...names, ran];
    },
  ],
  [
    "while the store is down nothing runs, and the sender retries or the event is kept",
    { usual: ["store_unavailable, again", []], ingest: ["store_unavailable", []], spill: ["accepted", []] },
    async (way) => {
      const { deliver, ran } = await open(way, { isDown: true });
      return [await deliver({ id: "a" }), ran];
    },
  ],
  [
    "once the receiver is closing nothing is taken",
    { usual: ["closing, again", []], ingest: ["closing", []] },
    async (way) => {
      const { deliver, ran, receiver } = await open(way);
      await receiver.close();
      return [await deliver({ id: "a" }), ran];
    },
  ],
  [
    "beyond maxConcurrent the sender is asked to come again",
    { usual: ["overloaded, again", ["a"]], ingest: ["overloaded", ["a"]], inbox: ["accepted", ["a", "b"]] },
    async (way) => {
      const end = gate();
      const { deliver, ran } = await open(way, { until: end.opened, options: { maxConcurrent: 1 } });
      const first = deliver({ id: "a" });
      await until(() => ran.length === 1);
      const second = await deliver({ id: "b" });
      if (way === "inbox") await until(() => ran.length === 2); // its handlers are bounded by `concurrency`
      end.open();
      await first;
      return [second, ran];
    },
  ],
  [
    "an event that fits no schema does not run",
    { usual: ["invalid_event, again", []], ingest: ["invalid_event", []] },
    async (way) => {
      const { deliver, ran } = await open(way);
      return [await deliver({ id: "a", total: "many" }), ran];
    },
  ],
  [
    "a schema that never answers does not hold the sender for longer than it waits",
    { usual: ["handler_running, again", []] },
    async (way) => {
      if (way === "ingest") return ["handler_running, again", []]; // no sender waits for it
      const hung = { "~standard": { version: 1, vendor: "test", validate: () => new Promise(() => undefined) } };
      const options = { answerWithinSeconds: 0.05, events: { "order.paid": hung } } as never;
      const { deliver, ran } = await open(way, { options });
      return [await deliver({ id: "a" }), ran];
    },
  ],
  [
    "an event that nobody handles is success; a guarded route takes them all",
    { usual: ["ignored", []], guard: ["processed", ["a"]] },
    async (way) => {
      const { deliver, ran } = await open(way, { handles: "something.else" });
      return [await deliver({ id: "a" }), ran];
    },
  ],
  [
    "an event without a type is for the handler of everything, and is success where there is none",
    { usual: ["ignored", []], guard: ["processed", ["a"]] },
    async (way) => {
      const { deliver, ran } = await open(way);
      return [await deliver({ id: "a", type: "" }), ran];
    },
  ],
  [
    "an event without a type runs where there is a handler of everything",
    { usual: ["processed", ["a"]], inbox: ["accepted", ["a"]] },
    async (way) => {
      const { deliver, ran } = await open(way, { handles: "*" });
      const name = await deliver({ id: "a", type: "" });
      await until(() => ran.length === 1);
      return [name, ran];
    },
  ],
];

describe.each(TABLE)("%s", (_name, expected, act) => {
  it.each(WAYS)("by %s", async (way) => {
    expect(await act(way)).toEqual(expected[way] ?? expected.usual);
  });
});
