// What all bodies of a receiver hold at once is bounded, and every way a delivery can end gives its bytes back.

import { once } from "node:events";
import { createServer } from "node:http";
import http2 from "node:http2";
import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import express from "express";
import fc from "fast-check";
import { createReceiver, type Outcome, RetryLater, type WebhookEvent } from "hookgate";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { coreOf } from "../../../src/create-receiver.js";
import { BodyChunks, HeldBytes } from "../../../src/receiver/body-chunks.js";
import { LOOPBACK, listening, MOUNTS, type Open } from "../../adapters/mounts.js";
import { closeServers, onClose } from "../../support/listen.js";
import { quietLogger } from "../../support/quiet.js";
import { until } from "../../support/until.js";
import { erp, event, gate, problem, send, signed } from "../harness.js";

afterEach(closeServers);

const OVERLOADED = problem("overloaded", 503, "Service Unavailable");

function receiverOf(options: { maxBodyBytes: number; maxBufferedBytes?: number; bodyTimeoutSeconds?: number }) {
  const outcomes: Outcome[] = [];
  const receiver = createReceiver(erp(), {
    logger: quietLogger,
    onError() {},
    onOutcome: (outcome) => outcomes.push(outcome),
    answerWithinSeconds: 0.2,
    handlerTimeoutSeconds: 1,
    ...options,
  }).on("*", run) as Open;
  return { receiver, outcomes, held: heldBy(receiver) };
}

const heldBy = (receiver: unknown): HeldBytes => {
  const core = coreOf(receiver);
  if (core === undefined) throw new Error("no receiver");
  return core.pipeline.bodyLimits.held;
};

/** Every way a handler can end, by the type. */
async function run({ type }: WebhookEvent, context: { readonly signal: AbortSignal }): Promise<void> {
  if (type === "throws") throw new Error("mine");
  if (type === "later") throw new RetryLater();
  if (type === "slow") await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
}

/** A client that sends what it likes and sees what comes back. */
function stranger(port: number, head: readonly string[]) {
  const socket = connect(port, LOOPBACK);
  let received = "";
  socket.on("data", (chunk) => (received += chunk.toString("latin1")));
  socket.on("error", () => undefined);
  onClose(() => socket.destroy());
  socket.write(`POST /hooks HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${head.join("\r\n")}\r\n\r\n`);
  return { socket, received: () => received, closed: once(socket, "close") };
}

const HTTP1 = MOUNTS.filter(({ version }) => version === 1);

describe.each(HTTP1)("maxBufferedBytes on $name", (mount) => {
  const limits = { maxBodyBytes: 100_000, maxBufferedBytes: 300_000 };

  it("answers 503 with Retry-After beyond it, closes the connection, and takes deliveries again once there is room", async () => {
    const { receiver, held } = receiverOf(limits);
    const port = await listening(mount, receiver);
    const strangers = [];
    for (let at = 1; at <= 10; at++) {
      const one = stranger(port, ["Content-Length: 100000"]);
      one.socket.write("x".repeat(90_000));
      await until(() => (at <= 3 ? held.count === at * 90_000 : one.received() !== ""));
      strangers.push(one);
    }
    expect(held.count).toBe(270_000);
    for (const one of strangers.slice(3)) {
      expect(one.received()).toMatch(/^HTTP\/1\.1 503 /);
      expect(one.received()).toMatch(/\r\nretry-after: 5\r\n/i);
      expect(one.received()).toContain(OVERLOADED);
      one.socket.end();
      await one.closed;
    }
    expect((await send(port, { body: event("made", "evt_large", "y".repeat(50_000)) })).body).toBe(OVERLOADED);
    expect((await send(port)).status).toBe(200);
    for (const one of strangers) one.socket.destroy();
    await until(() => held.count === 0);
    expect((await send(port, { body: event("made", "evt_large", "y".repeat(50_000)) })).status).toBe(200);
    expect(held.count).toBe(0);
  });

  it("counts bodies without a length as they come", async () => {
    const { receiver, held } = receiverOf({ maxBodyBytes: 100_000, maxBufferedBytes: 100_000 });
    const port = await listening(mount, receiver);
    const chunk = `${(60_000).toString(16)}\r\n${"x".repeat(60_000)}\r\n`;
    const first = stranger(port, ["Transfer-Encoding: chunked"]);
    first.socket.write(chunk);
    await until(() => held.count === 60_000);
    const second = stranger(port, ["Transfer-Encoding: chunked"]);
    second.socket.write(chunk);
    await until(() => second.received().includes(OVERLOADED));
    expect(held.count).toBe(60_000);
    first.socket.destroy();
    await until(() => held.count === 0);
  });

  it("holds nothing for a length that is only declared", async () => {
    const { receiver, held } = receiverOf({ maxBodyBytes: 100_000, maxBufferedBytes: 100_000 });
    const port = await listening(mount, receiver);
    for (let at = 0; at < 20; at++) stranger(port, ["Content-Length: 100000"]);
    expect((await send(port)).status).toBe(200);
    expect(held.count).toBe(0);
  });
});

