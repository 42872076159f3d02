// published() loads a list of addresses, caches it, and keeps it when a reload fails.
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Auth } from "../../src/core/auth.js";
import { literal } from "../../src/core/field.js";
import { type PublishedOptions, published } from "../../src/ip/published.js";
import { defineSender } from "../../src/sender/define-sender.js";
import { closeServers, serve } from "../support/listen.js";

const HOOKS = JSON.stringify({ hooks: ["192.0.2.0/24", "2001:db8::/32"], web: ["203.0.113.0/24"] });

/** A list on the web whose answer a test changes. */
class ListServer {
  answer: (req: IncomingMessage, res: ServerResponse) => void = (_, res) => res.end(HOOKS);
  requests = 0;
  url = "";

  async listen(): Promise<void> {
    const origin = await serve((req, res) => {
      this.requests++;
      this.answer(req, res);
    });
    this.url = `${origin}/meta?token=hidden`;
  }

  says(body: string): void {
    this.answer = (_, res) => res.end(body);
  }

  fails(status: number): void {
    this.answer = (_, res) => res.writeHead(status).end();
  }
}

let server: ListServer;
let nowMs = 0;
beforeEach(async () => {
  nowMs = 0;
  server = new ListServer();
  await server.listen();
});
afterEach(closeServers);

function hooks(options: PublishedOptions = {}) {
  return published({ url: server.url, at: "hooks" }, { allowHttpOnLoopback: true, now: () => nowMs, ...options });
}

describe("a list is loaded", () => {
  it("on first need and not when built", async () => {
    const list = hooks();
    expect(list.current()).toBeUndefined();
    expect(server.requests).toBe(0);
    const ranges = await list.ready();
    expect(server.requests).toBe(1);
    expect(ranges?.contains("192.0.2.7")).toBe(true);
    expect(ranges?.contains("2001:db8::7")).toBe(true);
    expect(ranges?.contains("203.0.113.7")).toBe(false);
    expect(list.current()).toBe(ranges);
    expect(list.problem).toBeUndefined();
  });

  it("ahead of the first delivery by load()", async () => {
    const list = hooks();
    await list.load();
    expect(list.current()?.contains("192.0.2.7")).toBe(true);
    await list.load();
    expect(server.requests).toBe(1);
  });

  it("once for all who wait", async () => {
    const list = hooks();
    await Promise.all(Array.from({ length: 20 }, () => list.ready()));
    expect(server.requests).toBe(1);
  });

  it("with a user agent, which GitHub's API asks for", async () => {
    let agent: string | undefined;
    server.answer = (req, res) => {
      agent = req.headers["user-agent"];
      res.end(HOOKS);
    };
    await hooks().load();
    expect(agent).toBe("hookgate");
  });

  it.each<[string, string, string | undefined]>([
    ["a JSON array that is the document", '["192.0.2.7"]', ""],
    ["a JSON array, when only a URL is given", ' \n["192.0.2.7"]', undefined],
    ["an array at a path with dots", '{"a":{"b":["192.0.2.7"]}}', "a.b"],
    ["one address a line", "192.0.2.0/24\r\n2001:db8::1\n", undefined],
    ["lines with comments", "# ours\n\n  192.0.2.7  \n# end", undefined],
    ["JSON behind a byte order mark", '\ufeff["192.0.2.7"]', ""],
  ])("from %s", async (_, body, at) => {
    server.says(body);
    const source = at === undefined ? server.url : { url: server.url, at };
    expect((await published(source, { allowHttpOnLoopback: true }).ready())?.contains("192.0.2.7")).toBe(true);
  });
});

