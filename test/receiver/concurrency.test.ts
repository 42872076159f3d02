// Handlers that never end, crashes, closing, limits, and what an outcome tells.
import { once } from "node:events";
import http from "node:http";
import { connect } from "node:net";
import { type DedupeStore, json, memoryStore, RetryLater } from "hookgate";
import { afterEach, describe, expect, it, vi } from "vitest";
import { allOf } from "../../src/auth/combine.js";
import { bearerToken } from "../../src/auth/schemes/bearer-token.js";
import { closeServers, listen } from "../support/listen.js";
import { until } from "../support/until.js";
import { build, clockedStore, erp, event, gate, hmacAuth, send, signature, signed, viewOf } from "./harness.js";

afterEach(async () => {
  // Deadlines share one timer: it must have rung out on the clock that it was set on.
  if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(15_000);
  vi.useRealTimers();
  await closeServers();
});

type Receiver = ReturnType<typeof build>["receiver"];
const deliver = (receiver: Receiver, body: string) => receiver.receive({ headers: signed(body), body });

/** A store that answers later, as one across a network does. */
function slowStore(): { store: DedupeStore; claims: () => number; open: () => void } {
  const memory = memoryStore();
  const held = gate();
  let claims = 0;
  const store = viewOf(memory, {
    claim: async (request) => {
      claims += 1;
      await held.opened;
      return memory.claim(request);
    },
  });
  return { store, claims: () => claims, open: () => held.open() };
}

