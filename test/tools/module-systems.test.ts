// The packed tarball in every module system: compiled by TypeScript 5.9 and 7, and run by Jest, ts-jest, vitest, node:test,
// tsx and ts-node.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entryPoints, senderEntryPoints } from "../../scripts/entry-points.js";
import { type Packed, pack } from "../package/packed.js";
import { isWithoutTools, link, node, ours, tool, write } from "./tools.js";

/** For what hangs. */
const BOUND_MS = 400_000;
let packed: Packed;

beforeAll(async () => {
  if (isWithoutTools) return;
  packed = await pack();
  for (const name of ["typescript", "ts-jest", "@types/jest", "@types/node"]) link(packed.app, name, tool(name));
  for (const name of ["fastify", "vitest"]) link(packed.app, name, ours(name));
  write(packed.app, FILES);
}, 240_000);
afterAll(() => {
  if (!isWithoutTools) rmSync(packed.app, { recursive: true, force: true });
});

const specifiers = [...entryPoints().filter(({ isCommand }) => !isCommand), ...senderEntryPoints()].map(
  (entry) => entry.specifier,
);

/** Without what needs Nest 12, which is ES modules alone: Jest cannot require those. */
const requirable = specifiers.filter((one) => one !== "hookgate/nest");

const NAMES = {
  hookgate: "createReceiver, RetryLater",
  "hookgate/senders/stripe": "stripe",
  "hookgate/testing": "createTestSender",
} as const;
const imports = Object.entries(NAMES).map(([from, names]) => `import { ${names} } from "${from}";`);
const requires = Object.entries(NAMES).map(([from, names]) => `const { ${names} } = require("${from}");`);

/** Takes a genuine delivery, refuses its forgery, and knows the errors. Types only where TypeScript asks for them. */
const USE = (types: boolean) => `
  async function answers()${types ? ": Promise<unknown>" : ""} {
    const sender = stripe({ secret: "0123456789abcdef0123456789abcdef" });
    const ran${types ? ": (string | undefined)[]" : ""} = [];
    const logger = { warn() {}, error() {} };
    const receiver = createReceiver(sender, { allow: ["127.0.0.1", "::1"], logger });
    receiver.on("invoice.paid", (event) => { ran.push(event.id); });
    receiver.on("later", () => { throw new RetryLater({ afterSeconds: 7 }); });
    const to = createTestSender(sender).to(receiver);
    const genuine = await to.send("invoice.paid", {}, { id: "evt_1" });
    const forged = await to.send("invoice.paid", {}, { wrongKey: true });
    const later = await to.send("later", {});
    return [genuine.status, forged.status, later.status, ...ran];
  }
  const expected = [200, 401, 503, "evt_1"];
`;
const EXPECTS = "test('it works', async () => { expect(await answers()).toEqual(expected); });";
const ASSERTS = "answers().then((is) => console.log(JSON.stringify(is) === JSON.stringify(expected)));";

/** A use of every entry point, and of the types that a consumer meets first. */
const CONSUMER = `
  ${specifiers.map((specifier, at) => `import * as m${at} from "${specifier}";`).join("\n  ")}
  import { createReceiver, defineSender, json, memoryStore, RetryLater, type WebhookEvent } from "hookgate";
  import { hmac } from "hookgate/auth";
  import { github } from "hookgate/senders";
  import { stripe } from "hookgate/senders/stripe";
  const secret = "0123456789abcdef0123456789abcdef";
  const receiver = createReceiver(stripe({ secret }), { allow: ["::1"], dedupe: { store: memoryStore() } });
  receiver.on("invoice.paid", async (event, context) => {
    const id: string | undefined = event.id;
    const object: Record<string, unknown> = event.payload.data.object;
    // @ts-expect-error: the event is typed, and its type is a text
    const wrong: number = event.type;
    if (context.attempt > 3) throw new RetryLater({ afterSeconds: 5 });
    void [id, object, wrong];
  });
  createReceiver(github({ secret }));
  const auth = hmac({ secret, signature: { header: "x-signature", encoding: "hex" } });
  createReceiver(defineSender({ name: "own", auth, event: { id: json("id"), type: json("type") } }));
  export const modules = [${specifiers.map((_, at) => `m${at}`).join(", ")}];
  export type Event = WebhookEvent;
`;

const TSCONFIG = { strict: true, target: "es2022", esModuleInterop: true, types: ["node", "jest"] };
const COMMONJS = JSON.stringify({ compilerOptions: { ...TSCONFIG, module: "commonjs", moduleResolution: "node10" } });

