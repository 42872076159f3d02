// createTestSender signs as its sender does and delivers to every kind of target.

import { createServer, type RequestListener } from "node:http";
import connect from "connect";
import express from "express";
import fc from "fast-check";
import { Hono } from "hono";
import {
  createReceiver,
  defineSender,
  dotted,
  type EventRow,
  form,
  header,
  json,
  literal,
  type ReceiverOptions,
  type SenderDefinition,
  type WebhookEvent,
} from "hookgate";
import { type Auth, allOf, basicAuth, bearerJwt, bearerToken, hmac, param, staticToken } from "hookgate/auth";
import { createTestSender, type SendOptions, type TestTarget } from "hookgate/testing";
import { afterEach, describe, expect, it } from "vitest";
import { closeServers, onClose, serve } from "../support/listen.js";
import { quietLogger } from "../support/quiet.js";

const quiet = { logger: quietLogger };
const secret = "a-shared-secret-of-32-characters";
const START_MS = 1_700_000_000_000;

const stripeLike = hmac({
  secret,
  signed: "{timestamp}.{body}",
  timestamp: param("t", "unix-seconds"),
  signature: { header: "x-signature", form: { pairs: "v1" }, encoding: "hex" },
});

function senderOf(more: Partial<SenderDefinition> = {}) {
  const event: EventRow = {
    id: json("id"),
    type: json("type"),
    timestamp: json("created", "unix-seconds"),
    attempt: header("x-attempt"),
  };
  return defineSender({ name: "shop", auth: stripeLike, event, ...more });
}

/** A receiver that writes down what its handler gets. */
function receiving(sender = senderOf(), options: ReceiverOptions = {}) {
  const events: WebhookEvent[] = [];
  const receiver = createReceiver(sender, { ...quiet, ...options }).on("*", (event) => void events.push(event));
  return { receiver, events, test: createTestSender(sender) };
}

afterEach(closeServers);

async function listening(listener: RequestListener) {
  const server = createServer(listener);
  return { server, origin: await serve(server) };
}