describe("a list is refused whole", () => {
  it.each<[string, string, RegExp]>([
    ["HTML", "<!doctype html><html></html>", /not JSON/],
    ["nothing", "", /not JSON/],
    ["JSON cut off", HOOKS.slice(0, 20), /not JSON/],
    ["another document", '{"web":["192.0.2.0/24"]}', /no array at "hooks"/],
    ["an inherited member", '{"hooks":{"length":1}}', /no array at "hooks"/],
    ["an empty list", '{"hooks":[]}', /at least one address/],
    ["all of IPv4", '{"hooks":["192.0.2.0/24","0.0.0.0/0"]}', /every address/],
    ["all of IPv6", '{"hooks":["192.0.2.0/24","::/0"]}', /every address/],
    ["two halves", '{"hooks":["0.0.0.0/1","128.0.0.0/1"]}', /every address/],
    ["a short form", '{"hooks":["192.0.2.0/24","10/8"]}', /four parts/],
    ["a host name", '{"hooks":["192.0.2.0/24","hooks.example.com"]}', /names are not resolved/],
    ["host bits", '{"hooks":["192.0.2.0/24","10.0.0.1/8"]}', /bits set/],
    ["a number", '{"hooks":["192.0.2.0/24",7]}', /not a string/],
    ["more than 1 MiB", JSON.stringify({ hooks: ["192.0.2.0/24"], pad: "x".repeat(1_048_576) }), /larger than 1048576/],
  ])("for %s", async (_, body, problem) => {
    server.says(body);
    const list = hooks();
    expect(await list.ready()).toBeUndefined();
    expect(list.problem).toMatch(problem);
    await expect(list.load()).rejects.toMatchObject({ name: "WebhookError", code: "undecided" });
  });

  it("for HTML where lines are expected", async () => {
    server.says("<html>\n192.0.2.7\n</html>");
    const list = published(server.url, { allowHttpOnLoopback: true });
    expect(await list.ready()).toBeUndefined();
    expect(list.problem).toMatch(/the list/);
  });

  it.each([204, 301, 302, 307, 400, 403, 404, 429, 500, 503])("for status %i", async (status) => {
    server.answer = (req, res) => {
      if (req.url === "/elsewhere") res.end(HOOKS);
      else res.writeHead(status, { location: "/elsewhere" }).end();
    };
    const list = hooks();
    expect(await list.ready()).toBeUndefined();
    expect(list.problem).toContain(`answered ${status}`);
    expect(server.requests).toBe(1);
  });

  it("for a body without end, which it stops reading", async () => {
    let wasCut = false;
    const cut = new Promise<void>((resolve) => {
      server.answer = (_, res) => {
        const chunk = Buffer.alloc(65_536, 0x20);
        const pump = () => {
          while (!wasCut && res.write(chunk));
        };
        res.on("drain", pump);
        res.on("close", () => {
          wasCut = true;
          resolve();
        });
        pump();
      };
    });
    const list = hooks();
    expect(await list.ready()).toBeUndefined();
    expect(list.problem).toMatch(/larger than/);
    await cut;
  });

  it.each<[string, (res: ServerResponse) => void]>([
    ["an answer that never comes", () => {}],
    ["a body that stops halfway", (res) => res.write(HOOKS.slice(0, 20))],
  ])("for %s, after the time limit", async (_, answer) => {
    server.answer = (_req, res) => answer(res);
    const list = hooks({ timeoutSeconds: 0.1 });
    expect(await list.ready()).toBeUndefined();
    expect(list.problem).toMatch(/in time/);
  });

  it("for a connection that is cut", async () => {
    server.answer = (req) => req.socket.destroy();
    const list = hooks();
    expect(await list.ready()).toBeUndefined();
    expect(list.problem).toMatch(/connection failed/);
  });

  it("and the problem does not contain the query of the URL", async () => {
    server.fails(500);
    const list = hooks();
    await list.ready();
    expect(list.problem).not.toContain("hidden");
    expect(list.url).not.toContain("hidden");
  });
});

