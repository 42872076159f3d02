// Examples as programs: what a reader sees who starts them.
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { stripe } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { afterAll, expect, it } from "vitest";
import { compiled } from "../support/compiled.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "hookgate-examples-"));
const https = compiled(new URL("../../examples/https.ts", import.meta.url));
const children: ChildProcess[] = [];

afterAll(() => {
  for (const child of children) child.kill();
  rmSync(scratch, { recursive: true, force: true });
});

/** Starts a program and reads what it writes until that holds `last`. */
function saidBy(
  args: readonly string[],
  last: string,
  cwd: string = root,
  onSaid?: (said: string) => void,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PORT: "0", PLAIN_PORT: "0" };
    const child = spawn(process.execPath, [...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    children.push(child);
    let said = "";
    let complained = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      onSaid?.(said);
      if (said.includes(last)) resolve(said);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      complained += chunk.toString("utf8");
    });
    child.on("exit", (code) => reject(new Error(`ended with ${code} before it said ${last}: ${said}${complained}`)));
  });
}

it("npm start shows an accepted event, its duplicate, and the refusal of a forged, a stale and a foreign one", async () => {
  const said = await saidBy(["--import", "tsx", "examples/start.ts"], "Stop with Ctrl+C");
  expect(said.match(/answer: .*/g)?.map((line) => line.trim())).toEqual([
    "answer: 200",
    "answer: 200",
    "answer: 401 unauthenticated",
    "answer: 401 unauthenticated",
    "answer: 403 forbidden",
  ]);
  expect(said.match(/handler: invoice\.paid/g)).toHaveLength(1);
  expect(said).toMatch(/^curl -i http:\/\/127\.0\.0\.1:\d+\/webhooks\/stripe -H /m);
});

it("npm start prints your own deliveries with the heading first: a good one, its duplicate, a forged one and a GET", async () => {
  let sending: Promise<void> | undefined;
  async function sendOwn(url: string): Promise<void> {
    const to = createTestSender(stripe({ secret: "whsec_only_for_this_demonstration" })).to(url);
    const good = await to.send("invoice.paid", { data: { object: {} } });
    await to.send("invoice.paid", {}, { duplicateOf: good });
    await to.send("invoice.paid", {}, { wrongKey: true });
    await fetch(url);
  }
  const said = await saidBy(["--import", "tsx", "examples/start.ts"], "405 method_not_allowed", root, (text) => {
    const url = /Try it[\s\S]*curl -i (\S+) [\s\S]*Stop with Ctrl\+C/.exec(text)?.[1];
    if (url !== undefined) sending ??= sendOwn(url);
  });
  await sending;
  const own = said.slice(said.indexOf("Stop with Ctrl+C")).split("\n").slice(1);
  expect(own.filter((line) => /^Yours|handler:|answer:/.test(line)).map((line) => line.trim())).toEqual([
    "Yours: POST /webhooks/stripe",
    expect.stringMatching(/^handler: invoice\.paid evt_/),
    "answer: 200 processed",
    "Yours: POST /webhooks/stripe",
    "answer: 200 duplicate",
    "Yours: POST /webhooks/stripe",
    "answer: 401 unauthenticated",
    "Yours: GET /webhooks/stripe",
    "answer: 405 method_not_allowed",
  ]);
});

it("a started example listens, and prints its address", async () => {
  const said = await saidBy([https], "refusing on");
  expect(said).toMatch(/listening on https:\/\/localhost:\d+\/webhooks/);
});

it("commonjs.cjs loads the package by require, with the exports of package.json", async () => {
  const installed = join(scratch, "node_modules", "hookgate");
  mkdirSync(installed, { recursive: true });
  copyFileSync(join(root, "package.json"), join(installed, "package.json"));
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.startsWith("cli/"),
  );
  await build({
    entryPoints: sources.map((file) => join(root, "src", file)),
    outdir: join(installed, "dist/cjs"),
    outbase: join(root, "src"),
    format: "cjs",
    logLevel: "silent",
  });
  writeFileSync(join(installed, "dist/cjs/package.json"), '{"type":"commonjs"}');
  symlinkSync(join(root, "node_modules/express"), join(scratch, "node_modules/express"));
  copyFileSync(join(root, "examples/commonjs.cjs"), join(scratch, "commonjs.cjs"));
  const script = `
    const { app } = require("./commonjs.cjs");
    const { stripe } = require("hookgate/senders");
    const { createTestSender } = require("hookgate/testing");
    const to = createTestSender(stripe({ secret: "whsec_for_trying_it_out" })).to(app);
    const told = async (options) =>
      (await to.send("invoice.paid", {}, { path: "/webhooks/stripe", ...options })).status;
    void (async () => console.log("told", await told({ id: "evt_1" }), await told({ wrongKey: true }), "end"))();
  `;
  const said = await saidBy(["--no-warnings", "-e", script], "end", scratch);
  expect(said).toContain("paid: evt_1\n");
  expect(said).toContain("told 200 401 end");
});
