// The raw bytes of a body behind the parsers of a framework.
import { once } from "node:events";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import connect from "connect";
import express from "express";
import { afterEach, describe, expect, it } from "vitest";
import { HeldBytes, type ReadLimits } from "../../../src/receiver/body-chunks.js";
import { captureRawBody, upstreamBody } from "../../../src/receiver/http/raw-body.js";
import { readBody } from "../../../src/receiver/http/read-node-body.js";
import { closeServers, listen } from "../../support/listen.js";

// Express 4 has no types of its own here; what is used of it is the same.
const express4 = createRequire(import.meta.url)("express4") as typeof express;

const LIMITS: ReadLimits = { maxBodyBytes: 100_000, timeoutMs: 5_000, held: new HeldBytes(1_000_000) };

type Handler = (req: IncomingMessage, res: ServerResponse, next: () => void) => unknown;
type Headers = Record<string, string>;

afterEach(closeServers);

/** Where the bytes came from, and what they are. */
async function terminal(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const upstream = upstreamBody(req);
  const body = upstream === "absent" ? await readBody(req, LIMITS) : upstream;
  const from = upstream === "absent" ? "stream" : "upstream";
  const told = Buffer.isBuffer(body) ? { from, hex: body.toString("hex") } : body;
  res.end(JSON.stringify(told));
}

async function send(app: Handler, body: Buffer | string, headers: Headers = {}) {
  const port = await listen(app as (req: IncomingMessage, res: ServerResponse) => void);
  const bytes = Buffer.from(body as string);
  const isChunked = "transfer-encoding" in headers;
  const length = isChunked ? {} : { "content-length": String(bytes.length) };
  const req = request({ port, host: "127.0.0.1", method: "POST", headers: { ...length, ...headers } });
  req.end(bytes);
  const [res] = (await once(req, "response")) as [IncomingMessage];
  return JSON.parse(Buffer.concat(await res.toArray()).toString());
}

const JSON_TYPE = { "content-type": "application/json" };
const FORM_TYPE = { "content-type": "application/x-www-form-urlencoded" };
const TEXT_TYPE = { "content-type": "text/plain; charset=utf-8" };
// White space, member order, an escape and a number that re-serialising would all change.
const BODY = '{ "b" : 1.0,\n  "a": "\\u00e9" }';
const found = (from: "stream" | "upstream", body: string | Buffer) => ({
  from,
  hex: Buffer.from(body as string).toString("hex"),
});
const MISCONFIGURED = { name: "misconfigured", hint: expect.stringMatching(/before body parsers.*captureRawBody/) };

describe.each([
  ["Express 5", express],
  ["Express 4", express4],
])("behind %s", (_name, framework) => {
  function behind(...before: unknown[]): Handler {
    const app = framework();
    for (const middleware of before) app.use(middleware as express.RequestHandler);
    app.use("/", terminal as unknown as express.RequestHandler);
    return app as unknown as Handler;
  }

  it("reads the stream where nothing is mounted before", async () => {
    expect(await send(behind(), BODY, JSON_TYPE)).toEqual(found("stream", BODY));
  });

  it.each<[string, unknown, string, Headers]>([
    ["json()", framework.json({ verify: captureRawBody }), BODY, JSON_TYPE],
    ["urlencoded()", framework.urlencoded({ extended: false, verify: captureRawBody }), "b=1+2&a=%c3%a9&b=", FORM_TYPE],
    ["text()", framework.text({ verify: captureRawBody }), "\ufeffGrüße", TEXT_TYPE],
    ["raw()", framework.raw({ type: "*/*", verify: captureRawBody }), "\u00ff\0", JSON_TYPE],
    ["raw() without capturing", framework.raw({ type: "*/*" }), BODY, JSON_TYPE],
  ])("takes what %s has read", async (_parser, parser, body, headers) => {
    expect(await send(behind(parser), body, headers)).toEqual(found("upstream", body));
  });

  it("takes what was captured of a chunked body", async () => {
    const app = behind(framework.json({ verify: captureRawBody }));
    const answer = await send(app, BODY, { ...JSON_TYPE, "transfer-encoding": "chunked" });
    expect(answer).toEqual(found("upstream", BODY));
  });

  it("takes what was captured of the type that came, of several parsers", async () => {
    const options = { extended: true, verify: captureRawBody };
    const app = behind(framework.json(options), framework.urlencoded(options), framework.text(options));
    expect(await send(app, "a=1&a=2", FORM_TYPE)).toEqual(found("upstream", "a=1&a=2"));
    expect(await send(app, "[1.0]", JSON_TYPE)).toEqual(found("upstream", "[1.0]"));
  });

  it.each<[string, unknown]>([
    ["json() without captureRawBody", framework.json()],
    ["json() that takes every type", framework.json({ type: () => true })],
  ])("says so behind %s, and writes nothing out again", async (_parser, parser) => {
    expect(await send(behind(parser), BODY, JSON_TYPE)).toEqual(MISCONFIGURED);
  });

  it("says so behind urlencoded() and text() without captureRawBody", async () => {
    const app = behind(framework.urlencoded({ extended: false }), framework.text());
    expect(await send(app, "a=1", FORM_TYPE)).toEqual(MISCONFIGURED);
    expect(await send(app, "a", TEXT_TYPE)).toEqual(MISCONFIGURED);
  });

  it.each([
    ["a form", "a=1", FORM_TYPE],
    ["JSON that comes as text/plain", '{"Type":"Notification"}', TEXT_TYPE],
    ["a body without a type", "x", {}],
  ])("reads the stream for %s, which json() has left alone", async (_what, body, headers) => {
    expect(await send(behind(framework.json()), body, headers)).toEqual(found("stream", body));
  });

  it("reads the stream where req.body was set by someone who did not read", async () => {
    const assign: Handler = (req, _res, next) => {
      Object.assign(req, { body: { forged: true }, rawBody: Buffer.from("forged") });
      next();
    };
    expect(await send(behind(assign), BODY, JSON_TYPE)).toEqual(found("stream", BODY));
  });

  it("takes the inflated bytes of a body that came with gzip, although the length differs", async () => {
    const headers = { ...JSON_TYPE, "content-encoding": "gzip" };
    const captured = behind(framework.json({ verify: captureRawBody }));
    expect(await send(captured, gzipSync(BODY), headers)).toEqual(found("upstream", BODY));
    const raw = behind(framework.raw({ type: "*/*" }));
    expect(await send(raw, gzipSync(BODY), headers)).toEqual(found("upstream", BODY));
  });

  it("takes an empty body for an empty body", async () => {
    const app = behind(framework.json({ verify: captureRawBody }));
    expect(await send(app, "", JSON_TYPE)).toMatchObject({ hex: "" });
  });

  it("works in a router below the app", async () => {
    const router = framework.Router();
    router.use("/hooks", terminal as unknown as express.RequestHandler);
    const app = framework();
    app.use(framework.json({ verify: captureRawBody }));
    app.use("/", (req, _res, next) => {
      req.url = "/hooks";
      next();
    });
    app.use(router);
    expect(await send(app as unknown as Handler, BODY, JSON_TYPE)).toEqual(found("upstream", BODY));
  });
});