describe("delivers to", () => {
  const { receiver, events, test } = receiving();
  const targets: readonly [string, () => TestTarget | Promise<TestTarget>][] = [
    ["an Express 5 app", () => express().use("/webhooks/shop", receiver)],
    ["a Connect app", () => connect().use("/webhooks/shop", receiver)],
    ["a (req, res) function", () => (req, res) => receiver(req, res)],
    ["a server that does not listen", () => createServer(receiver)],
    ["a server that listens", async () => (await listening(receiver)).server],
    ["a URL", async () => `${(await listening(receiver)).origin}/anywhere`],
    ["a URL object", async () => new URL((await listening(receiver)).origin)],
    ["a receiver", () => receiver],
    ["an object with fetch", () => ({ fetch: (request: Request) => receiver.fetch(request) })],
    ["a Hono app", () => new Hono().post("/webhooks/shop", (c) => receiver.fetch(c.req.raw))],
  ];

  it.each(targets)("%s, and reports what was accepted and what was refused", async (_, make) => {
    const target = await make();
    events.length = 0;
    const sent = await test.send(target, { type: "order.paid", payload: { total: 12 } });
    expect(sent).toMatchObject({ status: 200, body: "", code: undefined });
    expect(events).toMatchObject([{ id: sent.id, type: "order.paid", payload: { total: 12 } }]);

    const forged = await test.send(target, { type: "order.paid", tamper: true });
    expect(forged).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(forged.headers["content-type"]).toBe("application/problem+json");
    expect(forged.json()).toMatchObject({ status: 401, code: "unauthenticated" });
    expect(events).toHaveLength(1);
  });

  it("a receiver in process, and gives the outcome with its trace and hint", async () => {
    const sent = await test.to(receiver).send("order.paid", {}, { wrongKey: true });
    expect(sent.outcome).toMatchObject({ name: "unauthenticated", events: [], path: "/webhooks/shop" });
    expect(sent.outcome?.hint).toMatch(/another secret/);
    expect(sent.outcome?.trace.at(-1)).toMatchObject({ check: "authenticate", result: "refused" });
  });

  it("the target of `to` without naming it again", async () => {
    const bound = createTestSender(senderOf(), { to: receiver });
    expect(await bound.send("order.paid")).toMatchObject({ status: 200 });
    expect(await bound.sign({ type: "order.paid" })).toMatchObject({ method: "POST" });
    await bound.close();
  });

  it("an app at the path of the signed URL, unless another is given", async () => {
    const app = express();
    app.use("/hooks/:shop", receiver);
    const elsewhere = createTestSender(senderOf(), { url: "https://shop.example/hooks/one", to: app });
    onClose(() => elsewhere.close());
    expect(await elsewhere.send("order.paid")).toMatchObject({ status: 200 });
    const first = await test.send(app, { type: "order.paid", path: "/hooks/two" });
    expect(first).toMatchObject({ status: 200 });
    expect(await test.send(app, { type: "order.paid" })).toMatchObject({ status: 404, code: undefined });
    // A duplicate goes where the first delivery went.
    expect(await test.send(app, { duplicateOf: first })).toMatchObject({ status: 200 });
  });

  it("one app many times concurrently", async () => {
    const server = createServer(receiver);
    const sent = await Promise.all(Array.from({ length: 8 }, () => test.send(server, { type: "order.paid" })));
    expect(sent.map((one) => one.status)).toEqual(Array(8).fill(200));
    expect(server.listening).toBe(false);
  });

  it("an app of `to` on one server until it is closed, and on another afterwards", async () => {
    const ports = new Set<number | undefined>();
    const bound = test.to((req, res) => {
      ports.add(req.socket.localPort);
      receiver(req, res);
    });
    await bound.send("order.paid");
    await bound.send("order.paid");
    expect(ports.size).toBe(1);
    await bound.close();
    await bound.close();
    expect(await bound.send("order.paid")).toMatchObject({ status: 200 });
    await bound.close();
  });

  it("a server that listened before and goes on listening", async () => {
    const { server } = await listening(receiver);
    const bound = test.to(server);
    await bound.send("order.paid");
    await bound.close();
    expect(server.listening).toBe(true);
  });

  it("headers and targets exactly as they were signed", async () => {
    const seen: { url: string | undefined; raw: string[] }[] = [];
    const app: RequestListener = (req, res) => {
      seen.push({ url: req.url, raw: req.rawHeaders });
      res.end();
    };
    await test.send(app, {
      type: "order.paid",
      url: "https://shop.example/a/../b%7e?q=%20",
      headers: { Host: "shop.example" },
    });
    expect(seen[0]?.url).toBe("/a/../b%7e?q=%20");
    expect(seen[0]?.raw).toContain("shop.example");
  });
});

