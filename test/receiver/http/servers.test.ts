// One receiver on Express 5, Express 4, Connect, node:http, HTTP/2 and Hono.
import { AsyncLocalStorage } from "node:async_hooks";
import { connect as connectHttp2, createServer as createHttp2 } from "node:http2";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import connect from "connect";
import express from "express";
import express4 from "express4";
import { Hono } from "hono";
import { captureRawBody } from "hookgate";
import { afterEach, describe, expect, it } from "vitest";
import { closeServers, listen } from "../../support/listen.js";
import { until } from "../../support/until.js";
import { deliver, eventBody, gate, post, problem, receiverOf, signed } from "../harness.js";

afterEach(closeServers);

type App = ReturnType<typeof express>;
const servers: [string, () => App][] = [
  ["Express 5", () => express()],
  ["Express 4", () => express4() as unknown as App],
  ["Connect", () => connect() as unknown as App],
];

describe.each(servers)("on %s", (name, create) => {
  it("answers a delivery, and its duplicate, and never calls next", async () => {
    const { receiver, calls } = receiverOf();
    const app = create();
    app.use("/hooks", receiver as never);
    let nexts = 0;
    app.use((_req: unknown, res: { end(): void }) => {
      nexts++;
      res.end();
    });
    const port = await listen(app as never);
    expect(await deliver(port)).toMatchObject({ status: 200, body: "" });
    expect(await deliver(port)).toMatchObject({ status: 200, body: "" });
    expect(await post(port, { body: "{}", headers: { "content-type": "application/json" } })).toMatchObject({
      status: 401,
    });
    expect({ calls, nexts }).toEqual({ calls: ["evt_1"], nexts: 0 });
  });

  if (name === "Connect") return;
  const parsers = name === "Express 5" ? express : express4;

  it("behind a JSON parser says what is wrong, once, and works with captureRawBody", async () => {
    const hints: (string | undefined)[] = [];
    const eaten = receiverOf(undefined, { onOutcome: (one) => void hints.push(one.hint) });
    const app = create();
    app.use(parsers.json() as never);
    app.use("/hooks", eaten.receiver as never);
    const answer = await deliver(await listen(app as never));
    expect(answer).toMatchObject({ status: 500, body: problem("misconfigured", 500, "Internal Server Error") });
    expect(hints[0]).toMatch(/captureRawBody/);
    expect(eaten.calls).toEqual([]);
    const kept = receiverOf();
    const mended = create();
    mended.use(parsers.json({ verify: captureRawBody }) as never);
    mended.use("/hooks", kept.receiver as never);
    expect(await deliver(await listen(mended as never))).toMatchObject({ status: 200 });
    expect(kept.calls).toEqual(["evt_1"]);
  });

  it("behind express.raw takes the bytes that were read", async () => {
    const { receiver, calls } = receiverOf();
    const app = create();
    app.use(parsers.raw({ type: "*/*" }) as never);
    app.use("/hooks", receiver as never);
    expect(await deliver(await listen(app as never))).toMatchObject({ status: 200 });
    expect(calls).toEqual(["evt_1"]);
  });

  it("in a sub-router sees the URL as it was sent, and route parameters", async () => {
    const paths: string[] = [];
    const { receiver } = receiverOf(undefined, { onOutcome: (one) => void paths.push(one.path ?? "") });
    const router = parsers.Router();
    router.use("/acme", receiver as never);
    const app = create();
    app.use("/hooks", router as never);
    const body = eventBody();
    await post(await listen(app as never), { path: "/hooks/acme?a=1", headers: signed(body), body });
    expect(paths).toEqual(["/hooks/acme"]);
  });
});

it("keeps AsyncLocalStorage in the handler", async () => {
  const context = new AsyncLocalStorage<string>();
  let seen: string | undefined;
  const { receiver } = receiverOf(() => {
    seen = context.getStore();
  });
  const port = await listen((req, res) => context.run("request 1", () => receiver(req, res)));
  await deliver(port);
  expect(seen).toBe("request 1");
});

it("leaves a response alone that somebody has answered", async () => {
  const end = gate();
  const { receiver, calls } = receiverOf(() => end.opened);
  const port = await listen((req, res) => {
    receiver(req, res);
    void until(() => calls.length === 1).then(() => res.writeHead(504).end("too slow"));
  });
  expect(await deliver(port)).toMatchObject({ status: 504, body: "too slow" });
  end.open();
  await receiver.close();
  expect(calls).toEqual(["evt_1"]);
});