it("holds a body until its delivery is answered, and no longer, though the handler runs on", async () => {
  const { receiver, held, outcomes } = receiverOf({ maxBodyBytes: 10_000 });
  const port = await listening(MOUNTS[0] as (typeof MOUNTS)[number], receiver);
  const body = event("slow");
  const answer = send(port, { body });
  await until(() => held.count === body.length);
  expect((await answer).status).toBe(503);
  expect(held.count).toBe(0);
  await until(() => outcomes.some(({ isLate }) => isLate));
  expect(held.count).toBe(0);
});

it("holds the body of a guarded route until the route has answered", async () => {
  const receiver = createReceiver(erp(), { logger: quietLogger });
  const end = gate();
  const app = express().post("/hooks", receiver.guard, async (_req, res) => {
    await end.opened;
    res.end();
  });
  const [guarded] = MOUNTS;
  const port = await listening(
    { ...(guarded as (typeof MOUNTS)[number]), server: () => createServer(app) },
    receiver as Open,
  );
  const body = event();
  const answer = send(port, { body });
  await until(() => heldBy(receiver).count === body.length);
  end.open();
  expect((await answer).status).toBe(200);
  await until(() => heldBy(receiver).count === 0);
});

describe("a storm of deliveries", () => {
  /** What one client does. */
  type Act = "whole" | "forged" | "cut" | "reset" | "stall" | "large" | "longer" | "chunked" | "crumbs";
  interface Move {
    readonly act: Act;
    readonly type: string;
    readonly size: number;
  }
  const acts: readonly Act[] = ["whole", "forged", "cut", "reset", "stall", "large", "longer", "chunked", "crumbs"];
  const moves: fc.Arbitrary<Move[]> = fc.array(
    fc.record({
      act: fc.constantFrom(...acts),
      type: fc.constantFrom("made", "throws", "later", "slow"),
      size: fc.integer({ min: 0, max: 3_000 }),
    }),
    { minLength: 5, maxLength: 25 },
  );

  async function play(port: number, { act, type, size }: Move): Promise<void> {
    const body = event(type, undefined, "z".repeat(size));
    const headers = Object.entries(act === "forged" ? { "x-signature": "t=1,v1=00" } : signed(body));
    const lines = headers.filter(([name]) => name !== "content-type").map(([name, value]) => `${name}: ${value}`);
    const isChunked = act === "chunked" || act === "crumbs";
    const length = { large: 5_000, longer: body.length + 10 }[act as "large"] ?? body.length;
    lines.push(isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${length}`);
    const { socket, received, closed } = stranger(port, lines);
    if (act === "crumbs") for (const letter of body) socket.write(`1\r\n${letter}\r\n`);
    else if (act === "chunked") socket.write(`${body.length.toString(16)}\r\n${body}\r\n`);
    else socket.write(act === "cut" || act === "reset" || act === "stall" ? body.slice(0, body.length / 2) : body);
    if (isChunked) socket.write("0\r\n\r\n");
    if (act === "cut") socket.end();
    if (act === "reset") socket.resetAndDestroy();
    if (act !== "cut" && act !== "reset") await Promise.race([until(() => received() !== ""), closed]);
    socket.destroy();
    await closed;
  }

  const hosts = HTTP1.filter(({ name }) =>
    ["node:http", "Hono", "Fastify", "a guarded route of Express"].includes(name),
  );

  it.each(hosts)("leaves nothing held on $name, and never holds more than it may", async (mount) => {
    const { receiver, held } = receiverOf({ maxBodyBytes: 4_000, maxBufferedBytes: 8_000, bodyTimeoutSeconds: 0.1 });
    const port = await listening(mount, receiver);
    let most = 0;
    const hold = held.hold.bind(held);
    held.hold = (byteCount) => {
      const isHeld = hold(byteCount);
      most = Math.max(most, held.count);
      return isHeld;
    };
    await fc.assert(
      fc.asyncProperty(moves, async (all) => {
        await Promise.all(all.map((move) => play(port, move)));
        await until(() => held.count === 0);
      }),
      { numRuns: 4, endOnFailure: true },
    );
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(8_000);
    expect((await send(port)).status).toBe(200);
    expect(held.count).toBe(0);
  });

  it("leaves nothing held on HTTP/2, whose clients reset streams", async () => {
    const { receiver, held } = receiverOf({ maxBodyBytes: 4_000, maxBufferedBytes: 8_000, bodyTimeoutSeconds: 0.1 });
    const mount = MOUNTS.find(({ name }) => name === "node:http2") as (typeof MOUNTS)[number];
    const client = http2.connect(`http://${LOOPBACK}:${await listening(mount, receiver)}`);
    onClose(() => client.destroy());
    const streams = Array.from({ length: 60 }, async (_, at) => {
      const body = event("made", undefined, "z".repeat(50 * at));
      const stream = client.request({ ":method": "POST", ":path": "/hooks", ...signed(body) });
      stream.on("error", () => undefined);
      if (at % 3 === 0) stream.end(body);
      else stream.write(body.slice(0, -1));
      if (at % 3 === 1) setImmediate(() => stream.close(http2.constants.NGHTTP2_CANCEL));
      // Node's client may close a stream that was answered while it was writing without emitting "close".
      await new Promise((resolve) => stream.once("close", resolve).once("end", resolve).resume());
    });
    await Promise.all(streams);
    await until(() => held.count === 0);
    const body = event();
    const after = client.request({ ":method": "POST", ":path": "/hooks", ...signed(body) });
    after.resume().end(body);
    expect((await once(after, "response"))[0]).toMatchObject({ ":status": 200 });
  });

  it("leaves nothing held where a step throws, on either way", async () => {
    const broken = erp({
      event: () => {
        throw new Error("a bug");
      },
    });
    const receiver = createReceiver(broken, { logger: quietLogger, onError() {} });
    const body = event();
    const request = () => new Request("https://example.com/", { method: "POST", headers: signed(body), body });
    expect((await receiver.fetch(request())).status).toBe(500);
    for (const name of ["node:http", "a guarded route of Express"]) {
      const mount = MOUNTS.find((one) => one.name === name) as (typeof MOUNTS)[number];
      expect((await send(await listening(mount, receiver as Open), { body })).status).toBe(500);
    }
    expect(heldBy(receiver).count).toBe(0);
  });
});

