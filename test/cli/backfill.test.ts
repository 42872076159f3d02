// Tests of `hookgate backfill` as a process with a module of an application, against a local server with Stripe's API.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sinceMs } from "../../src/cli/lib/since.js";
import type { Fault } from "../endpoints/servers/api-server.js";
import { GITHUB_TOKEN, githubApi } from "../endpoints/servers/github-api.js";
import { STRIPE_KEY, type StripeApi, stripeApi } from "../endpoints/servers/stripe-api.js";
import { cli } from "./cli.js";
import { type Circumstances, command, type Ended } from "./process.js";

const folder = mkdtempSync(join(tmpdir(), "hookgate-backfill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const source = (name: string): string => JSON.stringify(new URL(`../../src/${name}.ts`, import.meta.url).href);

const IMPORTS = `
import { createReceiver } from ${source("index")};
import { stripe } from ${source("senders/index")};
import { backfill, stripeEvents } from ${source("backfill/index")};
import { sqliteStore } from ${source("stores/sqlite/index")};
`;
const STRIPE = `stripeEvents({
  apiKey: process.env.STRIPE_API_KEY, baseUrl: process.env.STRIPE_URL, tries: 1, timeoutSeconds: 0.5,
})`;
/** A module with a shared store. Its connection and a timer would keep the process alive. */
const RECEIVER = `${IMPORTS}
import Database from ${JSON.stringify(import.meta.resolve("libsql"))};
import { appendFileSync, existsSync } from "node:fs";
const store = sqliteStore(new Database(process.env.DATABASE));
await store.migrate();
export const receiver = createReceiver(stripe({ secret: "whsec_0123456789abcdef" }), { scope: "billing", dedupe: { store } });
let count = 0;
receiver.on("invoice.paid", async ({ id }) => {
  count++;
  if (process.env.FAIL_AT === String(count)) throw new Error("the ledger is closed");
  if (process.env.SLOW !== undefined) await new Promise((resolve) => setTimeout(resolve, 100));
  if (count === 1) console.log("the first");
  while (existsSync(process.env.HOLD ?? "")) await new Promise((resolve) => setTimeout(resolve, 20));
  appendFileSync(process.env.LEDGER, id + "\\n");
  console.log("paid", id);
});
setInterval(() => undefined, 1_000);
`;
const MODULES: Readonly<Record<string, string>> = {
  "webhooks.mjs": `${RECEIVER}export const missed = backfill(receiver, { source: ${STRIPE}, pageSize: 4, tries: 1, leaseSeconds: 2 });`,
  "skips.mjs": `${RECEIVER}export const missed = backfill(receiver, { source: ${STRIPE}, tries: 1, onFailure: "skip" });`,
  "scheduled.mjs": `${RECEIVER}export const missed = backfill(receiver, { source: ${STRIPE} }).start({ everySeconds: 60 });`,
  "listens.mjs": `${RECEIVER}export const missed = backfill(receiver, { source: ${STRIPE}, tries: 1 });
import { createServer } from "node:http";
createServer(receiver).listen(Number(new URL(process.env.STRIPE_URL).port), "127.0.0.1");`,
  "hangs.mjs": 'console.log("connecting"); setInterval(() => undefined, 1_000); await new Promise(() => undefined);',
  "both.mjs": `${RECEIVER}export const source = ${STRIPE};`,
  "receiver.mjs": RECEIVER,
  "memory.mjs": `${IMPORTS}
export const receiver = createReceiver(stripe({ secret: "whsec_0123456789abcdef" }));
receiver.on("invoice.paid", () => undefined);
export const source = ${STRIPE};`,
  "silent.mjs": `${IMPORTS}
export const receiver = createReceiver(stripe({ secret: "whsec_0123456789abcdef" }));
export const source = ${STRIPE};`,
  "several.mjs": `${RECEIVER}
export const one = backfill(receiver, { source: ${STRIPE} });
export const two = backfill(receiver, { source: ${STRIPE} });`,
  "strange.mjs": "export const missed = { run() {}, start() {}, stop() {} };",
  "nothing.mjs": "export const port = 3000;",
  "empty.mjs": "",
  "throws.mjs": 'throw new Error("DATABASE_URL is missing");',
  "syntax.mjs": "export const {",
};
beforeAll(() => {
  for (const [name, text] of Object.entries(MODULES)) writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, "folder.mjs"));
});

