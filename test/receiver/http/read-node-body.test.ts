// Reads a node:http body within size and time limits.
import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { createServer, IncomingMessage, request } from "node:http";
import http2 from "node:http2";
import { connect, Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { HeldBytes, type ReadLimits } from "../../../src/receiver/body-chunks.js";
import { type NodeRequest, readBody } from "../../../src/receiver/http/read-node-body.js";
import { closeServers, listen, onClose } from "../../support/listen.js";

const LIMITS: ReadLimits = { maxBodyBytes: 100_000, timeoutMs: 10_000, held: new HeldBytes(10_000_000) };
type Result = Awaited<ReturnType<typeof readBody>>;

afterEach(closeServers);

/** A server that reads each body and answers with what it made of it. */
async function serve(limits = LIMITS, before: (req: IncomingMessage) => unknown = () => {}) {
  const results: Result[] = [];
  const requests: IncomingMessage[] = [];
  let arrived = (): void => {};
  const server = createServer(async (req, res) => {
    requests.push(req);
    await before(req);
    const result = await readBody(req, limits);
    results.push(result);
    arrived();
    res.writeHead(200, { connection: "close" });
    res.end(Buffer.isBuffer(result) ? result : JSON.stringify(result));
  });
  const port = await listen(server);
  const nextResult = async (): Promise<Result> => {
    while (results.length === 0) await new Promise<void>((resolve) => (arrived = resolve));
    return results[0] as Result;
  };
  return { port, results, requests, nextResult };
}

function post(port: number, body: Buffer, headers: Record<string, string> = {}): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const req = request({ port, host: "127.0.0.1", method: "POST", headers }, async (res) => {
      resolve(Buffer.concat(await res.toArray()));
    });
    req.on("error", reject);
    req.end(body);
  });
}

/** `toEqual` takes seconds for 100 KB. */
function expectBytes(got: unknown, wanted: Buffer): void {
  expect(Buffer.isBuffer(got) && got.equals(wanted)).toBe(true);
}

/** A socket that sends what it is given and gathers what comes back. */
function raw(port: number, text: string) {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.on("data", (chunk) => (received += chunk));
  socket.on("error", () => {});
  socket.write(text);
  onClose(() => socket.destroy());
  return { socket, closed: once(socket, "close").then(() => received) };
}

const HEAD = "POST / HTTP/1.1\r\nHost: x\r\n";

describe("readBody accepts", () => {
  it.each<[string, Buffer]>([
    ["a small body", Buffer.from('{"a":1}')],
    ["bytes that are not UTF-8", Buffer.from([0xff, 0xfe, 0x00, 0x80])],
    ["a body of many chunks", Buffer.alloc(90_000, "abc")],
    ["a body of just the limit", Buffer.alloc(100_000, 1)],
    ["an empty body", Buffer.alloc(0)],
  ])("%s, with Content-Length and chunked", async (_name, body) => {
    const { port } = await serve();
    for (const framing of [{ "content-length": String(body.length) }, { "transfer-encoding": "chunked" }])
      expectBytes(await post(port, body, framing), body);
  });

  it("a request without a body", async () => {
    const { port, nextResult } = await serve();
    raw(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await nextResult()).toEqual(Buffer.alloc(0));
  });

  it("a body that arrived while something before us waited", async () => {
    const { port } = await serve(LIMITS, async (req) => {
      req.pause();
      for (let at = 0; at < 5; at++) await turn();
    });
    expect(await post(port, Buffer.from("late"))).toEqual(Buffer.from("late"));
  });

  it("a body announced by Expect: 100-continue", async () => {
    const { port } = await serve();
    const { socket, closed } = raw(port, `${HEAD}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`);
    await once(socket, "data");
    socket.write("hi");
    expect(await closed).toMatch(/^HTTP\/1\.1 100 Continue[\s\S]*HTTP\/1\.1 200 OK[\s\S]*hi/);
  });

  it("no byte beyond Content-Length: what follows is another request, or none", async () => {
    const { port, results } = await serve();
    const { closed } = raw(port, `${HEAD}Content-Length: 2\r\n\r\nabTAIL`);
    await closed;
    expect(results).toEqual([Buffer.from("ab")]);
  });

  it("trailers, and ignores them", async () => {
    const { port, results } = await serve();
    const { closed } = raw(
      port,
      `${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nX-Signature: forged\r\n\r\n`,
    );
    await closed;
    expect(results).toEqual([Buffer.from("ab")]);
  });
});

