// Without authorize a stranger gets nothing, wherever he seems to call from; the token that is printed is what counts.

import { readFileSync } from "node:fs";
import { Agent, createServer, request, type Server } from "node:http";
import { createServer as createTlsServer, request as tlsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { createReceiver } from "hookgate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createInspector } from "../../src/inspector/create-inspector.js";
import { start } from "../support/listen.js";
import {
  call,
  captured,
  cookieIn,
  type Heard,
  openScene,
  pageAssets,
  type Scene,
  signIn,
  stripeSender,
  tokenIn,
} from "./scene.js";

let scene: Scene;
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  scene = await openScene();
  closers.push(() => scene.close());
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** All that can be asked for. */
const PATHS = [
  "",
  "app.js",
  "api/state",
  "api/news",
  "api/deliveries/1",
  "api/inboxes",
  "api/inboxes/0?state=dead",
  "api/inboxes/0/key",
  "api/send",
  "api/replay",
  "api/redrive",
];
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"];

/** nginx 1.29.7 and later: HTTP/1.1 on a kept connection, the upstream's own name as Host, and nothing else. */
async function proxyTo(origin: string): Promise<string> {
  const agent = new Agent({ keepAlive: true });
  const upstream = new URL(origin);
  const proxy: Server = createServer((req, res) => {
    const { connection: _, ...headers } = req.headers;
    const passed = request(
      {
        agent,
        host: "127.0.0.1",
        port: upstream.port,
        method: req.method,
        path: req.url,
        headers: { ...headers, host: upstream.host },
      },
      (answer) => {
        res.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(res);
      },
    );
    req.pipe(passed);
  });
  await start(proxy);
  closers.push(() => {
    proxy.closeAllConnections();
    proxy.close();
    agent.destroy();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

describe.each([
  ["on this machine", async () => scene.origin],
  ["behind a proxy on this machine that adds nothing", () => proxyTo(scene.origin)],
])("a stranger %s", (_, originOf) => {
  it("gets no page, no data and no action, whatever is asked for", async () => {
    await scene.stripe.send("invoice.paid", { customer: "Ada Lovelace" });
    const token = tokenIn(scene.printed) as string;
    const origin = await originOf();
    for (const path of PATHS) {
      for (const method of METHODS) {
        const heard = await call(`${origin}/hookgate/${path}`, {
          method,
          headers: {
            "content-type": "application/json",
            origin,
            "sec-fetch-site": "same-origin",
            // None of these is the way in.
            authorization: `Bearer ${token}`,
            "x-hookgate-inspector": token,
            cookie: `hookgate-inspector=${token}; hookgate-inspector-${new URL(scene.origin).port}=${token}`,
          },
          body:
            method === "POST" ? '{"receiver":0,"type":"invoice.paid","payload":"{}","id":"","fault":"none","n":1}' : "",
        });
        expect([401, 403], `${method} ${path}`).toContain(heard.status);
        expect(heard.text).not.toMatch(/Ada|invoice|billing|stripe/i);
        expect(JSON.stringify(heard.headers) + heard.text).not.toContain(token);
        expect(heard.headers["set-cookie"]).toBeUndefined();
      }
    }
    expect(scene.handled).toEqual(["invoice.paid"]); // the one that was delivered
  });

  it("is not let in by the token in a query, which logs would have", async () => {
    const token = tokenIn(scene.printed) as string;
    const origin = await originOf();
    for (const path of ["", "session", "api/state"]) {
      const heard = await call(`${origin}/hookgate/${path}?token=${token}`);
      expect([401, 405]).toContain(heard.status);
      expect(heard.headers["set-cookie"]).toBeUndefined();
    }
  });

  it.each([
    ["none", undefined],
    ["an empty one", ""],
    ["a wrong one", "A".repeat(43)],
    ["a list", ["x"]],
    ["a number", 7],
    ["an object", { length: 43 }],
  ])("is not let in by %s", async (_, token) => {
    const heard = await signIn(`${await originOf()}/hookgate/`, token);
    expect(heard.status).toBe(403);
    expect(heard.headers["set-cookie"]).toBeUndefined();
  });

  it("who knows the token is let in, by a cookie that scripts cannot read and other sites do not send", async () => {
    const origin = await originOf();
    const heard = await signIn(`${origin}/hookgate/`, tokenIn(scene.printed), { origin: scene.origin });
    expect(heard.status).toBe(200);
    const [cookie = ""] = heard.headers["set-cookie"] ?? [];
    expect(cookie).toMatch(/^hookgate-inspector-\d+=[\w-]{43}; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(tokenIn(scene.printed));
    const state = await call(`${origin}/hookgate/api/state`, { headers: { cookie: `a=1; ${cookieIn(heard)}; b=2` } });
    expect(JSON.parse(state.text)).toMatchObject({ rights: "act" });
  });
});

describe("the page to sign in", () => {
  it("is a 401, with its script and style and nothing else", async () => {
    const page = await call(scene.url);
    expect(page.status).toBe(401);
    expect(page.headers["www-authenticate"]).toBe("hookgate-inspector");
    expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(page.text).toContain("sign-in.js");
    expect(page.text).not.toMatch(/app\.js|<script>|style=| on\w+=/);
    for (const path of ["sign-in.js", "app.css", "icon.svg"]) expect((await call(scene.url + path)).status).toBe(200);
    const moved = await call(scene.url.slice(0, -1));
    expect(moved).toMatchObject({ status: 302, headers: { location: "./hookgate/" } }); // so that its script is found
  });
});

describe("signing in", () => {
  it.each([
    ["from another origin", { origin: "http://evil.example" }, 403],
    ["from another port of this machine", { origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" }, 403],
    ["from an opaque origin", { origin: "null" }, 403],
    ["from another site", { "sec-fetch-site": "cross-site" }, 403],
    ["as a form, which any page can send", { "content-type": "text/plain" }, 400],
    ["by another host name, as DNS rebinding does", { host: "evil.example" }, 403],
    ["through a proxy that says so", { "x-forwarded-for": "203.0.113.9" }, 403],
  ])("is refused %s", async (_, headers, status) => {
    const heard = await signIn(scene.url, tokenIn(scene.printed), headers);
    expect(heard.status).toBe(status);
    expect(heard.headers["set-cookie"]).toBeUndefined();
  });

  it("does not act by itself: the page's own token is asked for as well", async () => {
    const order = { receiver: 0, type: "invoice.paid", payload: "{}", id: "", fault: "none" };
    const heard = await call(`${scene.url}api/send`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie: scene.cookie },
      body: JSON.stringify(order),
    });
    expect(heard.status).toBe(403);
    expect(scene.handled).toEqual([]);
  });

  it("is to one program: neither another one's cookie nor that of an earlier start counts", async () => {
    const other = await openScene();
    closers.push(() => other.close());
    const value = scene.cookie.split("=")[1];
    const stolen = `${other.cookie.split("=")[0]}=${value}`;
    for (const cookie of [scene.cookie, stolen])
      expect((await call(`${other.url}api/state`, { headers: { cookie } })).status).toBe(401);
    scene.restart();
    expect((await call(`${scene.url}api/state`, { headers: { cookie: scene.cookie } })).status).toBe(401);
  });

  it("lasts over restarts with a token of the operator's own, which is not printed", async () => {
    const lasting = await openScene({ token: "a-token-that-outlives-restarts-0123" });
    closers.push(() => lasting.close());
    expect(lasting.printed).toBe("");
    lasting.restart();
    expect((await call(`${lasting.url}api/state`, { headers: { cookie: lasting.cookie } })).status).toBe(200);
  });

  it("gives a cookie for encrypted connections alone where this one is", async () => {
    const { inspector, printed } = captured(() => createInspector(createReceiver(stripeSender), {}, pageAssets));
    const tls = (name: string) => readFileSync(new URL(`../vectors/tls/${name}`, import.meta.url));
    const server = createTlsServer({ key: tls("server-key.pem"), cert: tls("server.pem") }, inspector);
    await start(server as unknown as Server);
    closers.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const cookie = await new Promise<string | undefined>((resolve, reject) => {
      const headers = { "content-type": "application/json", host: `localhost:${port}` };
      tlsRequest(
        { port, host: "127.0.0.1", path: "/session", method: "POST", headers, rejectUnauthorized: false },
        (res) => {
          res.resume();
          resolve(res.headers["set-cookie"]?.[0]);
        },
      )
        .on("error", reject)
        .end(JSON.stringify({ token: tokenIn(printed) }));
    });
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Secure$/);
  });
});

describe("what is printed", () => {
  const print = (options = {}) =>
    captured(() => createInspector(createReceiver(stripeSender), options, pageAssets)).printed;

  it("is one line with a token of 256 random bits, another at each start", () => {
    const lines = [print(), print()];
    for (const line of lines)
      expect(line).toMatch(
        /^hookgate inspector: to open its page, add #token=([\w-]{43}) to its URL, such as http:\/\/localhost:3000\/hookgate\/#token=\1\n$/,
      );
    expect(new Set(lines).size).toBe(2);
  });

  it.each(["http://localhost:8080/ops/hooks", "http://localhost:8080/ops/hooks/"])(
    "is the URL to open, where %s is known",
    (url) => {
      expect(print({ url })).toMatch(/^hookgate inspector: http:\/\/localhost:8080\/ops\/hooks\/#token=[\w-]{43}\n$/);
    },
  );

  it("is nothing where authorize decides, and then no token lets anybody in", async () => {
    const deciding = await openScene({ authorize: () => false, hosts: ["localhost"] });
    closers.push(() => deciding.close());
    expect(deciding.printed).toBe("");
    const heard: Heard = await signIn(deciding.url, "x");
    expect(heard.status).toBe(404);
  });
});
