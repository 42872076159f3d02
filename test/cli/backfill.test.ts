// `hookgate backfill`, mostly called in this process, with a module of an application, against a local server that speaks Stripe's API.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { sinceMs } from "../../src/cli/lib/since.js";
import type { Fault } from "../endpoints/servers/api-server.js";
import { GITHUB_TOKEN, githubApi } from "../endpoints/servers/github-api.js";
import { STRIPE_KEY, type StripeApi, stripeApi } from "../endpoints/servers/stripe-api.js";
import { type Called, cli } from "./cli.js";
import { type Circumstances, command, compiledModules, type Ended } from "./process.js";

const folder = mkdtempSync(join(tmpdir(), "hookgate-backfill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const modules = fileURLToPath(new URL("backfill-modules", import.meta.url));
/** Modules with nothing in them that a backfill could be made of. */
const OTHERS: Readonly<Record<string, string>> = {
  "strange.ts": "export const missed = { run() {}, start() {}, stop() {} };",
  "nothing.ts": "export const port = 3000;",
  "empty.ts": "",
  "throws.ts": 'throw new Error("DATABASE_URL is missing");',
  "syntax.ts": "export const {",
};

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

/** As a process of its own. */
async function spawned(module: string, args: readonly string[] = [], more: Circumstances = {}): Promise<Ended> {
  const path = join(compiledModules, module);
  const ended = await command(["backfill", path, ...args], { ...more, env: { ...env, ...more.env } });
  expect(ended.out + ended.err).not.toContain(STRIPE_KEY);
  return ended;
}

/** In this process, with modules that no run has imported yet: a copy of them all. */
async function run(module: string, args: readonly string[] = [], more: Record<string, string> = {}): Promise<Called> {
  const copy = mkdtempSync(join(folder, "modules-"));
  cpSync(modules, copy, { recursive: true });
  for (const [name, text] of Object.entries(OTHERS)) writeFileSync(join(copy, name), text);
  const before = { env: { ...process.env }, faults: process.listeners("uncaughtException"), console: { ...console } };
  const said = { out: "", err: "" };
  console.log = (...words) => {
    said.out += `${words.join(" ")}\n`;
  };
  console.error = (...words) => {
    said.err += `${words.join(" ")}\n`;
  };
  console.warn = console.error;
  Object.assign(process.env, env, more);
  try {
    const called = await cli(["backfill", join(copy, module), ...args]);
    expect(called.out + called.err).not.toContain(STRIPE_KEY);
    return { ...called, out: said.out + called.out, err: said.err + called.err, json: called.json };
  } finally {
    Object.assign(console, before.console);
    for (const name of Object.keys(process.env)) if (!(name in before.env)) delete process.env[name];
    Object.assign(process.env, before.env);
    for (const listener of process.listeners("uncaughtException"))
      if (!before.faults.includes(listener)) process.off("uncaughtException", listener);
  }
}

describe("hookgate backfill", { timeout: 60_000 }, () => {
  it("fetches and handles missed events, reports them and ends; the next run goes on from the cursor", async () => {
    const ids = await happen();
    const first = await spawned("webhooks.mjs", ["--since", "3h"]);
    expect(first.out).toMatch(/Found +10\nHandled +7\nDuplicates +0\nIgnored +3, no handler.*\nFailed +0\ndone\n$/);
    expect([first.code, ledger()]).toEqual([0, ids]);
    expect((await run("webhooks.ts")).out).toMatch(/Since +the cursor\nFound +0\n/);
    const again = await run("webhooks.ts", ["--since", new Date(Date.now() - 10_800_000).toISOString()]);
    expect(again.out).toMatch(/Handled +0\nDuplicates +7\n/);
    expect(ledger()).toEqual(ids);
  });

  it("says without a cursor where it began, and how to look back further", async () => {
    await happen();
    const { out, code } = await run("webhooks.ts");
    expect([code, out]).toEqual([0, expect.stringMatching(/no cursor yet; --since goes back further\nFound +0/)]);
  });

  it("accepts a module with a receiver and a source; --json prints the report alone", async () => {
    const ids = await happen();
    const { json, code, err } = await run("both.ts#receiver", ["--since", "3h", "--json"]);
    expect([code, json()]).toMatchObject([
      0,
      { ok: true, state: "done", found: 10, handled: 7, ignored: 3, failed: 0 },
    ]);
    expect(err).toContain("paid ");
    expect(ledger()).toEqual(ids);
  });

  it("stops the schedule that the module itself starts", async () => {
    await happen();
    expect((await run("scheduled.ts", ["--since", "3h", "--json"])).json()).toMatchObject({ ok: true, found: 10 });
  });

  it("reads a .env file for the module", async () => {
    const dotenv = join(folder, "own.env");
    writeFileSync(dotenv, `STRIPE_API_KEY=${STRIPE_KEY}\n`);
    const { STRIPE_API_KEY: _, ...others } = env;
    env = others;
    expect((await run("webhooks.ts")).err).toMatch(/could not be loaded: TypeError: stripeEvents: apiKey is missing/);
    expect((await run("webhooks.ts", ["--env-file", dotenv])).code).toBe(0);
  });
});

it("fetches from GitHub the deliveries that failed", { timeout: 60_000 }, async () => {
  const github = await githubApi();
  const registered = { config: { url: "http://127.0.0.1:1/down", content_type: "json" }, events: ["issues"] };
  const headers = { authorization: `Bearer ${GITHUB_TOKEN}` };
  await fetch(`${github.url}/repos/acme/shop/hooks`, { method: "POST", headers, body: JSON.stringify(registered) });
  const [hookId] = github.hooks.keys();
  const guid = await github.emit("issues", { action: "opened", issue: { number: 1 } });
  const access = { GITHUB_TOKEN, GITHUB_URL: github.url, HOOK_ID: String(hookId) };
  const ended = await run("github.ts", ["--since", "1h"], access);
  expect([ended.code, ended.out]).toEqual([0, expect.stringMatching(new RegExp(`^opened ${guid}\n`, "m"))]);
  expect((await run("github.ts", ["--since", "1h", "--json"], access)).json()).toMatchObject({
    handled: 0,
    duplicates: 1,
  });
  const refused = await run("github.ts", ["--since", "1h"], { ...access, GITHUB_TOKEN: "ghp_of_somebody_else" });
  expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(/answered 401.*\nFix: Use a token/)]);
  await github.close();
});