describe("writes", () => {
  const bodyOf = (body: Uint8Array) => JSON.parse(Buffer.from(body).toString("utf8"));

  it("id, type, time and attempt where the row reads them", async () => {
    const { test, receiver, events } = receiving(senderOf(), { now: () => START_MS });
    const signed = await test.sign({
      type: "order.paid",
      payload: { total: 1 },
      id: "e1",
      timestamp: START_MS,
      attempt: 3,
    });
    expect(bodyOf(signed.body)).toEqual({ total: 1, id: "e1", type: "order.paid", created: START_MS / 1000 });
    expect(signed).toMatchObject({
      method: "POST",
      url: "https://example.com/webhooks/shop",
      id: "e1",
      headers: { "content-type": "application/json", "x-attempt": "3" },
    });
    await test.send(receiver, { type: "order.paid", id: "e1", timestamp: new Date(START_MS), attempt: 3 });
    expect(events).toMatchObject([{ id: "e1", attempt: 3, timestamp: new Date(START_MS) }]);
  });

  it("a fresh id each time, and keeps that of the payload", async () => {
    const { test } = receiving();
    const [one, two] = [await test.sign({ type: "a" }), await test.sign({ type: "a" })];
    expect(one.id).toMatch(/^evt_/);
    expect(one.id).not.toBe(two.id);
    const own = await test.sign({ type: "a", payload: { id: "own", type: "b" } });
    expect(own.id).toBe("own");
    expect(bodyOf(own.body)).toMatchObject({ id: "own", type: "b" });
    expect((await test.sign({ type: "a", id: "chosen", payload: { id: "own" } })).id).toBe("chosen");
  });

  it("any payload so that the receiver's handler gets just that", async () => {
    const { receiver, events, test } = receiving(senderOf({ event: { id: header("x-id"), type: header("x-type") } }));
    const text = fc.string({ minLength: 1, unit: "grapheme" });
    const payloads = fc.dictionary(
      text.filter((name) => name !== "__proto__" && name !== "constructor"),
      fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.array(text)),
    );
    await fc.assert(
      fc.asyncProperty(payloads, async (payload) => {
        const sent = await test.send(receiver, { type: "made", payload });
        expect(sent.status).toBe(200);
        expect(events.pop()?.payload).toEqual(payload);
      }),
    );
  });

  it("nothing into the caller's payload", async () => {
    const payload = Object.freeze({ data: Object.freeze({ total: 1 }) });
    const sender = senderOf({ event: { id: json("data.id"), type: json("data.kind") } });
    const signed = await createTestSender(sender).sign({ type: "a", id: "1", payload });
    expect(bodyOf(signed.body)).toEqual({ data: { total: 1, id: "1", kind: "a" } });
    expect(payload).toEqual({ data: { total: 1 } });
  });

  it("the parts of a dotted type where each belongs", async () => {
    const sender = senderOf({ event: { id: header("x-id"), type: dotted(header("x-event"), json("action")) } });
    const { test, receiver, events } = receiving(sender);
    const signed = await test.sign({ type: "issues.opened", id: "d1" });
    expect(signed.headers).toMatchObject({ "x-event": "issues", "x-id": "d1" });
    expect(bodyOf(signed.body)).toEqual({ action: "opened" });
    await test.send(receiver, { type: "issues.opened" });
    await test.send(receiver, { type: "push" });
    expect(events.map((event) => event.type)).toEqual(["issues.opened", "push"]);
  });

  it("an id of two parts, and answers it as a receiver reads it", async () => {
    const { test, receiver, events } = receiving(
      senderOf({ event: { id: dotted(json("source"), json("id")), type: json("type") } }),
    );
    const sent = await test.send(receiver, { type: "a", id: "1", payload: { source: "/shop" } });
    expect(sent.id).toBe("/shop.1");
    expect(events).toMatchObject([{ id: "/shop.1" }]);
    await test.send(receiver, { type: "a", payload: { source: "/shop" } });
    expect(events[1]?.id).toMatch(/^\/shop\.evt_/);
  });

  it("a type that is a part of the id as well", async () => {
    const topic = header("x-topic");
    const { test, receiver, events } = receiving(
      senderOf({ event: { id: dotted(topic, header("x-id")), type: topic } }),
    );
    await test.send(receiver, { type: "orders/paid", id: "1" });
    expect(events).toMatchObject([{ id: "orders/paid.1", type: "orders/paid" }]);
  });

  it("a type that is literal nowhere", async () => {
    const { test, receiver, events } = receiving(senderOf({ event: { id: json("id"), type: literal("ping") } }));
    await test.send(receiver, { payload: { id: "1" } });
    expect(events).toMatchObject([{ type: "ping", payload: { id: "1" } }]);
    expect(events[0]?.payload).toEqual({ id: "1" });
  });

  it("forms, names that repeat included, and JSON in a form", async () => {
    const body = { "application/x-www-form-urlencoded": "form" } as const;
    const asForm = receiving(senderOf({ body, event: { id: form("id"), type: form("event") } }));
    await asForm.test.send(asForm.receiver, { type: "a", id: "1", payload: { tag: ["x y", "z"], total: 2 } });
    expect(asForm.events[0]?.payload).toEqual({ tag: ["x y", "z"], total: "2", id: "1", event: "a" });
    const inForm = receiving(senderOf({ body: { "application/x-www-form-urlencoded": { jsonInForm: "payload" } } }));
    await inForm.test.send(inForm.receiver, { type: "a", id: "1", payload: { note: "a&b=c" } });
    expect(inForm.events[0]?.payload).toMatchObject({ id: "1", type: "a", note: "a&b=c" });
  });

  it("the format of the content type that is asked for", async () => {
    const body = { "application/json": "json", "application/x-www-form-urlencoded": "form" } as const;
    const { test } = receiving(senderOf({ body }));
    const asked = { contentType: "application/x-www-form-urlencoded" };
    const inHeader = { headers: { "Content-Type": "application/x-www-form-urlencoded" } };
    for (const more of [asked, inHeader]) {
      const signed = await test.sign({ type: "a", id: "1", payload: {}, timestamp: START_MS, ...more });
      expect(Buffer.from(signed.body).toString()).toBe("type=a&id=1&created=1700000000");
      expect(signed.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    }
  });

  it.each([
    ["an array of items", [{ id: "a" }, { n: 2 }, { id: "c", kind: "other" }]],
    ["the whole batch", { events: [{ id: "a" }, { n: 2 }, { id: "c", kind: "other" }], cursor: 1 }],
  ])("a batch from %s, each item with an id of its own", async (_, payload) => {
    const sender = senderOf({ event: { each: "events", id: json("id"), type: json("kind") } });
    const { test, receiver, events } = receiving(sender);
    const sent = await test.send(receiver, { type: "made", payload });
    expect(sent).toMatchObject({ status: 200, id: "a" });
    expect(events.map(({ id, type }) => [id, type])).toEqual([
      ["a", "made"],
      [expect.stringMatching(/^evt_/), "made"],
      ["c", "other"],
    ]);
  });

  it("a batch of one item that comes without its array", async () => {
    const { test, receiver, events } = receiving(senderOf({ event: { each: "", id: json("id"), type: json("type") } }));
    const sent = await test.send(receiver, { type: "made", payload: { n: 1 } });
    expect(events).toMatchObject([{ id: sent.id, payload: { n: 1 } }]);
    expect(JSON.parse(Buffer.from(sent.request.body).toString())).toHaveLength(1);
  });

  it.each([
    ["a text", '{"id":"7", "type":"a"}'],
    ["bytes", Buffer.from('{"id":"7", "type":"a"}')],
  ])("a body given as %s unchanged, and reads its id", async (_, body) => {
    const { test, receiver, events } = receiving();
    const sent = await test.send(receiver, { body });
    expect(Buffer.from(sent.request.body).toString()).toBe('{"id":"7", "type":"a"}');
    expect(sent.id).toBe("7");
    expect(events).toMatchObject([{ id: "7", type: "a" }]);
  });

  it("a payload as it is where the sender's function knows no such delivery", async () => {
    const row: EventRow = { id: json("id"), type: json("type") };
    const sender = senderOf({ event: (_, payload) => ((payload as { v?: number })?.v === 2 ? row : undefined) });
    const { test, receiver } = receiving(sender);
    expect(await test.send(receiver, { type: "a", payload: { v: 2 } })).toMatchObject({ status: 200 });
    const unknown = await test.send(receiver, { type: "a", payload: { v: 1 } });
    expect(unknown).toMatchObject({ status: 400, code: "unidentified", id: undefined });
    expect(Buffer.from(unknown.request.body).toString()).toBe('{"v":1}');
  });

  it("no body and no content type into a GET", async () => {
    const { test } = receiving();
    const signed = await test.sign({ method: "GET" });
    expect(signed.body).toHaveLength(0);
    expect(signed.headers).not.toHaveProperty("content-type");
  });
});