describe("upstreamBody", () => {
  /** Reads the stream as a platform or middleware would, and leaves what `kept` makes of the bytes. */
  function reading(kept: (bytes: Buffer) => object): Handler {
    const app = connect();
    app.use(async (req, _res, next) => {
      Object.assign(req, kept(Buffer.concat(await (req as IncomingMessage).toArray())));
      next();
    });
    app.use(terminal);
    return app as unknown as Handler;
  }

  it.each<[string, (bytes: Buffer) => object]>([
    ["req.rawBody, a Buffer", (bytes) => ({ rawBody: bytes, body: JSON.parse(bytes.toString()) })],
    ["req.rawBody, a Uint8Array", (bytes) => ({ rawBody: Uint8Array.from(bytes) })],
    ["req.rawBody, a text", (bytes) => ({ rawBody: bytes.toString() })],
    ["req.body, a Uint8Array", (bytes) => ({ body: Uint8Array.from(bytes) })],
    [
      "req.body, a view into a larger buffer",
      (bytes) => ({ body: Buffer.concat([bytes, bytes]).subarray(bytes.length) }),
    ],
  ])("takes %s", async (_name, kept) => {
    expect(await send(reading(kept), BODY)).toEqual(found("upstream", BODY));
  });

  it.each<[string, (bytes: Buffer) => object]>([
    ["nothing", () => ({})],
    ["a parsed object", (bytes) => ({ body: JSON.parse(bytes.toString()), rawBody: JSON.parse(bytes.toString()) })],
    ["an empty object", () => ({ body: {} })],
    ["a text in req.body, decoded by who knows what", (bytes) => ({ body: bytes.toString() })],
    ["null", () => ({ body: null, rawBody: null })],
    ["JSON in the shape of a Buffer", (bytes) => ({ body: bytes.toJSON() })],
  ])("says so where all that was left is %s", async (_name, kept) => {
    expect(await send(reading(kept), BODY)).toEqual(MISCONFIGURED);
  });

  it.each<[string, (bytes: Buffer) => object]>([
    ["too few bytes", (bytes) => ({ rawBody: bytes.subarray(1) })],
    ["too many bytes", (bytes) => ({ rawBody: Buffer.concat([bytes, Buffer.from("\n")]) })],
    ["a text that was decoded with loss", (bytes) => ({ rawBody: bytes.toString() })],
  ])("says so where %s were kept, by Content-Length", async (_name, kept) => {
    const ending = await send(reading(kept), Buffer.from([0xff, 0x61]));
    expect(ending).toMatchObject({ name: "misconfigured", hint: expect.stringContaining("Content-Length is 2") });
  });

  it("says so where someone took a part of the body and went on", async () => {
    const app = connect();
    app.use((req, _res, next) => {
      (req as IncomingMessage).once("data", () => {
        (req as IncomingMessage).pause();
        next();
      });
    });
    app.use(terminal);
    expect(await send(app as unknown as Handler, Buffer.alloc(90_000))).toEqual(MISCONFIGURED);
  });

  it("never returns the bytes that were captured of another request", async () => {
    let isFirst = true;
    const handler: Handler = async (req, res) => {
      const bytes = Buffer.concat(await req.toArray());
      if (isFirst) captureRawBody(req, res, bytes);
      isFirst = false;
      await terminal(req, res);
    };
    expect(await send(handler, "first")).toEqual(found("upstream", "first"));
    expect(await send(handler, "secon")).toEqual(MISCONFIGURED);
  });

  it("never has a body in its hint", async () => {
    const { hint } = await send(
      reading(() => ({ rawBody: "hunter2" })),
      "hunter2-and-more",
    );
    expect(hint).not.toContain("hunter2");
  });
});