let api: StripeApi;
let env: Record<string, string>;
let count = 0;
beforeEach(async () => {
  api = await stripeApi();
  const [database, ledger] = [join(folder, `${count}.db`), join(folder, `${count++}.ledger`)];
  writeFileSync(ledger, "");
  env = { STRIPE_API_KEY: STRIPE_KEY, STRIPE_URL: api.url, DATABASE: database, LEDGER: ledger };
});
afterEach(() => api.close());

/** Emits ten events, starting two hours ago. Three have a type without a handler. */
async function happen(): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let at = 0; at < 10; at++) {
    api.now = () => Date.now() - 7_200_000 + at * 1_000;
    const { id } = await api.emit(at % 3 === 2 ? "customer.created" : "invoice.paid", { id: `in_${at}` });
    if (at % 3 !== 2) ids.push(id);
  }
  return ids.sort();
}

function ledger(): readonly string[] {
  return readFileSync(env.LEDGER ?? "", "utf8")
    .split("\n")
    .filter(Boolean)
    .sort();
}

async function run(module: string, args: readonly string[] = [], more: Circumstances = {}): Promise<Ended> {
  const ended = await command(["backfill", module, ...args], { cwd: folder, ...more, env: { ...env, ...more.env } });
  expect(ended.out + ended.err).not.toContain(STRIPE_KEY);
  return ended;
}

describe("a run", { timeout: 60_000 }, () => {
  it("handles missed events, reports them and ends; the next run continues from the cursor", async () => {
    const ids = await happen();
    const first = await run("./webhooks.mjs", ["--since", "3h"]);
    expect(first.out).toMatch(/Found +10\nHandled +7\nDuplicates +0\nIgnored +3, no handler.*\nFailed +0\ndone\n$/);
    expect([first.code, ledger()]).toEqual([0, ids]);
    expect((await run("./webhooks.mjs")).out).toMatch(/Since +the cursor\nFound +0\n/);
    const again = await run("./webhooks.mjs", ["--since", new Date(Date.now() - 10_800_000).toISOString()]);
    expect(again.out).toMatch(/Handled +0\nDuplicates +7\n/);
    expect(ledger()).toEqual(ids);
  });

  it("without a cursor reports where it started and how to go back further", async () => {
    await happen();
    const { out, code } = await run("./webhooks.mjs");
    expect([code, out]).toEqual([0, expect.stringMatching(/no cursor yet; --since goes back further\nFound +0/)]);
  });

  it("accepts a receiver and a source; --json prints the report only, whatever handlers log", async () => {
    const ids = await happen();
    const { json, code, err } = await run("./both.mjs#receiver", ["--since", "3h", "--json"]);
    expect([code, json()]).toMatchObject([
      0,
      { ok: true, state: "done", found: 10, handled: 7, ignored: 3, failed: 0 },
    ]);
    expect(err).toContain("paid ");
    expect(ledger()).toEqual(ids);
  });

  it("stops a schedule that the module has started", async () => {
    await happen();
    expect((await run("./scheduled.mjs", ["--since", "3h", "--json"])).json()).toMatchObject({ ok: true, found: 10 });
  });

  it("reads a .env file for the module", async () => {
    writeFileSync(join(folder, "own.env"), `STRIPE_API_KEY=${STRIPE_KEY}\n`);
    const { STRIPE_API_KEY: _, ...others } = env;
    env = others;
    expect((await run("./webhooks.mjs")).err).toMatch(
      /could not be loaded: TypeError: stripeEvents: apiKey is missing/,
    );
    expect((await run("./webhooks.mjs", ["--env-file", "own.env"])).code).toBe(0);
  });
});

