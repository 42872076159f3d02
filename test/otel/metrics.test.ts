// What is counted: outcomes, durations, running handlers, store calls, inboxes and clock skew.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createReceiver, type DedupeStore, memoryStore } from "hookgate";
import { sqliteInbox } from "hookgate/inbox/sqlite";
import { type Instrumentation, instrument } from "hookgate/otel";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { erp, event, gate, receiverOf, signature, signed } from "../receiver/harness.js";
import { quietLogger } from "../support/quiet.js";
import { until } from "../support/until.js";
import { startSdk } from "./sdk.js";

let sdk: ReturnType<typeof startSdk>;
const instrumentations: Instrumentation[] = [];
beforeEach(() => {
  sdk = startSdk();
  const { tracerProvider, meterProvider } = sdk;
  instrumentations.push(instrument({ tracerProvider, meterProvider }));
});
afterEach(async () => {
  for (const one of instrumentations.splice(0)) one.disable();
  await sdk.stop();
});

const wrong = { "content-type": "application/json", "x-signature": `t=1,v1=${"0".repeat(64)}` };
type Receive = ReturnType<typeof receiverOf>["receiver"];
const send = (receiver: Receive, body = event("thing.made"), headers: Record<string, string> = signed(body)) =>
  receiver.receive({ headers, body });

async function byOutcome(name: string): Promise<Record<string, number>> {
  const points = await sdk.points(name);
  return Object.fromEntries(points.map(({ attributes, value }) => [String(attributes["hookgate.outcome"]), value]));
}

describe("deliveries and events", () => {
  it("are counted by outcome, duplicates among them, and timed", async () => {
    const { receiver } = receiverOf((one) => {
      if (one.type === "fails") throw new Error("mine");
    });
    const body = event("thing.made");
    for (let at = 0; at < 3; at++) await send(receiver, body);
    await send(receiver, event("fails"));
    await send(receiver, body, wrong);
    const expected = { processed: 1, duplicate: 2, handler_failed: 1 };
    expect(await byOutcome("hookgate.deliveries")).toEqual({ ...expected, unauthenticated: 1 });
    expect(await byOutcome("hookgate.events")).toEqual(expected);
    expect(await byOutcome("hookgate.delivery.duration")).toEqual({ ...expected, unauthenticated: 1 });
    const [point] = await sdk.points("hookgate.delivery.duration");
    expect(point?.sum).toBeGreaterThan(0);
    expect(point?.sum).toBeLessThan(5);
    expect(point?.attributes).toEqual({
      "hookgate.receiver": "erp",
      "hookgate.sender": "erp",
      "hookgate.outcome": "processed",
      "http.response.status_code": 200,
    });
  });

  it("that end after the answer are counted once as a delivery, and each of their events' ends", async () => {
    const end = gate();
    const { receiver } = receiverOf(() => end.opened, { answerWithinSeconds: 0.02 });
    await send(receiver);
    end.open();
    await until(() => sdk.spans().some(({ name }) => name.startsWith("handle")));
    expect(await byOutcome("hookgate.deliveries")).toEqual({ handler_running: 1 });
    await expect.poll(() => byOutcome("hookgate.events")).toEqual({ handler_running: 1, processed: 1 });
  });

  it("make no time series that a stranger could choose", async () => {
    const { receiver } = receiverOf();
    for (let at = 0; at < 50; at++) {
      const body = event(`type.${at}`);
      await receiver.receive({
        url: `/p${at}`,
        method: at % 2 ? "POST" : `M${at}`,
        headers: { ...wrong, [`x-${at}`]: "1" },
        body,
        remoteAddress: `192.0.2.${at}`,
      });
      await send(receiver, body);
    }
    const outcomes = await sdk.points("hookgate.deliveries");
    expect(outcomes.map(({ attributes }) => attributes["hookgate.outcome"]).sort()).toEqual([
      "method_not_allowed",
      "processed",
      "unauthenticated",
    ]);
    expect(await sdk.points("hookgate.events")).toHaveLength(1);
    expect(await sdk.points("hookgate.handler.duration")).toHaveLength(1);
  });

  it("have what should be looked at counted as notes", async () => {
    await withNote();
    const notes = await sdk.points("hookgate.event.notes");
    expect(notes.map(({ attributes, value }) => [attributes["hookgate.note"], value])).toEqual([["body_mismatch", 1]]);
  });
});

describe("handlers", () => {
  it("are counted while they run, and timed by how they end", async () => {
    const end = gate();
    const { receiver, calls } = receiverOf(() => end.opened);
    const answered = [send(receiver), send(receiver)];
    await until(() => calls.length === 2);
    expect((await sdk.points("hookgate.handler.active")).map(({ value }) => value)).toEqual([2]);
    end.open();
    await Promise.all(answered);
    expect((await sdk.points("hookgate.handler.active")).map(({ value }) => value)).toEqual([0]);
    const [point] = await sdk.points("hookgate.handler.duration");
    expect([point?.value, point?.attributes["hookgate.result"]]).toEqual([2, "returned"]);
  });
});