describe("sends what is wrong:", () => {
  const cases: readonly [string, Omit<SendOptions, "type">, number, string][] = [
    ["a changed body", { tamper: true }, 401, "unauthenticated"],
    ["a changed body, by name", { tamper: "body" }, 401, "unauthenticated"],
    ["a changed signature", { tamper: "signature" }, 401, "unauthenticated"],
    ["a changed time", { tamper: "timestamp" }, 401, "unauthenticated"],
    [
      "whatever a function makes of it",
      { tamper: (one) => ({ ...one, headers: { ...one.headers, "x-signature": "v1" } }) },
      400,
      "bad_credentials",
    ],
    ["a stale one", { stale: true }, 401, "unauthenticated"],
    ["one from the future", { stale: -600 }, 401, "unauthenticated"],
    ["an unsigned one", { unsigned: true }, 401, "unauthenticated"],
    ["one signed with another key", { wrongKey: true }, 401, "unauthenticated"],
    ["another method", { method: "PUT" }, 405, "method_not_allowed"],
    ["another content type", { contentType: "text/csv" }, 415, "unsupported_media_type"],
    ["another encoding", { headers: { "content-encoding": "gzip" } }, 415, "unsupported_media_type"],
    ["a body that is no JSON", { body: "{" }, 400, "bad_payload"],
    ["a payload that is no object", { payload: 1 }, 400, "unidentified"],
  ];

  it.each(cases)("%s", async (_, options, status, code) => {
    const { receiver, events, test } = receiving();
    const type = code === "unidentified" || options.body !== undefined ? {} : { type: "order.paid" };
    const app = express().use("/webhooks/shop", receiver);
    for (const target of [receiver, app]) {
      const sent = await test.send(target, { payload: undefined, ...type, ...options } as SendOptions);
      expect(sent).toMatchObject({ status, code });
      expect(JSON.parse(sent.body)).toEqual({ type: "about:blank", title: expect.any(String), status, code });
    }
    expect(events).toHaveLength(0);
  });

  it.each([
    [299, 200],
    [300, 200],
    [301, 401],
  ])("signed %i s ago, answered %i", async (stale, status) => {
    const { receiver } = receiving(senderOf(), { now: () => START_MS });
    const test = createTestSender(senderOf(), { now: () => START_MS });
    expect(await test.send(receiver, { type: "a", stale })).toMatchObject({ status });
  });

  const auths: readonly [string, Auth][] = [
    ["an HMAC", stripeLike],
    [
      "an HMAC with a time in a header, in milliseconds",
      hmac({
        secret,
        signed: "{timestamp}:{body}",
        timestamp: header("x-time", "unix-milliseconds"),
        signature: { header: "x-signature", encoding: "base64" },
      }),
    ],
    ["a bearer token", bearerToken({ token: secret })],
    ["a static token in a header", staticToken({ token: secret, at: header("x-token") })],
    ["basic auth", basicAuth({ username: "shop", password: secret })],
    [
      "a MAC whose key is base64 with a prefix",
      hmac({
        secret: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
        key: { base64After: "whsec_" },
        signature: { header: "x-signature", encoding: "hex" },
      }),
    ],
    ["several proofs", allOf(basicAuth({ username: "shop", password: secret }), stripeLike)],
  ];
  it.each(auths)("wrong key, other credential and none, for %s", async (_, auth) => {
    const { receiver, events, test } = receiving(senderOf({ auth }));
    expect(await test.send(receiver, { type: "a" })).toMatchObject({ status: 200 });
    for (const wrong of [{ wrongKey: true }, { tamper: "signature" }, { unsigned: true }] as const) {
      const sent = await test.send(receiver, { type: "a", ...wrong });
      expect(sent).toMatchObject({ status: 401, code: "unauthenticated" });
    }
    expect(events).toHaveLength(1);
  });

  it("a token in the query that is another's", async () => {
    const auth = bearerToken({ token: secret, query: "access_token" });
    const { receiver, test } = receiving(senderOf({ auth }));
    const inQuery = (token: string) => ({
      unsigned: true,
      type: "a",
      url: `https://example.com/hooks?access_token=${token}`,
    });
    expect(await test.send(receiver, inQuery(secret))).toMatchObject({ status: 200 });
    expect(await test.send(receiver, { ...inQuery(secret), tamper: "signature" })).toMatchObject({ status: 401 });
  });
});