it("fetches failed deliveries of GitHub, which does not retry", { timeout: 60_000 }, async () => {
  const github = await githubApi();
  const registered = { config: { url: "http://127.0.0.1:1/down", content_type: "json" }, events: ["issues"] };
  const headers = { authorization: `Bearer ${GITHUB_TOKEN}` };
  await fetch(`${github.url}/repos/acme/shop/hooks`, { method: "POST", headers, body: JSON.stringify(registered) });
  const [hookId] = github.hooks.keys();
  const guid = await github.emit("issues", { action: "opened", issue: { number: 1 } });
  const text = `${IMPORTS}
import { github } from ${source("senders/index")};
import { githubDeliveries } from ${source("backfill/index")};
import Database from ${JSON.stringify(import.meta.resolve("libsql"))};
const store = sqliteStore(new Database(process.env.DATABASE));
await store.migrate();
const receiver = createReceiver(github({ secret: "only for this test" }), { scope: "issues", dedupe: { store } });
receiver.on("issues.opened", ({ id }) => console.log("opened", id));
const of = { owner: "acme", repo: "shop", hookId: ${hookId} };
export const missed = backfill(receiver, {
  source: githubDeliveries({ token: process.env.GITHUB_TOKEN, of, baseUrl: ${JSON.stringify(github.url)}, tries: 1 }),
});`;
  writeFileSync(join(folder, "github.mjs"), text);
  const ended = await run("./github.mjs", ["--since", "1h"], { env: { GITHUB_TOKEN } });
  expect([ended.code, ended.out]).toEqual([0, expect.stringMatching(new RegExp(`^opened ${guid}\n`, "m"))]);
  expect((await run("./github.mjs", ["--since", "1h", "--json"], { env: { GITHUB_TOKEN } })).json()).toMatchObject({
    handled: 0,
    duplicates: 1,
  });
  const refused = await run("./github.mjs", ["--since", "1h"], { env: { GITHUB_TOKEN: "ghp_of_somebody_else" } });
  expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/answered 401.*\nFix: Use a token/)]);
  await github.close();
});