describe("clock skew", () => {
  it("is our clock minus the signed time, of verified deliveries alone", async () => {
    const { receiver } = receiverOf();
    const body = event("thing.made");
    const at = Math.floor(Date.now() / 1000) - 120;
    await send(receiver, body, { ...signed(body), "x-signature": signature(body, at) });
    await send(receiver, body, wrong);
    const [point] = await sdk.points("hookgate.delivery.skew");
    expect(point?.value).toBe(1);
    expect(point?.sum).toBeGreaterThanOrEqual(119);
    expect(point?.sum).toBeLessThan(130);
  });

  it("of a stale delivery is measured as well: it is how a wrong clock is found", async () => {
    const { receiver } = receiverOf();
    const body = event("thing.made");
    const at = Math.floor(Date.now() / 1000) - 7_200;
    await send(receiver, body, { ...signed(body), "x-signature": signature(body, at) });
    expect((await sdk.points("hookgate.delivery.skew"))[0]?.sum).toBeGreaterThan(7_000);
  });
});

describe("stores", () => {
  it("have each of their answers timed, by op", async () => {
    const { receiver } = receiverOf();
    await send(receiver);
    const ops = await sdk.points("hookgate.store.duration");
    expect(ops.map(({ attributes, value }) => [attributes["hookgate.store.op"], value])).toEqual([
      ["claim", 1],
      ["complete", 1],
    ]);
    expect(ops[0]?.attributes["hookgate.store"]).toBe("memoryStore");
  });

  it("are timed once, however many receivers are instrumented on the meter", async () => {
    const { receiver } = receiverOf();
    const { tracerProvider, meterProvider } = sdk;
    instrumentations.push(instrument(receiver, { tracerProvider, meterProvider }));
    await send(receiver);
    expect((await sdk.points("hookgate.store.duration"))[0]?.value).toBe(1);
  });

  it("that fail and that do not answer are counted apart", async () => {
    const memory = memoryStore();
    const failing: DedupeStore = {
      name: "downStore",
      isShared: false,
      claim: () => Promise.reject(new Error("connection refused")),
      renew: (...given) => memory.renew(...given),
      complete: (...given) => memory.complete(...given),
      release: (...given) => memory.release(...given),
    };
    const { receiver } = receiverOf(undefined, { dedupe: { store: failing } });
    await send(receiver);
    const [point] = await sdk.points("hookgate.store.duration");
    expect(point?.attributes).toEqual({
      "hookgate.store": "downStore",
      "hookgate.store.op": "claim",
      "error.type": "failed",
    });
  });
});

describe("inboxes", () => {
  it("have depth and age measured when metrics are collected, and their runs traced and linked", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hookgate-otel-"));
    const inbox = sqliteInbox(join(folder, "inbox.db"));
    const end = gate();
    const receiver = createReceiver(erp(), { inbox, scope: "otel", logger: quietLogger, onError() {} }).on(
      "*",
      () => end.opened,
    );
    const { tracerProvider, meterProvider } = sdk;
    for (const one of instrumentations.splice(0)) one.disable();
    instrumentations.push(instrument(receiver, { tracerProvider, meterProvider }));
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for (let at = 0; at < 2; at++) {
      const body = event("thing.made");
      await receiver.receive({ headers: { ...signed(body), traceparent }, body });
    }
    const depth = async () =>
      Object.fromEntries(
        (await sdk.points("hookgate.inbox.depth")).map(({ attributes, value }) => [
          attributes["hookgate.state"],
          value,
        ]),
      );
    expect(await depth()).toEqual({ waiting: 2, running: 0, done: 0, dead: 0 });
    expect((await sdk.points("hookgate.inbox.age"))[0]?.value).toBeGreaterThanOrEqual(0);
    receiver.work();
    end.open();
    await expect.poll(depth).toEqual({ waiting: 0, running: 0, done: 2, dead: 0 });
    expect(await byOutcome("hookgate.events")).toEqual({ accepted: 2, processed: 2 });
    expect(await byOutcome("hookgate.deliveries")).toEqual({ accepted: 2 });
    const run = sdk.span("handle thing.made");
    expect(run.parentSpanContext).toBeUndefined();
    expect(run.links[0]?.context.traceId).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(run.attributes).toMatchObject({ "hookgate.via": "inbox" });
    await receiver.close();
    await inbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
});

/** Two deliveries of one event at once, whose bodies differ. */
async function withNote(): Promise<void> {
  const end = gate();
  const { receiver } = receiverOf(() => end.opened);
  const id = `evt_note_${performance.now()}`;
  const first = send(receiver, event("thing.made", id));
  const second = send(receiver, event("thing.made", id, { other: 1 }));
  end.open();
  await Promise.all([first, second]);
}

it("docs/telemetry.md names every metric, and none that is not there", async () => {
  await withNote();
  const { tracerProvider, meterProvider } = sdk;
  const inbox = {
    name: "anInbox",
    counts: async () => ({ waiting: 0, running: 0, done: 0, dead: 0, oldestWaitingSeconds: 0 }),
  };
  instrumentations.push(instrument({ tracerProvider, meterProvider, inboxes: [inbox] }));
  const page = readFileSync(new URL("../../docs/telemetry.md", import.meta.url), "utf8");
  const documented = [...page.matchAll(/^\| `(hookgate\.[a-z.]+)` \|/gm)].map(([, name]) => name);
  expect([...new Set(await sdk.names())].sort()).toEqual(documented.sort());
});
