// Who gets the page and its data, who may start something, and what is kept: without a browser.

import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect } from "node:net";
import connectApp from "connect";
import express from "express";
import express4 from "express4";
import { createReceiver, defineSender, json, query } from "hookgate";
import { staticToken } from "hookgate/auth";
import { type InspectorOptions, inspector } from "hookgate/inspector";
import { stripe, twilio } from "hookgate/senders";
import { createTestSender, type SendOptions } from "hookgate/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createInspector } from "../../src/inspector/create-inspector.js";
import type { DeliveryDetail, NewsView, StateView } from "../../src/inspector/wire.js";
import { start } from "../support/listen.js";
import { ANYBODY, call, type Heard, openScene, pageAssets, type Scene } from "./scene.js";

let scene: Scene;
const opened: Scene[] = [];
async function open(options: InspectorOptions = {}): Promise<Scene> {
  scene = await openScene(options);
  opened.push(scene);
  return scene;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Heard> =>
  call(scene.url + path, { headers: { ...(scene.cookie === "" ? {} : { cookie: scene.cookie }), ...headers } });
const stateOf = async (headers: Record<string, string> = {}): Promise<StateView> =>
  JSON.parse((await get("api/state", headers)).text) as StateView;
async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Heard> {
  const { token } = await stateOf();
  return call(scene.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-hookgate-inspector": token, cookie: scene.cookie, ...headers },
    body: JSON.stringify(body),
  });
}
const detailOf = async (n: number): Promise<DeliveryDetail> =>
  JSON.parse((await get(`api/deliveries/${n}`)).text) as DeliveryDetail;