describe("a duplicate", () => {
  it("is the same event byte for byte, signed anew, and runs no handler", async () => {
    let nowMs = START_MS;
    const sender = senderOf();
    const { receiver, events } = receiving(sender, { now: () => nowMs });
    const test = createTestSender(sender, { now: () => nowMs }).to(receiver);
    const first = await test.send("order.paid", { total: 1 });
    nowMs += 3_600_000;
    const again = await test.send("order.paid", {}, { duplicateOf: first, attempt: 2 });
    expect(again).toMatchObject({ status: 200, id: first.id, outcome: { name: "duplicate" } });
    expect(again.request.body).toEqual(first.request.body);
    expect(again.request.headers["x-signature"]).not.toBe(first.request.headers["x-signature"]);
    expect(again.request.headers["x-attempt"]).toBe("2");
    expect(events).toHaveLength(1);
  });

  it("of one that was tampered with is the original", async () => {
    const { receiver, events, test } = receiving();
    const forged = await test.send(receiver, { type: "order.paid", payload: { total: 1 }, tamper: true });
    expect(forged.status).toBe(401);
    expect(await test.send(receiver, { duplicateOf: forged })).toMatchObject({ status: 200, id: forged.id });
    expect(events).toMatchObject([{ payload: { total: 1 } }]);
  });

  it("carries its credential once, wherever the sender puts it", async () => {
    const { query } = await import("hookgate");
    const auth = staticToken({ token: secret, at: query("token") });
    const { receiver, test } = receiving(senderOf({ auth }));
    const first = await test.send(receiver, { type: "a" });
    const second = await test.send(receiver, { duplicateOf: first });
    const third = await test.send(receiver, { duplicateOf: second });
    expect(third).toMatchObject({ status: 200, outcome: { name: "duplicate" } });
    expect(third.request.url).toBe(first.request.url);
  });

  it("under another unsigned id is what a replayer would send", async () => {
    const event: EventRow = { id: header("x-id"), type: json("type") };
    const sender = senderOf({ event });
    const { receiver, events, test } = receiving(sender, { dedupe: { replay: "suppress" } });
    const first = await test.send(receiver, { type: "a" });
    const replay = await test.send(receiver, { duplicateOf: first, headers: { "X-Id": "another" } });
    expect(replay).toMatchObject({
      status: 200,
      outcome: { name: "duplicate", events: [{ notes: ["replay_suspected"] }] },
    });
    expect(events).toHaveLength(1);
  });

  it("of a delivery that came from elsewhere, or was copied, is signed anew as well", async () => {
    const { receiver, test } = receiving();
    const first = await test.send(receiver, { type: "a" });
    const copy = { request: structuredClone({ ...first.request }) };
    expect(await test.send(receiver, { duplicateOf: copy })).toMatchObject({
      status: 200,
      outcome: { name: "duplicate" },
    });
  });
});