describe("after a failure", () => {
  it("there is a pause that doubles to 300 s, and then it recovers", async () => {
    server.fails(500);
    const list = hooks();
    const pauses: number[] = [];
    for (let failure = 0; failure < 11; failure++) {
      await list.ready();
      await list.ready(); // within the pause: no request
      expect(server.requests).toBe(failure + 1);
      pauses.push(list.retryAfterSeconds);
      nowMs += list.retryAfterSeconds * 1000;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    server.says(HOOKS);
    expect((await list.ready())?.contains("192.0.2.7")).toBe(true);
    expect(list.problem).toBeUndefined();
    expect(list.retryAfterSeconds).toBe(0);
  });
});

describe("a list that was had", () => {
  it("is refreshed in the background once it is old, while deliveries go on with it", async () => {
    const list = hooks({ refreshSeconds: 3600 });
    const first = await list.ready();
    nowMs = 3_599_999;
    expect(list.current()).toBe(first);
    expect(server.requests).toBe(1);
    nowMs = 3_600_000;
    server.says('{"hooks":["198.51.100.0/24"]}');
    expect(list.current()).toBe(first);
    expect(await list.ready()).toBe(first);
    await expect.poll(() => list.current()?.contains("198.51.100.7")).toBe(true);
    expect(list.current()?.contains("192.0.2.7")).toBe(false);
    expect(server.requests).toBe(2);
  });

  it.each<[string, () => void]>([
    ["the server fails", () => server.fails(500)],
    ["the list becomes HTML", () => server.says("<html>")],
    ["the list opens to everyone", () => server.says('{"hooks":["0.0.0.0/0"]}')],
    ["the list becomes empty", () => server.says('{"hooks":[]}')],
  ])("is kept while %s, up to its last second", async (_, spoil) => {
    const list = hooks({ refreshSeconds: 3600, staleSeconds: 7200 });
    const first = await list.ready();
    spoil();
    nowMs = 3_600_000;
    expect(list.current()).toBe(first);
    await expect.poll(() => list.problem).toBeDefined();
    expect(list.current()).toBe(first);
    nowMs = 7_199_999;
    expect(list.current()).toBe(first);
    nowMs = 7_200_000;
    expect(list.current()).toBeUndefined();
    expect(await list.ready()).toBeUndefined();
  });

  it("comes back after it was too old", async () => {
    const list = hooks();
    await list.ready();
    nowMs = 8 * 86_400_000;
    expect(list.current()).toBeUndefined();
    expect((await list.ready())?.contains("192.0.2.7")).toBe(true);
  });
});

describe("where a list is", () => {
  const auth: Auth = {
    scheme: "none",
    covers: { body: false, method: false, url: false, headers: [] },
    signsTime: false,
    credentialHeaders: [],
    needsPublicUrl: false,
    verify: () => ({ ok: true, keyIndex: 0, covers: { body: false, method: false, url: false, headers: [] } }),
  };
  const event = { type: literal("ping") };

  it.each([
    ["github", "https://api.github.com/meta"],
    ["stripe", "https://stripe.com/files/ips/ips_webhooks.json"],
    ["https://example.com/ips.txt?key=1", "https://example.com/ips.txt"],
  ])("is known for %s", (source, url) => {
    expect(published(source).url).toBe(url);
  });

  it("is said by a sender", async () => {
    const sender = defineSender({ name: "erp", auth, event, addresses: { url: server.url, at: "hooks" } });
    const list = published(sender, { allowHttpOnLoopback: true });
    expect((await list.ready())?.contains("192.0.2.7")).toBe(true);
  });

  it("is asked for where the sender does not say", () => {
    expect(() => published(defineSender({ name: "erp", auth, event }))).toThrow(/erp publishes no list/);
  });

  it.each<[string, unknown, PublishedOptions, RegExp]>([
    ["an unknown name", "acme", {}, /known are github, stripe/],
    ["an inherited name", "constructor", {}, /known are github, stripe/],
    ["plain http", "http://example.com/ips", {}, /https:/],
    [
      "plain http elsewhere, though loopback is allowed",
      "http://example.com/",
      { allowHttpOnLoopback: true },
      /https:/,
    ],
    ["plain http on loopback", "http://127.0.0.1/ips", {}, /https:/],
    ["a look-alike of loopback", "http://127.0.0.1.example.com/", { allowHttpOnLoopback: true }, /https:/],
    ["a file", "file:///etc/ips", {}, /https:/],
    ["no absolute URL", { url: "/ips" }, {}, /absolute/],
    ["a password", "https://me:secret@example.com/", {}, /user name or password/],
    ["nothing", undefined, {}, /source must be/],
    ["a number", 7, {}, /source must be/],
    ["an empty object", {}, {}, /source must be/],
    ["a misspelt option", "github", { refreshSecond: 1 } as PublishedOptions, /refreshSeconds/],
    ["no refresh", "github", { refreshSeconds: 0 }, /above 0/],
    ["NaN", "github", { staleSeconds: Number.NaN }, /above 0/],
    ["a text", "github", { timeoutSeconds: "5" as never }, /above 0/],
    ["an object as seconds", "github", { staleSeconds: {} as never }, /above 0; got an object$/],
    ["a clock that is none", "github", { now: 5 as never }, /now must be a function .*; got 5$/],
    ["a path that is none", { url: "https://example.com/ips.json", at: 5 }, {}, /at must be the path .*; got 5$/],
    ["a url that is none", { url: 5 }, {}, /absolute https URL, such as .*; got a number$/],
    ["stale before old", "github", { refreshSeconds: 10, staleSeconds: 5 }, /staleSeconds/],
  ])("cannot be %s", (_, source, options, fix) => {
    const build = () => published(source as string, options);
    expect(build).toThrow(TypeError);
    expect(build).toThrow(fix);
    expect(build).not.toThrow(/secret@/);
  });
});