describe("without authorize", () => {
  beforeEach(() => open());

  it("answers who has signed in, with a policy that lets nothing in", async () => {
    const page = await get("");
    expect(page.status).toBe(200);
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(page.headers["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    expect(page.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
    });
    expect(page.text).not.toMatch(/<script>|<style|style=| on\w+=/);
    expect((await get("app.js")).headers["content-type"]).toBe("text/javascript; charset=utf-8");
    expect((await get("app.css")).headers["content-type"]).toBe("text/css; charset=utf-8");
    expect((await get("icon.svg")).status).toBe(200);
  });

  it.each(["", "app.js", "api/state", "api/news", "api/inboxes"])(
    "refuses another Host for /%s, against DNS rebinding",
    async (path) => {
      for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "10.0.0.1"]) {
        const heard = await get(path, { host });
        expect(heard.status).toBe(403);
        expect(heard.text).toMatch(/host name/);
      }
    },
  );

  it.each(["localhost", "localhost:3000", "LOCALHOST:1", "127.0.0.1:3000", "[::1]:3000"])(
    "takes %s as its own name",
    async (host) => {
      expect((await get("", { host })).status).toBe(200);
    },
  );

  it.each(["x-forwarded-for", "forwarded", "x-real-ip", "via", "x-forwarded-host", "cf-connecting-ip"])(
    "refuses what came through a proxy (%s), for which everyone is this machine",
    async (name) => {
      expect((await get("api/state", { [name]: "203.0.113.9" })).status).toBe(403);
    },
  );

  it("refuses HTTP/1.0, which proxies speak and browsers do not", async () => {
    const { port } = new URL(scene.origin);
    const text = await new Promise<string>((resolve, reject) => {
      let all = "";
      const socket = connect(Number(port), "127.0.0.1", () =>
        socket.write(`GET /hookgate/api/state HTTP/1.0\r\nHost: localhost\r\nCookie: ${scene.cookie}\r\n\r\n`),
      );
      socket.setEncoding("utf8").on("data", (part: string) => {
        all += part;
      });
      socket.on("end", () => resolve(all)).on("error", reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 403/);
  });

  it("refuses another machine", async () => {
    const req = {
      method: "GET",
      url: "/api/state",
      headers: { host: "localhost", cookie: scene.cookie },
      httpVersionMajor: 1,
      httpVersionMinor: 1,
      socket: { remoteAddress: "10.0.0.7", localPort: Number(new URL(scene.origin).port) },
    };
    const status = await new Promise<number>((resolve) => {
      const res = { setHeader: () => undefined, writeHead: (code: number) => resolve(code), end: () => undefined };
      scene.inspector(req as never, res as never);
    });
    expect(status).toBe(403);
  });

  it("refuses what another site asks for, but for a link to the page", async () => {
    const cross = { "sec-fetch-site": "cross-site" };
    expect((await get("api/state", cross)).status).toBe(403);
    expect((await get("app.js", cross)).status).toBe(403);
    expect((await get("", { ...cross, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" })).status).toBe(200);
    expect((await get("", { ...cross, "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" })).status).toBe(403);
  });
});

describe("with authorize", () => {
  const who = (req: { headers: Record<string, unknown> }) => {
    if (req.headers["x-user"] === "broken") throw new Error("no directory");
    return req.headers["x-user"] === "admin" ? true : req.headers["x-user"] === "guest" ? "read" : false;
  };
  beforeEach(() => open({ authorize: (req) => Promise.resolve().then(() => who(req)), hosts: ["ops.example.com"] }));

  it("asks for every request, for the files as well", async () => {
    for (const path of ["", "app.js", "api/state", "api/news", "api/inboxes", "api/deliveries/1"]) {
      expect((await get(path)).status).toBe(403);
    }
    expect((await get("", { "x-user": "guest" })).status).toBe(200);
  });

  it("accepts its own hosts and refuses others", async () => {
    const admin = { "x-user": "admin" };
    expect((await get("", { ...admin, host: "ops.example.com" })).status).toBe(200);
    expect((await get("", { ...admin, host: "evil.example" })).status).toBe(403);
    expect((await get("", { ...admin, "x-forwarded-for": "203.0.113.9" })).status).toBe(200);
  });

  it("lets who may read see, and start nothing, without a token to do so", async () => {
    const state = await stateOf({ "x-user": "guest" });
    expect(state).toMatchObject({ rights: "read", token: "" });
    const { token } = await stateOf({ "x-user": "admin" });
    const heard = await call(`${scene.url}api/send`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-hookgate-inspector": token, "x-user": "guest" },
      body: "{}",
    });
    expect(heard).toMatchObject({ status: 403 });
    expect(heard.text).toMatch(/read only/);
  });

  it("stays shut where authorize throws", async () => {
    const heard = await get("api/state", { "x-user": "broken" });
    expect(heard.status).toBe(500);
    expect(heard.text).not.toContain("deliveries");
  });
});

describe("what starts something", () => {
  beforeEach(() => open());
  const order = { receiver: 0, type: "invoice.paid", payload: "{}", id: "evt_1", fault: "none" };

  it("is done for the page", async () => {
    const heard = await post("api/send", order, { origin: scene.origin, "sec-fetch-site": "same-origin" });
    expect(JSON.parse(heard.text)).toMatchObject({ status: 200, outcome: "processed", tone: "good", n: 1 });
    expect(scene.handled).toEqual(["invoice.paid"]);
    expect((await stateOf()).deliveries[0]).toMatchObject({ by: "test", eventId: "evt_1" });
  });

  it.each([
    ["without the token", { "x-hookgate-inspector": "" }, 403],
    ["with another token", { "x-hookgate-inspector": "A".repeat(43) }, 403],
    ["from another origin", { origin: "http://evil.example" }, 403],
    ["from an opaque origin", { origin: "null" }, 403],
    ["from another port of this machine", { origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" }, 403],
    ["from another site", { "sec-fetch-site": "cross-site" }, 403],
    ["as a form, which any page can send", { "content-type": "text/plain" }, 400],
  ])("is refused %s", async (_, headers, status) => {
    expect((await post("api/send", order, headers)).status).toBe(status);
    expect(scene.handled).toEqual([]);
  });

  it.each(["send", "replay", "redrive"])("is not done by GET (%s)", async (path) => {
    const heard = await get(`api/${path}`);
    expect(heard.status).toBe(405);
    expect(heard.headers.allow).toBe("POST");
  });

  it.each([
    ["no such receiver", { ...order, receiver: 7 }, /no such receiver/],
    ["a receiver that is no number", { ...order, receiver: "__proto__" }, /no such receiver/],
    ["a payload that is no JSON", { ...order, payload: "{" }, /no JSON/],
    ["a fault nobody knows", { ...order, fault: "toString" }, /fault must be/],
    ["no order", [], /an object/],
  ])("says what is wrong with %s", async (_, body, why) => {
    const heard = await post("api/send", body);
    expect(heard.status).toBe(400);
    expect(heard.text).toMatch(why);
  });

  it("is bounded", async () => {
    const heard = await post("api/send", { ...order, payload: "x".repeat(1_100_000) });
    expect(heard.status).toBe(400);
  });

  it("replays a verified delivery, byte for byte and signed again", async () => {
    scene.broken = true;
    await scene.stripe.send("invoice.paid", undefined, { body: '{ "id": "evt_9", "type": "invoice.paid", "a": 1.0 }' });
    scene.broken = false;
    const heard = await post("api/replay", { n: 1 });
    expect(JSON.parse(heard.text)).toMatchObject({ status: 200, outcome: "processed" });
    expect((await detailOf(2)).body.text).toBe('{ "id": "evt_9", "type": "invoice.paid", "a": 1.0 }');
  });

  it.each([
    ["a forgery, which it would make genuine", { wrongKey: true }, /forgery/],
    ["what is stale, which it would make fresh", { stale: true }, /fresh/],
  ])("does not replay %s", async (_, fault, why) => {
    await scene.stripe.send("invoice.paid", {}, fault as SendOptions);
    const heard = await post("api/replay", { n: 1 });
    expect(heard).toMatchObject({ status: 400, text: expect.stringMatching(why) });
    expect(scene.handled).toEqual([]);
  });

  it("redrives only keys of the receiver's own", async () => {
    scene.broken = true;
    await scene.github.send("push", { commits: [] });
    await expect.poll(async () => JSON.parse((await get("api/inboxes")).text)[0].counts.dead).toBe(1);
    const [entry] = JSON.parse((await get("api/inboxes/0?state=dead")).text);
    expect(entry).toMatchObject({
      type: "push",
      state: "dead",
      reason: expect.stringContaining("the database is gone"),
    });
    const detail = JSON.parse((await get(`api/inboxes/0/${entry.key}`)).text);
    expect(detail.body.text).toBe('{"commits":[]}');
    expect(JSON.parse((await post("api/redrive", { inbox: 0, keys: ["nobody's"] })).text)).toEqual({ count: 0 });
    scene.broken = false;
    expect(JSON.parse((await post("api/redrive", { inbox: 0, keys: [entry.key] })).text)).toEqual({ count: 1 });
    await expect.poll(() => scene.handled).toEqual(["push"]);
    expect((await post("api/redrive", { inbox: 9, keys: [] })).status).toBe(400);
    expect((await get("api/inboxes/0?state=all")).status).toBe(400);
  });
});

describe("what is kept", () => {
  it("is so many deliveries, and of each body so much", async () => {
    await open({ keepDeliveries: 3, keepBodyBytes: 64 });
    for (let at = 1; at <= 5; at++)
      await scene.stripe.send("invoice.paid", { text: "x".repeat(500) }, { id: `evt_${at}` });
    const { deliveries, keeps } = await stateOf();
    expect(keeps).toBe(3);
    expect(deliveries.map(({ n }) => n)).toEqual([5, 4, 3]);
    expect((await get("api/deliveries/1")).status).toBe(404);
    const { body, cannotReplay } = await detailOf(5);
    expect(body).toMatchObject({ shownBytes: 64, sizeBytes: expect.any(Number) });
    expect(body.sizeBytes).toBeGreaterThan(500);
    expect(body.text).toHaveLength(64);
    expect(cannotReplay).toMatch(/keepBodyBytes/);
  });

  it("has no credentials in it: headers, query, and members of the body", async () => {
    const token = "a-token-of-the-erp-0123456789";
    const erp = (at: Parameters<typeof staticToken>[0]["at"]) =>
      defineSender({ name: "erp", auth: staticToken({ token, at }), event: { id: json("id"), type: json("type") } });
    for (const at of [query("key"), json("auth.pin")]) {
      const receiver = createReceiver(erp(at), { onOutcome: () => undefined }).on("*", () => undefined);
      const watched = createInspector(receiver, { ...ANYBODY, scrub: ["customer", "x-tenant"] }, pageAssets);
      const server = createServer(watched);
      await start(server);
      const { port } = server.address() as AddressInfo;
      await createTestSender(erp(at)).send(receiver, {
        type: "a.b",
        payload: { customer: { name: "Ada", mails: ["ada@example.com"] }, total: 3 },
        url: "https://example.com/hooks?session_token=abc&page=2",
        headers: { cookie: "sid=1", "x-api-key": "k-1", "x-tenant": "t-1", "x-plain": "seen" },
      });
      const heard = await call(`http://127.0.0.1:${port}/api/deliveries/1`);
      watched.close();
      server.close();
      for (const secret of [token, "Ada", "ada@example.com", "sid=1", "k-1", "t-1", "abc"])
        expect(heard.text).not.toContain(secret);
      expect(heard.text).toContain("seen");
      const detail = JSON.parse(heard.text) as DeliveryDetail;
      expect(detail.query).toMatch(/page=2/);
      expect(detail.query).toMatch(/session_token=\[scrubbed\]/);
      expect(detail.body.text).toMatch(/"customer":"\[scrubbed\]"/);
      expect(detail.body.text).toContain('"total":3');
      expect(detail.body.isScrubbed).toBe(true);
    }
  });

  it.each([
    [
      "a URL that a proxy changed",
      "https://example.com/hooks/twilio",
      /signed another URL: https:\/\/example.com\/hooks\/twilio\. The secret is right/,
    ],
    ["a URL that is not to be guessed", "https://elsewhere.example/x", /most likely the secret/],
  ])("has what was found out about %s", async (_, signedUrl, found) => {
    const sender = twilio({ secret: "0123456789abcdef0123456789abcdef" });
    const receiver = createReceiver(sender, {
      publicUrl: "http://example.com/hooks/twilio",
      onOutcome: () => undefined,
    });
    const watched = createInspector(receiver, ANYBODY, pageAssets);
    const server = createServer(watched);
    await start(server);
    const test = createTestSender(sender, { url: signedUrl });
    await test.send(receiver, { payload: { MessageSid: "SM1", SmsStatus: "received" }, path: "/hooks/twilio" });
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const diagnosis = async () =>
      (JSON.parse((await call(`${base}/api/deliveries/1`)).text) as DeliveryDetail).diagnosis?.found;
    await expect.poll(diagnosis).toMatch(found);
    watched.close();
    server.close();
  });

  it("is of its own receivers only, and none after close", async () => {
    await open();
    const other = createReceiver(stripe({ secret: "whsec_another_one_0123" }), { onOutcome: () => undefined });
    await other.receive({});
    await scene.stripe.send("invoice.paid", {});
    expect((await stateOf()).deliveries).toHaveLength(1);
    scene.inspector.close();
    await scene.stripe.send("invoice.paid", {});
    expect((await stateOf()).deliveries).toEqual([]);
  });

  it("shows what a handler threw, whatever it was", async () => {
    await open();
    const thrown = [
      null,
      7,
      Object.create(null),
      {
        get message() {
          throw new Error("no");
        },
      },
      new Error("x".repeat(10_000)),
    ];
    const receiver = createReceiver(stripe({ secret: "whsec_another_one_0123" }), {
      dedupe: false,
      onOutcome: () => undefined,
      onError: () => undefined,
    });
    receiver.on("*", () => {
      throw thrown.shift();
    });
    const watched = createInspector(receiver, ANYBODY, pageAssets);
    const server = createServer(watched);
    await start(server);
    const test = createTestSender(stripe({ secret: "whsec_another_one_0123" })).to(receiver);
    for (let at = 0; at < 5; at++) await test.send("a.b", {});
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { deliveries } = JSON.parse((await call(`${base}/api/state`)).text) as StateView;
    expect(deliveries.map(({ outcome }) => outcome)).toEqual(Array(5).fill("handler_failed"));
    const last = await call(`${base}/api/deliveries/5`);
    expect(last.text.length).toBeLessThan(30_000);
    watched.close();
    server.close();
  });
});

describe("news", () => {
  beforeEach(() => open());

  /** Reads until so many messages are there. */
  async function listenFor(count: number, path: string, act: () => Promise<unknown>): Promise<readonly NewsView[]> {
    const stop = new AbortController();
    const response = await fetch(scene.url + path, { signal: stop.signal, headers: { cookie: scene.cookie } });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    await act();
    let text = "";
    const news = () => [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => JSON.parse(data) as NewsView);
    for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(part).toString("utf8");
      if (news().length >= count) break;
    }
    stop.abort();
    return news();
  }

  it("report each delivery, and deliveries that arrived together in one message", async () => {
    const [first] = await listenFor(1, "api/news", async () => {
      await scene.stripe.send("invoice.paid", {}, { id: "evt_1" });
      await scene.stripe.send("invoice.paid", {}, { id: "evt_2" });
    });
    expect(first?.deliveries.map(({ eventId }) => eventId)).toContain("evt_1");
    expect(first?.minute?.good).toBeGreaterThan(0);
  });

  it("begin with what was missed", async () => {
    await scene.stripe.send("invoice.paid", {}, { id: "evt_1" });
    const { revision } = await stateOf();
    await scene.stripe.send("invoice.paid", {}, { id: "evt_2" });
    const [first] = await listenFor(1, `api/news?after=${revision}`, async () => undefined);
    expect(first?.deliveries.map(({ eventId }) => eventId)).toEqual(["evt_2"]);
  });

  it("are for sixteen pages at most", async () => {
    const stop = new AbortController();
    const pages = await Promise.all(
      Array.from({ length: 16 }, () =>
        fetch(`${scene.url}api/news`, { signal: stop.signal, headers: { cookie: scene.cookie } }),
      ),
    );
    expect(pages.map(({ status }) => status)).toEqual(Array(16).fill(200));
    expect((await get("api/news")).status).toBe(503);
    stop.abort();
    await expect
      .poll(async () => {
        const again = new AbortController();
        const { status } = await fetch(`${scene.url}api/news`, {
          signal: again.signal,
          headers: { cookie: scene.cookie },
        });
        again.abort();
        return status;
      })
      .toBe(200);
  });
});

describe("mounted", () => {
  const receiver = () => createReceiver(stripe({ secret: "whsec_0123456789abcdef" }), { onOutcome: () => undefined });
  const inspected = () => createInspector(receiver(), ANYBODY, pageAssets);
  const apps: readonly (readonly [string, () => { app: RequestListener; path: string }])[] = [
    ["on Express 5", () => ({ app: express().use("/a/b", inspected()) as RequestListener, path: "/a/b" })],
    ["on Express 4", () => ({ app: express4().use("/a/b", inspected()) as unknown as RequestListener, path: "/a/b" })],
    ["on Connect", () => ({ app: connectApp().use("/a/b", inspected()) as RequestListener, path: "/a/b" })],
    [
      "behind express.json()",
      () => ({ app: express().use(express.json()).use("/a/b", inspected()) as RequestListener, path: "/a/b" }),
    ],
    ["on node:http", () => ({ app: inspected(), path: "" })],
  ];

  it.each(apps)("%s it serves its page, its data and its orders", async (_, make) => {
    const { app, path } = make();
    const server = createServer(app);
    await start(server);
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    if (path !== "") {
      const moved = await call(base);
      expect(moved.status).toBe(302);
      expect(moved.headers.location).toBe("./b/");
    }
    expect((await call(`${base}/`)).text).toContain('<div id="app">');
    const { token } = JSON.parse((await call(`${base}/api/state`)).text) as StateView;
    const sent = await call(`${base}/api/send`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-hookgate-inspector": token },
      body: JSON.stringify({ receiver: 0, type: "a.b", payload: "{}", id: "", fault: "none" }),
    });
    expect(JSON.parse(sent.text)).toMatchObject({ status: 200, outcome: "ignored" });
    expect((await call(`${base}/nothing`)).status).toBe(404);
    server.close();
  });

  it("redirects nowhere but below itself", async () => {
    const server = createServer((req, res) => {
      const mounted = Object.assign(req, { originalUrl: req.url ?? "", url: "/" });
      inspected()(mounted, res);
    });
    await start(server);
    const { port } = server.address() as AddressInfo;
    const moved = await call(`http://127.0.0.1:${port}//evil.example?x=/y`);
    expect(moved.headers.location).toBe("./evil.example/");
    server.close();
  });
});

describe("built wrongly", () => {
  const receiver = createReceiver(stripe({ secret: "whsec_0123456789abcdef" }));
  it.each([
    ["what is no receiver", () => inspector({} as never), /what createReceiver returned/],
    ["no receiver at all", () => inspector([]), /one receiver or several/],
    ["one receiver twice", () => inspector([receiver, receiver]), /each once/],
    [
      "authorize without hosts",
      () => inspector(receiver, { authorize: () => true }),
      /hosts is required with authorize/,
    ],
    ["a host with a scheme", () => inspector(receiver, { hosts: ["https://a.example"] }), /without scheme/],
    ["a token that could be guessed", () => inspector(receiver, { token: "hunter2" }), /token must be a text of 32/],
    ["a token with authorize", () => inspector(receiver, { ...ANYBODY, token: "x".repeat(32) }), /without authorize/],
    ["a URL that is none", () => inspector(receiver, { url: "localhost:3000" }), /url must be where the page is/],
    ["a misspelt option", () => inspector(receiver, { authorise: () => true } as never), /did you mean "authorize"/],
    [
      "no deliveries to keep",
      () => inspector(receiver, { keepDeliveries: 0 }),
      /keepDeliveries must be a whole number from 1/,
    ],
    ["too much of a body", () => inspector(receiver, { keepBodyBytes: 1e9 }), /keepBodyBytes must be/],
  ])("it names %s", (_, build, why) => {
    expect(build).toThrow(TypeError);
    expect(build).toThrow(why);
  });
});