describe("on the Fetch API", () => {
  function streamed(chunks: readonly string[], end: "close" | "error" | "never") {
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        const chunk = chunks[at++];
        if (chunk !== undefined) controller.enqueue(Buffer.from(chunk));
        else if (end === "close") controller.close();
        else if (end === "error") controller.error(new Error("gone"));
        else return new Promise(() => undefined);
        return undefined;
      },
    });
    const headers = signed(chunks.join(""));
    return new Request("https://example.com/", {
      method: "POST",
      headers,
      body: stream,
      duplex: "half",
    } as RequestInit);
  }
  const body = event();

  it.each([
    ["ends", "close", 200],
    ["is cut off", "error", 400],
    ["never ends", "never", 503],
  ] as const)("leaves nothing held of a body that %s", async (_, end, status) => {
    const { receiver, held } = receiverOf({ maxBodyBytes: 1_000, bodyTimeoutSeconds: 0.05 });
    const text = event();
    expect((await receiver.fetch(streamed([text.slice(0, 10), text.slice(10)], end))).status).toBe(status);
    expect(held.count).toBe(0);
  });

  it("answers 503 with Retry-After where there is no room", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const { receiver, held } = receiverOf({ maxBodyBytes: 100, maxBufferedBytes: 100, bodyTimeoutSeconds: 5 });
    const stalled = receiver.fetch(streamed(["x".repeat(60)], "never"));
    await until(() => held.count === 60);
    for (const request of [
      streamed([body], "close"),
      new Request("https://example.com/", {
        method: "POST",
        headers: { ...signed(body), "content-length": String(body.length) },
        body,
      }),
    ]) {
      const answer = await receiver.fetch(request);
      expect([answer.status, answer.headers.get("retry-after"), await answer.text()]).toEqual([503, "5", OVERLOADED]);
    }
    expect(held.count).toBe(60);
    vi.advanceTimersByTime(5_000);
    expect((await stalled).status).toBe(503);
    expect(held.count).toBe(0);
  });
});

