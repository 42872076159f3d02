// The packed tarball, as a user gets it: imported, required, and mounted.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
let app: string;

beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), "hookgate-app-"));
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--pack-destination", app], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).replace(/^[^[]*/, ""),
  ) as [{ filename: string }];
  const modules = join(app, "node_modules");
  mkdirSync(join(modules, "hookgate"), { recursive: true });
  execFileSync("tar", ["-xzf", join(app, packed.filename), "-C", join(modules, "hookgate"), "--strip-components=1"]);
  for (const name of ["express", "jose", "ipaddr.js"])
    symlinkSync(join(root, "node_modules", name), join(modules, name));
}, 120_000);
afterAll(() => rmSync(app, { recursive: true, force: true }));

const use = `
  const secret = "0123456789abcdef0123456789abcdef";
  const sender = stripe({ secret });
  const receiver = createReceiver(sender, { allow: ["127.0.0.1"] });
  receiver.on("invoice.paid", (event) => { ran.push(event.id); });
  const ran = [];
  const app = express();
  app.use("/hooks", receiver);
  const to = createTestSender(sender).to(app);
  (async () => {
    const good = await to.send("invoice.paid", {}, { id: "evt_1", path: "/hooks" });
    const again = await to.send("invoice.paid", {}, { duplicateOf: good, path: "/hooks" });
    const forged = await to.send("invoice.paid", {}, { wrongKey: true, path: "/hooks" });
    console.log(JSON.stringify({ told: [good.status, again.status, forged.status], ran }));
  })();
`;

it.each([
  [
    "import",
    "app.mjs",
    'import express from "express"; import { createReceiver } from "hookgate"; import { stripe } from "hookgate/senders"; import { createTestSender } from "hookgate/testing"; import "hookgate/auth";',
  ],
  [
    "require",
    "app.cjs",
    'const express = require("express"); const { createReceiver } = require("hookgate"); const { stripe } = require("hookgate/senders"); const { createTestSender } = require("hookgate/testing"); require("hookgate/auth");',
  ],
])("works by %s in an app of its own", (_, file, head) => {
  writeFileSync(join(app, file), head + use);
  const said = execFileSync(process.execPath, ["--no-warnings", file], {
    cwd: app,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  expect(JSON.parse(said)).toEqual({ told: [200, 200, 401], ran: ["evt_1"] });
});

it("importing hookgate and all senders loads neither jose nor ipaddr.js", () => {
  const hook =
    "data:text/javascript,export async function load(url, c, n) { process._rawDebug(url); return n(url, c); }";
  const script = 'import "hookgate"; import "hookgate/senders"; import "hookgate/auth";';
  writeFileSync(join(app, "imports.mjs"), script);
  const { stderr } = spawnSync(process.execPath, ["--no-warnings", "--loader", hook, "imports.mjs"], {
    cwd: app,
    encoding: "utf8",
  });
  expect(stderr).toMatch(/hookgate\/dist\/index\.js/);
  expect(stderr).not.toMatch(/node_modules\/(jose|ipaddr\.js)\//);
});