const FILES = {
  "esm/package.json": '{"type":"module"}',
  "esm/use.ts": CONSUMER,
  "cjs/package.json": "{}",
  "cjs/use.ts": CONSUMER,
  "jest/package.json": "{}",
  "jest/a.test.js": [...requires, USE(false), EXPECTS].join("\n"),
  "jest/every.test.js": `test.each(${JSON.stringify(requirable)})("%s", (name) => { expect(Object.keys(require(name)).length).toBeGreaterThan(0); });`,
  "ts-jest/package.json": '{"jest":{"preset":"ts-jest"}}',
  "ts-jest/tsconfig.json": COMMONJS,
  "ts-jest/a.test.ts": [...imports, USE(true), EXPECTS].join("\n"),
  "vitest/package.json": '{"type":"module"}',
  "vitest/vitest.config.js": "export default { root: import.meta.dirname, test: { include: ['*.test.js'] } };",
  "vitest/a.test.js": ['import { expect, test } from "vitest";', ...imports, USE(false), EXPECTS].join("\n"),
  "node-test/a.test.mjs": [
    'import test from "node:test"; import assert from "node:assert";',
    ...imports,
    USE(false),
    "test('it works', async () => { assert.deepEqual(await answers(), expected); });",
  ].join("\n"),
  "node-test/b.test.cjs": [
    'const test = require("node:test"); const assert = require("node:assert");',
    ...requires,
    USE(false),
    "test('it works', async () => { assert.deepEqual(await answers(), expected); });",
  ].join("\n"),
  "tsx/esm.mts": [...imports, USE(true), ASSERTS].join("\n"),
  "tsx/cjs.cts": [...imports, USE(true), ASSERTS].join("\n"),
  "ts-node/package.json": "{}",
  "ts-node/tsconfig.json": COMMONJS,
  "ts-node/a.ts": [...imports, USE(true), ASSERTS].join("\n"),
};

/** Of `tsc --module --moduleResolution`, in a folder of CommonJS or of ES modules. TypeScript 7 knows no node10. */
const COMPILATIONS = [
  ["5.9", "commonjs", "node10", "cjs"],
  ["5.9", "node16", "node16", "cjs"],
  ["5.9", "nodenext", "nodenext", "esm"],
  ["5.9", "esnext", "bundler", "esm"],
  ["7", "node16", "node16", "cjs"],
  ["7", "node16", "node16", "esm"],
  ["7", "nodenext", "nodenext", "cjs"],
  ["7", "nodenext", "nodenext", "esm"],
  ["7", "esnext", "bundler", "esm"],
  ["7", "commonjs", "bundler", "cjs"],
] as const;

describe.skipIf(isWithoutTools)("TypeScript compiles a consumer of every entry point, libraries checked", () => {
  it.each(COMPILATIONS)("%s, %s by %s, %s", { concurrent: true, timeout: BOUND_MS }, async (version, ...how) => {
    const [module, moduleResolution, folder] = how;
    const tsc = version === "7" ? ours("typescript/bin/tsc") : tool("typescript/bin/tsc");
    const flags = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--esModuleInterop", "--types", "node"];
    const targets = ["--skipLibCheck", "false", "--target", "es2022", "--lib", "es2023"];
    const modules = ["--module", module, "--moduleResolution", moduleResolution];
    expect(await node(join(packed.app, folder), tsc, ...flags, ...targets, ...modules, "use.ts")).toBe("");
  });
});

describe.skipIf(isWithoutTools)("a receiver takes what is genuine and refuses what is forged, run by", () => {
  const at = (folder: string) => join(packed.app, folder);
  const ended = { timeout: BOUND_MS, concurrent: true };

  it("Jest as it comes, which can require every entry point but hookgate/nest", ended, async () => {
    expect(await node(at("jest"), tool("jest/bin/jest.js"), "--ci", "--json")).toContain(
      `"numPassedTests":${requirable.length + 1},`,
    );
  });

  it("ts-jest as it comes", ended, async () => {
    expect(await node(at("ts-jest"), tool("jest/bin/jest.js"), "--ci", "--json")).toContain('"numPassedTests":1,');
  });

  it("vitest", ended, async () => {
    expect(await node(at("vitest"), ours("vitest/vitest.mjs"), "run", "--reporter=json")).toContain(
      '"numPassedTests":1,',
    );
  });

  it.each(["a.test.mjs", "b.test.cjs"])("node:test, %s", ended, async (file) => {
    expect(await node(at("node-test"), "--test", "--test-reporter=tap", file)).toMatch(/^# pass 1$/m);
  });

  it.each(["esm.mts", "cjs.cts"])("tsx, %s", ended, async (file) => {
    expect(await node(at("tsx"), ours("tsx/dist/cli.mjs"), file)).toBe("true\n");
  });

  it("ts-node", ended, async () => {
    expect(await node(at("ts-node"), tool("ts-node/dist/bin.js"), "a.ts")).toBe("true\n");
  });
});