describe("readBody rejects", () => {
  it.each([["content-length"], ["transfer-encoding"]])("one byte over the limit (%s)", async (framing) => {
    const { port } = await serve();
    const value = framing === "content-length" ? "100001" : "chunked";
    const answer = await post(port, Buffer.alloc(100_001), { [framing]: value });
    expect(JSON.parse(answer.toString())).toMatchObject({ name: "body_too_large" });
  });

  it("an endless body, of which it reads little more than the limit", async () => {
    const { port, nextResult, requests } = await serve();
    const { socket } = raw(port, `${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(0x10000), Buffer.from("\r\n")]);
    const pump = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on("drain", pump);
    pump();
    expect(await nextResult()).toMatchObject({ name: "body_too_large" });
    expect((requests[0] as IncomingMessage).socket.bytesRead).toBeLessThan(100_000 + 4 * 65_536);
  });

  it("a body that comes in drops, when its time is up", async () => {
    const { port, nextResult } = await serve({ ...LIMITS, maxBodyBytes: 1_000, timeoutMs: 120 });
    const { socket } = raw(port, `${HEAD}Content-Length: 1000\r\n\r\n`);
    const drops = setInterval(() => socket.write("x"), 10);
    onClose(() => clearInterval(drops));
    expect(await nextResult()).toMatchObject({ name: "body_timeout", hint: expect.stringContaining("0.12 s") });
  });

  it("a body that never comes, when its time is up", async () => {
    const { port, nextResult } = await serve({ ...LIMITS, maxBodyBytes: 1_000, timeoutMs: 30 });
    raw(port, `${HEAD}Content-Length: 10\r\n\r\n`);
    expect(await nextResult()).toMatchObject({ name: "body_timeout" });
  });

  it.each([
    ["reset by the client", (socket: Socket) => socket.resetAndDestroy()],
    ["ended by the client", (socket: Socket) => socket.end()],
    ["destroyed by the client", (socket: Socket) => socket.destroy()],
  ])("a body shorter than Content-Length, the connection being %s", async (_name, close) => {
    const { port, nextResult, requests } = await serve();
    const { socket } = raw(port, `${HEAD}Content-Length: 1000\r\n\r\nabc`);
    while (requests[0]?.readableDidRead !== true) await turn();
    close(socket);
    expect(await nextResult()).toBe("aborted");
  });

  it("a chunked body without its last chunk", async () => {
    const { port, nextResult } = await serve();
    const { socket } = raw(port, `${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n`);
    socket.end();
    expect(await nextResult()).toBe("aborted");
  });

  it("a chunked body with a broken chunk size", async () => {
    const { port, nextResult } = await serve();
    raw(port, `${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n`);
    expect(await nextResult()).toBe("aborted");
  });

  it.each([
    ["xchunked", `${HEAD}Transfer-Encoding: xchunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`],
    ["chunked, identity", `${HEAD}Transfer-Encoding: chunked, identity\r\n\r\n3\r\nabc\r\n0\r\n\r\n`],
    ["both framings at once", `${HEAD}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`],
    ["two lengths", `${HEAD}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`],
  ])("a body framed by %s: no bytes are handed out", async (_name, text) => {
    const { port, results } = await serve();
    const { closed } = raw(port, text);
    expect(await closed).toMatch(/^HTTP\/1\.1 400/);
    expect(results.filter((result) => Buffer.isBuffer(result))).toEqual([]);
  });

  it("a request that was cut off before we were asked", async () => {
    const { port, nextResult } = await serve(LIMITS, (req) => new Promise((resolve) => req.on("close", resolve)));
    const { socket } = raw(port, `${HEAD}Content-Length: 10\r\n\r\nabc`);
    await once(socket, "connect");
    for (let at = 0; at < 20; at++) await turn();
    socket.resetAndDestroy();
    expect(await nextResult()).toBe("aborted");
  });

  it.each<[string, (req: IncomingMessage) => unknown]>([
    ["was read to its end before us", (req) => req.toArray()],
    ["has an encoding set, so that it gives text and no bytes", (req) => req.setEncoding("utf8")],
    [
      "gets an encoding while we read",
      (req) => {
        queueMicrotask(() => queueMicrotask(() => queueMicrotask(() => req.setEncoding("utf8"))));
      },
    ],
  ])("a stream that %s, as misconfigured", async (_name, before) => {
    const { port } = await serve(LIMITS, before);
    expect(JSON.parse((await post(port, Buffer.from("abc"))).toString())).toMatchObject({ name: "misconfigured" });
  });

  it("bytes that do not fit Content-Length, where no HTTP parser has seen to it", async () => {
    const req = new IncomingMessage(new Socket());
    req.rawHeaders.push("Content-Length", "5");
    req.complete = true;
    req.push("abc");
    req.push(null);
    expect(await readBody(req, LIMITS)).toMatchObject({ name: "bad_body", hint: expect.stringContaining("3 bytes") });
  });
});

describe("readBody as a neighbour", () => {
  it("hands over a body of one chunk without copying it", async () => {
    const chunks: unknown[] = [];
    const { port, results } = await serve(LIMITS, (req) => {
      req.pause();
      req.on("data", (chunk) => chunks.push(chunk));
    });
    await post(port, Buffer.from("one"));
    expect(chunks).toHaveLength(1);
    expect(results[0]).toBe(chunks[0]);
  });

  it("leaves no listener behind when the body was too large, for its bytes go on coming", async () => {
    const counts: number[][] = [];
    const count = (req: IncomingMessage) => ["data", "end", "error", "close"].map((name) => req.listenerCount(name));
    const server = createServer(async (req, res) => {
      counts.push(count(req));
      await readBody(req, { ...LIMITS, maxBodyBytes: 1 });
      counts.push(count(req));
      res.writeHead(200, { connection: "close" }).end();
    });
    await post(await listen(server), Buffer.from("abc"));
    expect(counts[1]).toEqual(counts[0]);
  });

  it("keeps the async context of its caller", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const server = createServer((req, res) =>
      storage.run("mine", async () => {
        await readBody(req, LIMITS);
        seen.push(storage.getStore());
        res.end();
      }),
    );
    await post(await listen(server), Buffer.alloc(80_000));
    expect(seen).toEqual(["mine"]);
  });
});

describe("readBody on HTTP/2", () => {
  // RFC 9113 section 6. Node's own client ends a stream before it resets it, so a cut-off body takes frames by hand.
  const [DATA, HEADERS, RST_STREAM, SETTINGS, END_HEADERS] = [0, 1, 3, 4, 4];
  const uint32 = (value: number) => Buffer.from([0, 0, 0, value]);
  function frame(type: number, flags: number, stream: number, payload = Buffer.alloc(0)): Buffer {
    return Buffer.concat([Buffer.from([0, 0, payload.length, type, flags]), uint32(stream), payload]);
  }

  async function serve2(limits = LIMITS) {
    let resolveResult: (result: Result) => void = () => {};
    const result = new Promise<Result>((resolve) => (resolveResult = resolve));
    let seen = (): void => {};
    const arrived = new Promise<void>((resolve) => (seen = resolve));
    const server = http2.createServer(async (req, res) => {
      req.once("data", () => seen());
      const read = await readBody(req as NodeRequest, limits);
      resolveResult(read);
      if (!res.stream.destroyed) res.end(Buffer.isBuffer(read) ? read : JSON.stringify(read));
    });
    const port = await listen(server);
    const client = http2.connect(`http://127.0.0.1:${port}`);
    client.on("error", () => {});
    onClose(() => client.destroy());
    return { client, port, result, arrived };
  }

  it.each([
    ["a body", Buffer.from([0xff, 0x00, 0x61])],
    ["a body of many frames", Buffer.alloc(100_000, "abc")],
    ["an empty body", Buffer.alloc(0)],
  ])("accepts %s", async (_name, body) => {
    const { client, result } = await serve2();
    const stream = client.request({ ":method": "POST" });
    stream.end(body);
    expectBytes(await result, body);
    expectBytes(Buffer.concat(await stream.toArray()), body);
  });

  it("rejects one byte over the limit", async () => {
    const { client, result } = await serve2();
    client.request({ ":method": "POST" }).end(Buffer.alloc(100_001));
    expect(await result).toMatchObject({ name: "body_too_large" });
  });

  it("rejects a body that never ends, when its time is up", async () => {
    const { client, result } = await serve2({ ...LIMITS, maxBodyBytes: 100, timeoutMs: 30 });
    client.request({ ":method": "POST" }).write("abc");
    expect(await result).toMatchObject({ name: "body_timeout" });
  });

  it.each([
    ["reset with CANCEL", () => frame(RST_STREAM, 0, 1, uint32(8))],
    ["reset with NO_ERROR", () => frame(RST_STREAM, 0, 1, uint32(0))],
    ["lost with its connection", () => undefined],
  ])("takes no cut-off body for a whole one when the stream is %s", async (_name, last) => {
    const { port, result, arrived } = await serve2();
    const { socket } = raw(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    // POST http / with the authority "x", in the static table's indexes of RFC 7541 appendix A.
    const head = Buffer.from([0x83, 0x86, 0x84, 0x41, 0x01, 0x78]);
    const opening = [
      frame(SETTINGS, 0, 0),
      frame(HEADERS, END_HEADERS, 1, head),
      frame(DATA, 0, 1, Buffer.from("abc")),
    ];
    socket.write(Buffer.concat(opening));
    await arrived;
    const ending = last();
    if (ending === undefined) socket.resetAndDestroy();
    else socket.write(ending);
    expect(await result).toBe("aborted");
  });

  it("takes no body shorter than its Content-Length", async () => {
    const { client, result } = await serve2();
    const stream = client.request({ ":method": "POST", "content-length": "10" });
    stream.on("error", () => {});
    stream.end("abc");
    expect(await result).toSatisfy((read: Result) => !Buffer.isBuffer(read));
  });
});