describe("a handler that never ends", () => {
  it("is given up after its time limit, and the event runs again once its lease has passed", async () => {
    vi.useFakeTimers();
    const { receiver, errors } = build({
      answerWithinSeconds: 0.5,
      handlerTimeoutSeconds: 1,
      dedupe: { leaseSeconds: 3 },
    });
    const attempts: number[] = [];
    const signals: AbortSignal[] = [];
    receiver.on("order.created", (_, context) => {
      attempts.push(context.attempt);
      signals.push(context.signal);
      return attempts.length === 1 ? new Promise(() => undefined) : undefined;
    });
    const body = event("order.created", "evt_stuck");
    const first = deliver(receiver, body);
    await vi.advanceTimersByTimeAsync(600);
    expect((await first).name).toBe("handler_running");
    expect(signals[0]?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(600);
    expect(signals[0]?.aborted).toBe(true);
    const second = deliver(receiver, body);
    await vi.advanceTimersByTimeAsync(1_100);
    expect((await second).retry).toBe(true);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(errors.map(({ code }) => code)).toEqual(["handler_running"]);
    expect((await deliver(receiver, body)).name).toBe("processed");
    expect(attempts).toEqual([1, 2]);
  });

  it("no longer counts against maxConcurrent once it was given up", async () => {
    vi.useFakeTimers();
    const { receiver } = build({ answerWithinSeconds: 0.1, handlerTimeoutSeconds: 1, maxConcurrent: 1 });
    let calls = 0;
    receiver.on("order.created", () => {
      calls += 1;
      return calls === 1 ? new Promise(() => undefined) : undefined;
    });
    const first = deliver(receiver, event());
    await vi.advanceTimersByTimeAsync(200);
    await first;
    expect((await deliver(receiver, event())).name).toBe("overloaded");
    await vi.advanceTimersByTimeAsync(12_000);
    expect((await deliver(receiver, event())).name).toBe("processed");
  });
});

describe("a crash", () => {
  it("leaves a lease behind: in flight for another process until it lapses, then its handler runs", async () => {
    const { store, pass } = clockedStore();
    const dying = build({ dedupe: { store: viewOf(store), leaseSeconds: 30 } }).receiver;
    const living = build({ dedupe: { store: viewOf(store), leaseSeconds: 30 } }).receiver;
    const started = gate();
    dying.on("order.created", () => {
      started.open();
      return new Promise(() => undefined);
    });
    const attempts: number[] = [];
    living.on("order.created", (_, { attempt }) => attempts.push(attempt));
    const body = event();
    void deliver(dying, body);
    await started.opened;
    pass(12);
    expect(await deliver(living, body)).toMatchObject({ name: "in_flight", retryAfterSeconds: 18 });
    pass(19);
    expect((await deliver(living, body)).name).toBe("processed");
    expect(attempts).toEqual([2]);
  });

  it("survived by its handler is a double run, reported, and the second one's record stands", async () => {
    const { store, pass } = clockedStore();
    const slow = build({ dedupe: { store: viewOf(store), leaseSeconds: 30 } });
    const quick = build({ dedupe: { store: viewOf(store), leaseSeconds: 30 } });
    const end = gate();
    slow.receiver.on("order.created", () => end.opened);
    quick.receiver.on("order.created", (_, context) => context.reply({ body: "second" }));
    const body = event();
    const first = deliver(slow.receiver, body);
    pass(31);
    await deliver(quick.receiver, body);
    end.open();
    const outcome = await first;
    expect(outcome.name).toBe("processed");
    expect(outcome.events[0]?.notes).toEqual(["double_run"]);
    expect(slow.errors.map(({ code }) => code)).toEqual(["double_run"]);
    expect((await deliver(slow.receiver, body)).reply.body).toBe("second");
  });
});

describe("close", () => {
  it("starts no handler for a body that arrives after it was called", async () => {
    const { receiver } = build();
    let calls = 0;
    receiver.on("order.created", () => {
      calls += 1;
    });
    const server = http.createServer(receiver);
    const port = await listen(server);
    const body = event();
    const hasBegun = once(server, "request");
    const socket = connect(port, "127.0.0.1");
    let received = "";
    socket.on("data", (chunk) => {
      received += chunk;
    });
    const half = Math.floor(body.length / 2);
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nX-Signature: ${signature(body)}\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, half)}`,
    );
    await hasBegun;
    await receiver.close();
    socket.write(body.slice(half));
    await until(() => received.includes("closing"));
    expect(received).toMatch(/^HTTP\/1\.1 503 /);
    expect(calls).toBe(0);
    socket.destroy();
  });

  it("starts no handler for a claim that the store grants after it was called, and gives the claim back", async () => {
    const slow = slowStore();
    const { receiver } = build({ dedupe: { store: slow.store } });
    const other = build({ dedupe: { store: viewOf(slow.store) } }).receiver;
    let calls = 0;
    for (const one of [receiver, other]) {
      one.on("order.created", () => {
        calls += 1;
      });
    }
    const body = event();
    const outcome = deliver(receiver, body);
    await until(() => slow.claims() === 1);
    const closed = receiver.close();
    slow.open();
    await closed;
    expect((await outcome).name).toBe("closing");
    expect(calls).toBe(0);
    expect((await deliver(other, body)).name).toBe("processed");
  });

  it("lets the event of a batch that runs end, and starts none of the rest", async () => {
    const batch = erp({ event: { id: json("id"), type: json("type"), each: "events" } });
    const { receiver } = build({}, batch);
    const started = gate();
    const end = gate();
    const ran: (string | undefined)[] = [];
    receiver.on("a", async ({ id }) => {
      ran.push(id);
      started.open();
      await end.opened;
    });
    const outcome = deliver(receiver, '{"events":[{"id":"1","type":"a"},{"id":"2","type":"a"}]}');
    await started.opened;
    const closed = receiver.close();
    end.open();
    await closed;
    expect((await outcome).events.map(({ name }) => name)).toEqual(["processed", "closing"]);
    expect((await outcome).reply.status).toBe(503);
    expect(ran).toEqual(["1"]);
  });
});

describe("maxConcurrent", () => {
  it("holds while the store is still being asked", async () => {
    const slow = slowStore();
    const { receiver } = build({ maxConcurrent: 2, dedupe: { store: slow.store } });
    let running = 0;
    let most = 0;
    receiver.on("order.created", async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running -= 1;
    });
    const sent = Array.from({ length: 10 }, () => deliver(receiver, event()));
    slow.open();
    const names = (await Promise.all(sent)).map(({ name }) => name).sort();
    expect(most).toBe(2);
    expect(names).toEqual([...Array(8).fill("overloaded"), "processed", "processed"]);
  });
});

describe("a store that is down", () => {
  it("leaves the handler its idempotency key when it is bypassed: the one thing that can still make it run once", async () => {
    const keys: (string | undefined)[] = [];
    const states: string[] = [];
    const memory = memoryStore();
    let isDown = false;
    const store = viewOf(memory, {
      claim: (request) => {
        if (isDown) throw new Error("down");
        return memory.claim(request);
      },
    });
    const { receiver, outcomes } = build({ dedupe: { store, onStoreFailure: "process" } });
    receiver.on("order.created", (_, { idempotencyKey, dedupe }) => {
      keys.push(idempotencyKey);
      states.push(dedupe);
      throw new RetryLater();
    });
    const body = event();
    await deliver(receiver, body);
    isDown = true;
    await deliver(receiver, body);
    expect(states).toEqual(["claimed", "bypassed"]);
    expect(keys[0]).toMatch(/^[\w-]{43}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(outcomes[1]?.events[0]?.notes).toEqual(["dedupe_bypassed"]);
  });

  it("is left alone after five failures in a row, and no handler runs", async () => {
    let asked = 0;
    const store = viewOf(memoryStore(), {
      claim: () => {
        asked += 1;
        throw new Error("down");
      },
    });
    const { receiver } = build({ dedupe: { store } });
    receiver.on("order.created", () => expect.unreachable());
    for (let at = 0; at < 8; at++) expect((await deliver(receiver, event())).name).toBe("store_unavailable");
    expect(asked).toBe(5);
  });
});

describe("outcomes and replies", () => {
  it("receive never rejects, also where a sender's own code throws, and keeps the trace", async () => {
    const broken = erp({
      event: () => {
        throw new Error("a bug");
      },
    });
    const { receiver, errors } = build({}, broken);
    const outcome = await deliver(receiver, "{}");
    expect(outcome.name).toBe("internal_error");
    expect(outcome.trace.map(({ check }) => check)).toContain("authenticate");
    expect(errors.map(({ code }) => code)).toEqual(["internal_error"]);
  });

  it("a stale delivery gets the challenge of the scheme as every failed verification does", async () => {
    const both = erp({ auth: allOf(bearerToken({ token: "a-token-of-the-tests-only" }), hmacAuth()) });
    const { receiver } = build({}, both);
    const body = event();
    const headers = { ...signed(body), authorization: "Bearer a-token-of-the-tests-only" };
    const wrong = await receiver.receive({ headers: { ...headers, authorization: "Bearer wrong" }, body });
    const stale = await receiver.receive({
      headers: { ...headers, "x-signature": signature(body, Math.floor(Date.now() / 1000) - 301) },
      body,
    });
    expect(stale.name).toBe("unauthenticated");
    expect(stale.reply).toEqual(wrong.reply);
  });

  it.each(["Content-Length", "transfer-encoding", "Connection", "upgrade"])(
    "a reply cannot set %s: the answer would break after the work is done",
    async (name) => {
      const { receiver } = build();
      receiver.on("order.created", (_, context) => {
        expect(() => context.reply({ headers: { [name]: "1" } })).toThrow(
          /belongs to the connection, not to the reply/,
        );
      });
      const port = await listen(http.createServer(receiver));
      expect(await send(port)).toMatchObject({ status: 200 });
    },
  );
});