describe("maxBufferedBytes", () => {
  const build = (options: object) => heldBy(createReceiver(erp(), { logger: quietLogger, ...options })).maxBytes;

  it("is 128 MiB unless set, or four of the largest bodies", () => {
    expect(build({})).toBe(134_217_728);
    expect(build({ maxBodyBytes: 50_000_000 })).toBe(200_000_000);
    expect(build({ maxBodyBytes: 10, maxBufferedBytes: 10 })).toBe(10);
  });

  it.each([0, -1, 1.5, Number.POSITIVE_INFINITY, "1 GB"])("is refused as %s", (maxBufferedBytes) => {
    expect(() => build({ maxBufferedBytes })).toThrow("maxBufferedBytes must be a whole number, 1 or more");
  });

  it("is refused below maxBodyBytes", () => {
    expect(() => build({ maxBufferedBytes: 1_000 })).toThrow(
      "maxBufferedBytes must be at least maxBodyBytes (1048576)",
    );
  });

  it("does not count what receiver.receive is given", async () => {
    const { receiver, held } = receiverOf({ maxBodyBytes: 1_000, maxBufferedBytes: 1_000 });
    const text = event("made", undefined, "x".repeat(500));
    const all = Array.from({ length: 5 }, (_, at) => text.replace(/evt_\d+/, `evt_own_${at}`));
    const names = await Promise.all(
      all.map(async (one) => (await receiver.receive({ headers: signed(one), body: one })).name),
    );
    expect(new Set(names)).toEqual(new Set(["processed"]));
    expect(held.count).toBe(0);
  });
});

describe("the chunks of a body", () => {
  it("come back as the same bytes, whatever their sizes, and stay few however small they are", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 2_000, size: "max" }), (all) => {
        const held = new HeldBytes(10_000_000);
        const chunks = new BodyChunks({ maxBodyBytes: 10_000_000, timeoutMs: 1, held });
        for (const chunk of all) expect(chunks.add(chunk)).toBeUndefined();
        const whole = chunks.whole();
        expect(whole.equals(Buffer.concat(all))).toBe(true);
        expect([held.count, chunks.byteCount]).toEqual([whole.length, whole.length]);
        chunks.drop();
        expect(held.count).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it("of one byte each cost little more than their bytes", () => {
    setFlagsFromString("--expose_gc");
    const gc = runInNewContext("gc") as () => void;
    const count = 1_000_000;
    const chunks = new BodyChunks({ maxBodyBytes: count, timeoutMs: 1, held: new HeldBytes(count) });
    const source = Buffer.alloc(256, "x");
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let at = 0; at < count; at++) chunks.add(source.subarray(at & 255, (at & 255) + 1));
    gc();
    // A million Buffers take up 80 MB and more.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
    expect(chunks.whole().length).toBe(count);
  });
});