describe("the client's address", () => {
  const allow = ["203.0.113.0/24"];
  it("is the delivery's own for a receiver", async () => {
    const { receiver, test } = receiving(senderOf(), { allow });
    const inside = await test.send(receiver, { type: "a", from: "203.0.113.7" });
    expect(inside).toMatchObject({ status: 200, outcome: { clientAddress: "203.0.113.7" } });
    expect(await test.send(receiver, { type: "a", from: "198.51.100.1" })).toMatchObject({
      status: 403,
      code: "forbidden",
    });
    expect(await test.send(receiver, { type: "a" })).toMatchObject({ status: 403 });
  });

  it("is forwarded over HTTP, and believed of a trusted proxy only", async () => {
    const trusting = receiving(senderOf(), { allow, trustedProxies: ["127.0.0.1"] });
    const app: RequestListener = (req, res) => trusting.receiver(req, res);
    expect(await trusting.test.send(app, { type: "a", from: "203.0.113.7" })).toMatchObject({ status: 200 });
    expect(await trusting.test.send(app, { type: "a", from: "198.51.100.1" })).toMatchObject({ status: 403 });
    const wary = receiving(senderOf(), { allow });
    expect(
      await wary.test.send((req, res) => wary.receiver(req, res), { type: "a", from: "203.0.113.7" }),
    ).toMatchObject({ status: 403, code: "forbidden" });
  });
});