it("closes the connection after an answer that did not wait for the body", async () => {
  const { receiver } = receiverOf(undefined, { allow: ["203.0.113.1"] });
  const port = await listen(receiver as never);
  const answer = await deliver(port, eventBody("evt_1", { filler: "x".repeat(500_000) }));
  expect(answer.status).toBe(403);
  expect(answer.headers.connection).toBe("close");
});

it("works on node:http2", async () => {
  const { receiver, calls } = receiverOf();
  const server = createHttp2((req, res) => receiver(req as never, res as never));
  const client = connectHttp2(`http://127.0.0.1:${await listen(server)}`);
  const send = (body: string, headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const stream = client.request({ ":method": "POST", ":path": "/", ...headers });
      stream.on("response", (answer) => resolve(Number(answer[":status"])));
      stream.on("error", reject);
      stream.resume();
      stream.end(body);
    });
  const body = eventBody();
  expect(await send(body, signed(body))).toBe(200);
  expect(await send(body, { ...signed(body), "x-signature": `t=1,v1=${"0".repeat(64)}` })).toBe(401);
  expect(calls).toEqual(["evt_1"]);
  client.close();
  await new Promise((resolve) => server.close(resolve));
});

describe("on the Fetch API", () => {
  const request = (body = eventBody(), headers = signed(body)) =>
    new Request("https://example.com/hooks?x=1", { method: "POST", headers, body });

  it("turns a Request into a Response, unbound", async () => {
    const { receiver, calls } = receiverOf();
    const { fetch } = receiver;
    expect((await fetch(request())).status).toBe(200);
    const refused = await fetch(request(eventBody(), signed("other")));
    expect([refused.status, await refused.text()]).toEqual([401, problem("unauthenticated", 401, "Unauthorized")]);
    expect(calls).toEqual(["evt_1"]);
  });

  it("refuses everything with `allow` and no address, and accepts with one", async () => {
    const { receiver } = receiverOf(undefined, { allow: ["192.0.2.1"] });
    expect((await receiver.fetch(request())).status).toBe(403);
    expect((await receiver.fetch(request(), { remoteAddress: "192.0.2.1" })).status).toBe(200);
  });

  it("says so when the body was read before", async () => {
    const { receiver } = receiverOf();
    const read = request();
    await read.text();
    expect((await receiver.fetch(read)).status).toBe(500);
  });

  it("hands a handler that runs on to waitUntil", async () => {
    const end = gate();
    let isDone = false;
    const { receiver } = receiverOf(
      async () => {
        await end.opened;
        isDone = true;
      },
      { answerWithinSeconds: 0.05 },
    );
    const work: Promise<unknown>[] = [];
    expect((await receiver.fetch(request(), { waitUntil: (one) => void work.push(one) })).status).toBe(503);
    end.open();
    await Promise.all(work);
    expect(isDone).toBe(true);
  });

  it("works in Hono on node", async () => {
    const { receiver, calls } = receiverOf();
    const app = new Hono();
    app.all("/hooks", (context) => receiver.fetch(context.req.raw));
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    await new Promise((resolve) => server.once("listening", resolve));
    expect(await deliver((server.address() as AddressInfo).port)).toMatchObject({ status: 200 });
    expect(calls).toEqual(["evt_1"]);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe("guard", () => {
  const guarded = async (answer: (count: number) => number) => {
    const { receiver } = receiverOf();
    const seen: string[] = [];
    const app = express();
    app.post("/hooks", receiver.guard as never, (req, res) => {
      for (const event of receiver.events(req)) seen.push(`${event.type} ${event.id}`);
      res.status(answer(seen.length)).send("mine");
    });
    return { port: await listen(app as never), seen, receiver };
  };

  it("lets a new event through, and answers its duplicate itself", async () => {
    const { port, seen } = await guarded(() => 201);
    expect(await deliver(port)).toMatchObject({ status: 201, body: "mine" });
    expect(await deliver(port)).toMatchObject({ status: 200, body: "" });
    expect(seen).toEqual(["thing.made evt_1"]);
  });

  it("gives the event back when the route answers a failure", async () => {
    const { port, seen } = await guarded((count) => (count === 1 ? 500 : 200));
    expect((await deliver(port)).status).toBe(500);
    expect((await deliver(port)).status).toBe(200);
    expect(seen).toHaveLength(2);
  });

  it("lets nothing unproven through", async () => {
    const { port, seen } = await guarded(() => 200);
    expect((await post(port, { headers: signed("other"), body: eventBody() })).status).toBe(401);
    expect(seen).toEqual([]);
  });

  it("events of a request that did not come through it are a TypeError", () => {
    const { receiver } = receiverOf();
    expect(() => receiver.events({} as never)).toThrow(/receiver\.guard/);
  });
});
