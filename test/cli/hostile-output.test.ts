// Tests that no command prints control characters of senders, payloads, answers or files.
import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { sqliteInbox } from "hookgate/inbox/sqlite";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { InboxEntry } from "../../src/inbox/inbox.js";
import { plainText } from "../../src/lib/plain-text.js";
import { closeServers, serve } from "../support/listen.js";
import { cli, file, type World } from "./cli.js";

afterAll(closeServers);

/** Escape sequences, line breaks, bells, C1, bidi overrides and isolates, invisible characters, lone surrogates, tags. */
const HOSTILE =
  "a\u001b]0;owned\u0007\u001b[2J\u001b[31mred\r\nFORGED line\b\u0000\u007f\u0085\u009b31m\u00ad\u061c\u180e\u200b\u200f\u2028FORGED\u2029\u202e\u2060\u2066\ufeff\ufff9\uffff\ue000\ud800 \udc00\u{e0041}z";
/** The same for places without line breaks, such as headers. */
const HEADER = "a\u0085\u009b31m\u00adz";

/** Allowed output: printable characters and line breaks; on a terminal also colours and an overwritten line. */
const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]*$/u;
function expectPlain({ out, err }: { out: string; err: string }, isTerminal: boolean): void {
  for (const text of [out, err]) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: removes the command's own colours and line ends
    const left = isTerminal ? text.replace(/\u001b\[\d{1,2}m/g, "").replace(/\r\u001b\[K|\r(?=[█░])/g, "") : text;
    for (const line of left.split("\n")) {
      expect(line).toMatch(PRINTABLE);
      expect(line).not.toMatch(/^FORGED/);
    }
    expect(text).not.toContain("\u001b[31mred"); // the command colours other words
  }
}

const SECRET = "0123456789abcdef0123456789abcdef";
const env = { GITHUB_SECRET: SECRET, TOKEN: "ghp_0123456789abcdef" };
const sender = ["--sender", "github", "--secret-env", "GITHUB_SECRET"];
const KEY = "k".repeat(43);

const entry: InboxEntry = {
  key: KEY,
  source: HOSTILE,
  id: HOSTILE,
  type: HOSTILE,
  tenant: HOSTILE,
  timestampMs: undefined,
  receivedAtMs: Date.UTC(2026, 0, 2),
  senderAttempt: undefined,
  isVerified: true,
  headers: { "content-type": "application/json", "x-note": HOSTILE },
  body: Buffer.from(JSON.stringify({ note: HOSTILE, [HOSTILE]: 1 })),
  payloadFrom: "body",
  orderKey: undefined,
};

async function inboxOf(one: InboxEntry): Promise<string> {
  const path = file("", "events.db");
  const inbox = sqliteInbox(path);
  await inbox.put([one]);
  await new Promise<void>((resolve, reject) => {
    const work = inbox.work({
      source: one.source,
      concurrency: 1,
      onError: reject,
      onDead: () => undefined,
      async run() {
        setTimeout(() => void work.stop().then(resolve), 20);
        return { state: "dead", reason: HOSTILE };
      },
    });
  });
  await inbox.close();
  return path;
}

/** A hostile server. */
const answering =
  (status: number, body: unknown, type = "application/json"): RequestListener =>
  (_req, res) => {
    res.writeHead(status, { "content-type": type, "x-note": HEADER, location: `/${HEADER}` });
    res.end(typeof body === "string" ? body : JSON.stringify(body));
  };
const PROBLEM = { type: HOSTILE, title: HOSTILE, code: HOSTILE, detail: HOSTILE, message: HOSTILE, errors: [HOSTILE] };
const HOOK = {
  id: 1,
  name: HOSTILE,
  type: HOSTILE,
  active: true,
  events: [HOSTILE, "push"],
  config: { url: `https://example.com/${HOSTILE}`, content_type: HOSTILE, insecure_ssl: "0" },
  last_response: { code: 502, status: HOSTILE, message: HOSTILE },
};

function recorded(more: object = {}): string {
  const body = JSON.stringify({ action: HOSTILE, note: HOSTILE });
  const signature = `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;
  const headers = {
    "content-type": "application/json",
    "x-github-event": HOSTILE,
    "x-github-delivery": HOSTILE,
    "x-hub-signature-256": signature,
    "x-note": HOSTILE,
  };
  return file(JSON.stringify({ method: "POST", url: `/hooks?${HOSTILE}`, headers, body, ...more }), "recorded.json");
}

/** The arguments of a case, and where the hostile text appears in the JSON. */
interface Hostile {
  readonly args: () => Promise<readonly string[]> | readonly string[];
  readonly isIn: "json" | "none";
  readonly world?: World;
}
const url = async (listener: RequestListener): Promise<string> => `${await serve(listener)}/hooks`;
const own = (text: string): string => file(text, "own.mjs");
const AUTH = new URL("../../src/auth/index.ts", import.meta.url).href;
const INDEX = new URL("../../src/index.ts", import.meta.url).href;
const H = JSON.stringify(HOSTILE);

const CASES: Readonly<Record<string, Hostile>> = {
  "inbox list": { args: async () => ["inbox", "list", "--inbox", await inboxOf(entry)], isIn: "json" },
  "inbox show": { args: async () => ["inbox", "show", KEY, "--inbox", await inboxOf(entry)], isIn: "json" },
  "inbox show, of a body that is no JSON": {
    args: async () => [
      "inbox",
      "show",
      KEY,
      "--inbox",
      await inboxOf({ ...entry, body: Buffer.from(HOSTILE.replaceAll("\n", "")) }),
    ],
    isIn: "json",
  },
  "inbox counts": { args: async () => ["inbox", "counts", "--inbox", await inboxOf(entry)], isIn: "none" },
  "inbox redrive": { args: async () => ["inbox", "redrive", HOSTILE, "--inbox", await inboxOf(entry)], isIn: "none" },
  "inbox show of a key that is not there": {
    args: async () => ["inbox", "show", HOSTILE, "--inbox", await inboxOf(entry)],
    isIn: "json",
  },
  "verify of a valid delivery": { args: () => ["verify", ...sender, "--delivery", recorded()], isIn: "json" },
  "verify of what does not": {
    args: () => ["verify", ...sender, "--delivery", recorded({ body: JSON.stringify({ note: HOSTILE }) })],
    isIn: "none",
  },
  "verify of another sender's": {
    args: () => [
      "verify",
      ...sender,
      "--delivery",
      recorded({ headers: { "stripe-signature": HOSTILE, [HOSTILE]: "x" } }),
    ],
    isIn: "none",
  },
  "verify of an unreadable file": { args: () => ["verify", ...sender, "--delivery", file(HOSTILE)], isIn: "none" },
  "send to who accepts": {
    args: async () => ["send", await url(answering(200, PROBLEM)), ...sender, "--type", "push", "--data", `{"a":${H}}`],
    isIn: "json",
  },
  "send to who refuses": {
    args: async () => ["send", await url(answering(401, PROBLEM)), ...sender, "--type", "push"],
    isIn: "json",
  },
  "send of a type that is hostile": {
    args: async () => ["send", await url(answering(200, HOSTILE, "text/plain")), ...sender, "--type", HOSTILE],
    isIn: "none",
  },
  "send of many": {
    args: async () => ["send", await url(answering(500, PROBLEM)), ...sender, "--type", "push", "--repeat", "3"],
    isIn: "none",
  },
  "send of scenarios": {
    args: async () => [
      "send",
      await url(answering(400, PROBLEM)),
      ...sender,
      "--scenario",
      "valid",
      "--scenario",
      "unsigned",
    ],
    isIn: "none",
  },
  check: { args: async () => ["check", await url(answering(400, PROBLEM)), ...sender], isIn: "none" },
  "replay of a record": {
    args: async () => [
      "replay",
      await url(answering(401, PROBLEM)),
      ...sender,
      "--delivery",
      recorded({ headers: { "content-type": "application/json", "x-github-event": "push" } }),
    ],
    isIn: "none",
  },
  "replay of an event": {
    args: async () => [
      "replay",
      await url(answering(401, PROBLEM)),
      ...sender,
      "--inbox",
      await inboxOf({ ...entry, headers: { "content-type": "application/json", "x-github-event": "push" } }),
      KEY,
    ],
    isIn: "none",
  },
  "endpoints list": {
    args: async () => endpoints("list", await serve(answering(200, [HOOK]))),
    isIn: "json",
  },
  "endpoints list where the API fails": {
    args: async () => endpoints("list", await serve(answering(422, PROBLEM))),
    isIn: "json",
  },
  "endpoints remove, planned": {
    args: async () => endpoints("remove", await serve(answering(200, [HOOK])), HOOK.config.url, "--dry-run"),
    isIn: "json",
  },
  "endpoints ensure, planned": {
    args: async () => [
      ...endpoints("ensure", await serve(answering(200, [HOOK])), HOOK.config.url, "--dry-run"),
      ...["--events", HOSTILE, "--secret-env", "GITHUB_SECRET"],
    ],
    isIn: "json",
  },
  "endpoints rotate where the API fails": {
    args: async () => [
      ...endpoints("rotate", await serve(answering(500, PROBLEM)), HOOK.config.url, "--yes"),
      ...["--secret-env", "GITHUB_SECRET"],
    ],
    isIn: "json",
  },
  "backfill of a module that throws": {
    args: () => ["backfill", own(`throw new Error(${H});`)],
    isIn: "json",
  },
  "backfill of a source that fails": {
    args: () => [
      "backfill",
      own(`
        import { createReceiver, defineSender, json, memoryStore } from ${JSON.stringify(INDEX)};
        import { hmac } from ${JSON.stringify(AUTH)};
        const auth = hmac({ secret: "0123456789abcdef0123", signature: { header: "x-s", encoding: "hex" } });
        const sender = defineSender({ name: "own", auth, event: { id: json("id"), type: json("type") } });
        export const receiver = createReceiver(sender, { dedupe: { store: memoryStore() }, logger: { warn() {}, error() {} } }).on("*", () => undefined);
        export const source = { name: ${H}, hasDeliveryIds: true, pages: async function* () { throw new Error(${H}); } };
      `),
      "--without-dedupe",
      "--since",
      "1h",
    ],
    isIn: "json",
  },
  "senders of one's own": {
    args: () => [
      "senders",
      own(`
        import { defineSender, json } from ${JSON.stringify(INDEX)};
        import { hmac } from ${JSON.stringify(AUTH)};
        const auth = hmac({ secret: "0123456789abcdef0123", signature: { header: "x-s", encoding: "hex" } });
        export default defineSender({ name: "own", auth, event: { id: json(${H}), type: json(${H}) } });
      `),
    ],
    isIn: "json",
  },
  "senders with an unknown name": { args: () => ["senders", HOSTILE], isIn: "json" },
  "an unknown command": { args: () => [HOSTILE], isIn: "json" },
  "an unknown option": { args: () => ["send", `--x${HOSTILE}`], isIn: "json" },
  "an option's value": { args: () => ["inbox", "list", "--inbox", HOSTILE], isIn: "json" },
  help: { args: () => ["help", HOSTILE], isIn: "json" },
  completion: { args: () => ["completion", HOSTILE], isIn: "json" },
};

function endpoints(act: string, baseUrl: string, ...more: string[]): string[] {
  const at = [
    "--sender",
    "github",
    "--option",
    "repo=acme/shop",
    "--token-env",
    "TOKEN",
    "--option",
    `baseUrl=${baseUrl}`,
  ];
  return ["endpoints", act, ...more, ...at, "--option", "tries=1"];
}

beforeEach(() => {
  vi.spyOn(process, "exit").mockImplementation(() => undefined as never);
});
afterEach(() => vi.restoreAllMocks());

describe.each(Object.entries(CASES))("%s", (_, { args, isIn, world }) => {
  it("as text", async () => {
    const called = await cli(await args(), { env, ...world });
    expect(called.out + called.err).not.toBe("");
    expectPlain(called, false);
  });

  it("on a terminal, in colours", async () => {
    expectPlain(await cli(await args(), { env, isTerminal: true, ...world }), true);
  });

  it("as JSON, with the text escaped", async () => {
    const called = await cli([...(await args()), "--json"], { env, ...world });
    expectPlain(called, false);
    const told = JSON.stringify(JSON.parse(called.out));
    if (isIn === "json") expect(told).toMatch(/owned|31m/);
  });
});

it("covers every command and every action", () => {
  const folder = join(dirname(fileURLToPath(import.meta.url)), "../../src/cli/commands");
  const commands = readdirSync(folder).map((name) => name.replace(/\.ts$/, ""));
  const names = Object.keys(CASES);
  expect(commands.filter((command) => !names.some((name) => name.startsWith(command)))).toEqual([]);
  const actions = (command: string) => {
    const [, list = ""] =
      /const ACTIONS[^=]*= \{([^}]*)\}/.exec(readFileSync(join(folder, `${command}.ts`), "utf8")) ?? [];
    return list
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "");
  };
  for (const command of ["inbox", "endpoints"]) {
    expect(actions(command).length).toBeGreaterThan(2);
    for (const action of actions(command)) expect(names.join()).toContain(`${command} ${action}`);
  }
});

describe("plainText", () => {
  it("keeps visible text and escapes invisible characters like JSON", () => {
    const written = "Zoë, Ωmega, Москва, 東京, مرحبا, naïve — 50 € 😀";
    expect(plainText(written)).toBe(written);
    const escaped = plainText(HOSTILE);
    expect(escaped).toMatch(PRINTABLE);
    expect(JSON.parse(`"${escaped}"`)).toBe(HOSTILE);
  });
});