describe("the key", () => {
  it("given stands in for the sender's own", async () => {
    const sender = senderOf({
      auth: bearerToken({ token: ["first-token-of-32-characters-000", "second-token-of-32-characters-00"] }),
    });
    const { receiver } = receiving(sender);
    const second = createTestSender(sender, { key: "second-token-of-32-characters-00" });
    const sent = await second.send(receiver, { type: "a" });
    expect(sent.status).toBe(200);
    expect(sent.outcome?.trace).toContainEqual({
      check: "authenticate",
      result: "passed",
      hint: "bearer-token, key 1",
    });
    expect(await createTestSender(sender, { key: "none-of-the-two" }).send(receiver, { type: "a" })).toMatchObject({
      status: 401,
    });
  });

  it("of a JWT with a shared secret is wrong where it should be", async () => {
    const auth = bearerJwt({
      issuer: "https://id.example.com",
      audience: "hooks",
      secret,
    } as never);
    const { receiver, test } = receiving(senderOf({ auth }));
    expect(await test.send(receiver, { type: "a" })).toMatchObject({ status: 200 });
    expect(await test.send(receiver, { type: "a", wrongKey: true })).toMatchObject({ status: 401 });
    expect(await test.send(receiver, { type: "a", stale: true })).toMatchObject({ status: 401 });
  });
});

describe("refuses, with what to do", () => {
  const sender = senderOf();
  const { sign: _, ...unable } = stripeLike;

  it.each<[string, () => unknown, RegExp]>([
    ["what is no sender", () => createTestSender({} as never), /must come from hookgate\/senders/],
    ["a misspelt option", () => createTestSender(sender, { kye: "x" } as never), /did you mean "key"/],
    ["a clock that is none", () => createTestSender(sender, { now: 1 } as never), /now must be a function/],
    ["what is no target", () => createTestSender(sender).to(5 as never), /must be a URL, an Express/],
    ["a target that is nothing", () => createTestSender(sender, { to: null } as never), /must be a URL, an Express/],
    ["a relative URL", () => createTestSender(sender).to("/webhooks"), /absolute http\(s\) URL/],
    ["a bare fetch handler", () => createTestSender(sender).to((request: unknown) => request), /\{ fetch: handler \}/],
  ])("%s", (_name, act, message) => {
    expect(act).toThrow(TypeError);
    expect(act).toThrow(message);
  });

  it.each<[string, unknown, RegExp]>([
    ["a misspelt option", { tampre: true }, /did you mean "tamper"/],
    ["an unknown way to tamper", { tamper: "header" }, /tamper must be true, "body"/],
    ["a time that is none", { timestamp: new Date("never") }, /timestamp must be a valid Date/],
    ["an age that is none", { stale: "old" }, /stale must be true or a number of seconds/],
    ["two kinds of bad credentials", { unsigned: true, wrongKey: true }, /exclude each other/],
    ["two bodies", { body: "{}", payload: {} }, /exclude each other/],
    ["a path that is none", { path: "hooks" }, /must begin with a slash/],
    ["a duplicate of nothing", { duplicateOf: {} }, /what an earlier send answered/],
    ["a duplicate with another id", { duplicateOf: { request: {} }, id: "2" }, /id and duplicateOf/],
    ["a signature to change where there is none", { unsigned: true, tamper: "signature" }, /found no credential/],
    ["options that are a text", "order.paid", /first say to\(target\)/],
  ])("%s, when it sends", async (_name, options, message) => {
    const { receiver } = receiving();
    const sending = createTestSender(sender).send(receiver, options as never);
    await expect(sending).rejects.toThrow(TypeError);
    await expect(sending).rejects.toThrow(message);
  });

  it("a time to change where the sender writes none", async () => {
    const bare = senderOf({ auth: bearerToken({ token: secret }), event: { type: literal("ping") } });
    const { receiver, test } = receiving(bare);
    await expect(test.send(receiver, { tamper: "timestamp" })).rejects.toThrow(/found no time/);
  });

  it("to sign for a sender that cannot, and sends unsigned all the same", async () => {
    const { receiver, test } = receiving(senderOf({ auth: unable }));
    await expect(test.sign({ type: "a" })).rejects.toThrow(/cannot sign.*unsigned: true/);
    await expect(test.send(receiver, { type: "a", wrongKey: true })).rejects.toThrow(/cannot sign/);
    expect(await test.send(receiver, { type: "a", unsigned: true })).toMatchObject({ status: 401 });
  });

  it("a target that does not listen", async () => {
    const { server, origin } = await listening(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    await expect(createTestSender(sender).send(origin, { type: "a" })).rejects.toThrow(/ECONNREFUSED/);
  });
});