describe("a failure exits with 1, and the next run goes on", { timeout: 60_000 }, () => {
  it("names the event whose handler failed, and handles the others of its page", async () => {
    const ids = await happen();
    const failed = await run("webhooks.ts", ["--since", "3h"], { FAIL_AT: "4" });
    expect(failed.out).toMatch(/Failed +1\n$/);
    expect(failed.err).toMatch(
      /invoice.paid "evt_\d+" ended as handler_failed[^\n]*\nFix: Find out why its handler fails/,
    );
    expect(failed.err.replace(/\s+/g, " ")).toContain("run it again without --since: it continues from the cursor");
    expect(failed.code).toBe(1);
    const mended = await run("webhooks.ts");
    expect([mended.code, ledger()]).toEqual([0, ids]);
  });

  it("counts an event that was given up as failed", async () => {
    await happen();
    const { code, json } = await run("skips.ts", ["--since", "3h", "--json"], { FAIL_AT: "4" });
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
  it.each(failures)("prints the fix and keeps the cursor where the API fails: %s", async (_name, fault, fix) => {
    const ids = await happen();
    // After the first page.
    api.fail(fault, 1, ({ query }) => query.has("starting_after"));
    const limit = fault === "hang" ? { TIMEOUT_SECONDS: "0.1" } : {};
    const ended = await run("webhooks.ts", ["--since", "3h", "--json"], limit);
    expect(ended.code).toBe(1);
    expect(ended.json()).toMatchObject({
      ok: false,
      state: "stopped",
      found: 4,
      reason: expect.stringMatching(/^Stripe could not list the events/),
      fix: expect.stringMatching(fix),
    });
    expect((await run("webhooks.ts")).code).toBe(0);
    expect(ledger()).toEqual(ids);
  });

  it("Ctrl+C ends the run after the current event, and no event is lost", async () => {
    const ids = await happen();
    const ended = await spawned("webhooks.mjs", ["--since", "3h"], {
      env: { SLOW: "1" },
      signalOn: (out) => ((out.match(/paid /g) ?? []).length >= 2 ? "SIGINT" : undefined),
    });
    expect([ended.code, ended.err]).toEqual([1, expect.stringMatching(/the run was interrupted\nFix: Run it again/)]);
    expect((await run("webhooks.ts", ["--since", "3h"])).code).toBe(0);
    expect(ledger()).toEqual(ids);
  });

  it("does nothing while another process runs the same backfill, and says so", async () => {
    const ids = await happen();
    const hold = join(folder, "hold");
    writeFileSync(hold, "");
    let begun = (): void => undefined;
    const hasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const first = spawned("webhooks.mjs", ["--since", "3h"], {
      env: { HOLD: hold },
      signalOn(out) {
        if (out.includes("the first")) begun();
        return undefined;
      },
    });
    await hasBegun;
    const second = await run("webhooks.ts");
    expect([second.code, second.err]).toEqual([
      1,
      expect.stringMatching(/another instance is running the backfill\nFix: Let the other/),
    ]);
    rmSync(hold);
    expect([(await first).code, ledger()]).toEqual([0, ids]);
  });
});

describe("misuse exits with 2 and says what to do", { timeout: 60_000 }, () => {
  const cases: readonly [string, readonly string[], RegExp][] = [
    ["a receiver without a source", ["receiver.ts"], /exports a receiver but no source/],
    ["a store in memory", ["in-memory.ts"], /would be handled again.*--without-dedupe/],
    ["a receiver without handlers", ["without-handlers.ts"], /has no handler/],
    ["several", ["several.ts"], /choose one with .*#one or .*#two/],
    [
      "an export that is not there",
      ["several.ts#three"],
      /has no export three; its exports are (?=.*\bone\b)(?=.*\breceiver\b)(?=.*\btwo\b)\w+, \w+, \w+$/m,
    ],
    ["a receiver of another installation", ["strange.ts"], /another installation of hookgate/],
    ["a module without any", ["nothing.ts"], /exports port, and no backfill: export the result/],
    ["an empty module", ["empty.ts"], /exports nothing, and/],
    ["a module that throws", ["throws.ts"], /could not be loaded: Error: DATABASE_URL is missing/],
    ["a module with a syntax error", ["syntax.ts"], /could not be loaded: .*[Ee]rror/],
  ];
  it.each(cases)("%s", async (_name, args, message) => {
    const ended = await run(args[0] ?? "", args.slice(1));
    expect([ended.code, ended.err]).toEqual([2, expect.stringMatching(message)]);
  });

  it("a module that listens on a port that is taken", async () => {
    await happen();
    const { code, out, err } = await spawned("listens.mjs", ["--since", "3h"], { env: { SLOW: "1" } });
    // 1 where the run had begun by then.
    expect([1, 2]).toContain(code);
    expect([out + err]).toEqual([expect.stringMatching(/EADDRINUSE.*listen only when it is the main module/)]);
    expect(err).not.toMatch(/ {4}at /);
  });

  it("Ctrl+C leaves a module that never finishes loading", async () => {
    const signalOn = (out: string): NodeJS.Signals | undefined => (out.includes("connecting") ? "SIGINT" : undefined);
    const { code, err } = await spawned("hangs.mjs", [], { signalOn });
    expect([code, err]).toEqual([1, expect.stringMatching(/interrupted while .* was loaded; nothing was done/)]);
  });

  it("--without-dedupe accepts a dedupe that only its process sees", async () => {
    await happen();
    const { code, json } = await run("in-memory.ts", ["--since", "3h", "--without-dedupe", "--json"]);
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

it("--since is a moment, or a span before now", () => {
  const now = Date.parse("2026-11-24T12:00:00Z");
  expect(sinceMs("24h", now)).toBe(Date.parse("2026-11-23T12:00:00Z"));
  expect(sinceMs("1.5h", now)).toBe(Date.parse("2026-11-24T10:30:00Z"));
  expect(sinceMs("7d", now)).toBe(Date.parse("2026-11-17T12:00:00Z"));
  expect(sinceMs("2026-11-24T20:59:59+09:00", now)).toBe(now - 1_000);
  expect(sinceMs("2026-11-24T12:00:00Z", now)).toBe(now);
});