describe("a failure exits with 1, and the next run continues:", { timeout: 60_000 }, () => {
  it("a failing handler: the event is named, and the others of its page are handled", async () => {
    const ids = await happen();
    const failed = await run("./webhooks.mjs", ["--since", "3h"], { env: { FAIL_AT: "4" } });
    expect(failed.out).toMatch(/Failed +1\n$/);
    expect(failed.err).toMatch(
      /invoice.paid "evt_\d+" ended as handler_failed[^\n]*\nFix: Find out why its handler fails/,
    );
    expect(failed.err.replace(/\s+/g, " ")).toContain("run it again without --since: it continues from the cursor");
    expect(failed.code).toBe(1);
    const mended = await run("./webhooks.mjs");
    expect([mended.code, ledger()]).toEqual([0, ids]);
  });

  it("a skipped event counts as failed", async () => {
    await happen();
    const { code, json } = await run("./skips.mjs", ["--since", "3h", "--json"], { env: { FAIL_AT: "4" } });
    expect([code, json()]).toMatchObject([1, { ok: false, state: "done", handled: 6, failed: 1 }]);
  });

  const failures: readonly [string, Fault, RegExp][] = [
    ["401", { status: 401 }, /valid, and of the right account and mode/],
    ["403", { status: 403 }, /Give the token the permission/],
    ["404", { status: 404 }, /names given to the source/],
    ["429", { status: 429, headers: { "retry-after": "90" } }, /Wait 90 seconds/],
    ["500", { status: 500 }, /status page/],
    ["a bad page", { text: "<html>" }, /a proxy, a login page/],
    ["slow", "hang", /the source's option timeoutSeconds=60/],
  ];
  it.each(failures)("%s of the sender's API: prints the fix and keeps the cursor", async (_name, fault, fix) => {
    const ids = await happen();
    // After the first page.
    api.fail(fault, 1, ({ query }) => query.has("starting_after"));
    const ended = await run("./webhooks.mjs", ["--since", "3h", "--json"]);
    expect(ended.code).toBe(1);
    expect(ended.json()).toMatchObject({
      ok: false,
      state: "stopped",
      found: 4,
      reason: expect.stringMatching(/^Stripe could not list the events/),
      fix: expect.stringMatching(fix),
    });
    expect((await run("./webhooks.mjs")).code).toBe(0);
    expect(ledger()).toEqual(ids);
  });

  it("Ctrl+C: ends after the event in progress, and nothing is lost", async () => {
    const ids = await happen();
    const ended = await run("./webhooks.mjs", ["--since", "3h"], {
      env: { SLOW: "1" },
      signalOn: (out) => ((out.match(/paid /g) ?? []).length >= 2 ? "SIGINT" : undefined),
    });
    expect([ended.code, ended.err]).toEqual([1, expect.stringMatching(/the run was interrupted\nFix: Run it again/)]);
    expect((await run("./webhooks.mjs", ["--since", "3h"])).code).toBe(0);
    expect(ledger()).toEqual(ids);
  });

  it("another process running the backfill: nothing is done", async () => {
    const ids = await happen();
    const hold = join(folder, "hold");
    writeFileSync(hold, "");
    let begun = (): void => undefined;
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const first = run("./webhooks.mjs", ["--since", "3h"], {
      env: { HOLD: hold },
      signalOn(out) {
        if (out.includes("the first")) begun();
        return undefined;
      },
    });
    await hasBegun;
    const second = await run("./webhooks.mjs");
    expect([second.code, second.err]).toEqual([
      1,
      expect.stringMatching(/another instance is running the backfill\nFix: Let the other/),
    ]);
    rmSync(hold);
    expect([(await first).code, ledger()]).toEqual([0, ids]);
  });
});

describe("a wrong module exits with 2 and says what to do:", { timeout: 60_000 }, () => {
  const cases: readonly [string, readonly string[], RegExp][] = [
    ["a receiver without a source", ["./receiver.mjs"], /exports a receiver but no source/],
    ["a store in memory", ["./memory.mjs"], /would be handled again.*--without-dedupe/],
    ["a receiver without handlers", ["./silent.mjs"], /has no handler/],
    ["several backfills", ["./several.mjs"], /choose one with .*#one or .*#two/],
    ["an unknown export", ["./several.mjs#three"], /has no export three; its exports are one, receiver, two/],
    ["a receiver of another installation", ["./strange.mjs"], /another installation of hookgate/],
    ["a module without a backfill", ["./nothing.mjs"], /exports port, and no backfill: export the result/],
    ["an empty module", ["./empty.mjs"], /exports nothing, and/],
    ["a module that throws", ["./throws.mjs"], /could not be loaded: Error: DATABASE_URL is missing/],
    ["a module with a syntax error", ["./syntax.mjs"], /could not be loaded: .*[Ee]rror/],
  ];
  it.each(cases)("%s", async (_name, args, message) => {
    const ended = await run(args[0] ?? "", args.slice(1));
    expect([ended.code, ended.err]).toEqual([2, expect.stringMatching(message)]);
  });

  it("a module that listens on a port in use", async () => {
    await happen();
    const { code, out, err } = await run("./listens.mjs", ["--since", "3h"], { env: { SLOW: "1" } });
    // 1 if the run had already started.
    expect([1, 2]).toContain(code);
    expect([out + err]).toEqual([expect.stringMatching(/EADDRINUSE.*listen only when it is the main module/)]);
    expect(err).not.toMatch(/ {4}at /);
  });

  it("a module that never finishes loading is ended by Ctrl+C", async () => {
    const signalOn = (out: string): NodeJS.Signals | undefined => (out.includes("connecting") ? "SIGINT" : undefined);
    const { code, err } = await run("./hangs.mjs", [], { signalOn });
    expect([code, err]).toEqual([1, expect.stringMatching(/interrupted while .* was loaded; nothing was done/)]);
  });

  it("--without-dedupe accepts a store in memory", async () => {
    await happen();
    const { code, json } = await run("./memory.mjs", ["--since", "3h", "--without-dedupe", "--json"]);
    expect([code, json()]).toMatchObject([0, { handled: 7 }]);
  });

  const early: readonly [string, readonly string[], RegExp][] = [
    ["no module", [], /takes one module/],
    ["a missing module", ["./nope.mjs"], /no file .\/nope.mjs/],
    ["a folder", [folder], /no file/],
    ["a bare number", ["./x", "--since", "24"], /such as 24h, 90m or 7d; got "24"/],
    ["a date without a time", ["./x", "--since", "2026-11-01"], /no time zone: write 2026-11-01T00:00:00Z/],
    ["a time without a zone", ["./x", "--since", "2026-11-01 10:00"], /2026-11-01T10:00:00Z, or \+09:00/],
    ["a time in the future", ["./x", "--since", "2999-01-01T00:00:00Z"], /is in the future/],
    ["a word", ["./x", "--since", "yesterday"], /must be a time/],
    ["an empty text", ["./x", "--since", ""], /must be a time/],
  ];
  it.each(early)("%s", async (_name, args, message) => {
    const called = await cli(["backfill", ...args]);
    expect([called.code, called.err]).toEqual([2, expect.stringMatching(message)]);
  });
});

it("--since is a time, or a duration before now", () => {
  const now = Date.parse("2026-11-24T12:00:00Z");
  expect(sinceMs("24h", now)).toBe(Date.parse("2026-11-23T12:00:00Z"));
  expect(sinceMs("1.5h", now)).toBe(Date.parse("2026-11-24T10:30:00Z"));
  expect(sinceMs("7d", now)).toBe(Date.parse("2026-11-17T12:00:00Z"));
  expect(sinceMs("2026-11-24T20:59:59+09:00", now)).toBe(now - 1_000);
  expect(sinceMs("2026-11-24T12:00:00Z", now)).toBe(now);
});
