// The packed tarball, as a user gets it: what is in it, and imported, required, and mounted.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EntryPoint, entryPoints, root, senderEntryPoints } from "../../scripts/entry-points.js";
import { keptBy } from "../../scripts/mark-pure.js";
import { CASES, senderSizes, sizeOf } from "../../scripts/sizes.js";
import { effectsScript } from "./effects.js";
import { loadedLaterBy, type Packed, pack, reachedFrom } from "./packed.js";

const senders: readonly EntryPoint[] = senderEntryPoints();
const entries: readonly EntryPoint[] = [...entryPoints(), ...senders];
/** What the inspector's middleware reads and sends to a browser. */
const page: readonly string[] = ["dist/inspector/app.css", "dist/inspector/app.js", "dist/inspector/sign-in.js"];
const commands = entries.filter(({ isCommand }) => isCommand);
const opened = entries.filter(({ isCommand }) => !isCommand);
/** What every application loads. */
const core: readonly EntryPoint[] = opened.filter(({ specifier }) => /^hookgate(\/senders|\/auth)?$/.test(specifier));
let packed: Packed;

beforeAll(async () => {
  packed = await pack();
}, 240_000);
afterAll(() => rmSync(packed.app, { recursive: true, force: true }));

const read = (file: string): string => readFileSync(join(packed.folder, file), "utf8");

/** What is opened, each file once, for all of these. */
function reachedByAll(specifiers: readonly string[]): readonly string[] {
  const built = opened.filter(({ specifier }) => specifiers.includes(specifier)).map((entry) => entry.built);
  return [...new Set(built.flatMap((file) => [...reachedFrom(file, packed).files]))];
}

/** Which values the sender's file gives to src/senders/index.ts. */
function valuesOf(source: string): readonly string[] {
  const index = readFileSync(new URL("src/senders/index.ts", root), "utf8");
  const from = source.replace("src/senders/", "./").replace(/\.ts$/, ".js");
  return [...index.matchAll(/^export \{([^}]+)\} from "([^"]+)";$/gm)]
    .filter(([, , path]) => path === from)
    .flatMap(([, names = ""]) => names.split(",").map((name) => name.trim()))
    .filter((name) => name !== "" && !name.startsWith("type "));
}

function run(file: string, source: string): string {
  writeFileSync(join(packed.app, file), source);
  return execFileSync(process.execPath, ["--no-warnings", file], { cwd: packed.app, encoding: "utf8", stdio: "pipe" });
}

describe("the tarball", () => {
  it("holds each entry point, and its declarations", () => {
    for (const { built } of entries) expect(packed.files).toContain(built);
    for (const { built } of opened) {
      const commonJs = built.replace(/^dist\//, "dist/cjs/");
      expect(packed.files).toContain(built.replace(/\.js$/, ".d.ts"));
      expect(packed.files).toContain(commonJs);
      expect(packed.files).toContain(commonJs.replace(/\.js$/, ".d.ts"));
    }
  });

  it("names the declarations of each entry point for resolvers that know no exports", () => {
    const { exports, typesVersions } = JSON.parse(read("package.json")) as {
      exports: Record<string, string | null | { require: { types: string } }>;
      typesVersions: { "*": Record<string, readonly string[]> };
    };
    const wanted = Object.entries(exports).flatMap(([path, target]) =>
      typeof target === "string" || target === null || path === "."
        ? []
        : [[path.slice(2), [target.require.types]] as const],
    );
    expect(typesVersions["*"]).toEqual(Object.fromEntries(wanted));
  });

  it("holds dist and the texts, and neither sources nor tests", () => {
    const others = packed.files.filter(
      (file) => !/^(dist\/.+\.(js|d\.ts)|docs\/.+\.md)$/.test(file) && !page.includes(file),
    );
    const texts = [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "dist/cjs/package.json",
      "docs/polling.svg",
      "llms.txt",
      "migrations/postgres/0001.sql",
      "package.json",
    ];
    expect(others).toEqual(texts);
    expect(packed.files.filter((file) => file.includes(".test."))).toEqual([]);
  });

  it("holds no JavaScript that no entry point needs", () => {
    const files = entries.flatMap(({ built }) => [...reachedFrom(built, packed).files]);
    const later = files.flatMap((file) =>
      loadedLaterBy(file, packed).flatMap((one) => [...reachedFrom(one, packed).files]),
    );
    const needed = new Set([...page, ...files, ...later]);
    const esm = packed.files.filter((file) => file.endsWith(".js") && !file.startsWith("dist/cjs/"));
    expect(esm.filter((file) => !needed.has(file))).toEqual([]);
    const twin = (file: string): string => file.replace("dist/cjs/", "dist/");
    const commonJs = packed.files.filter((file) => /^dist\/cjs\/(?!vendor\/).+\.js$/.test(file));
    expect(commonJs.filter((file) => !esm.includes(twin(file)))).toEqual([]);
  });

  it("imports no package but the optional peer of an entry point of its own, and makes no require for itself", () => {
    const peers: Readonly<Record<string, readonly string[]>> = {
      "@nestjs/core": ["hookgate/nest"],
      "@opentelemetry/api": ["hookgate/otel"],
      bullmq: ["hookgate/inbox/bullmq"],
      "fast-xml-parser": ["hookgate/formats/xml"],
    };
    const { peerDependenciesMeta, dependencies } = JSON.parse(read("package.json")) as {
      peerDependenciesMeta: Record<string, { optional: boolean }>;
      dependencies?: object;
    };
    expect(dependencies).toBeUndefined();
    for (const { specifier, built } of entries.filter(({ isCommand }) => !isCommand)) {
      const { files } = reachedFrom(built, packed);
      const all = [...files, ...[...files].flatMap((file) => loadedLaterBy(file, packed))];
      const texts = all.map(read).join("\n");
      const packages = [...texts.matchAll(/(?:import\(|import |from |require\()"(?!\.|node:|hookgate\/)([^"]+)"/g)];
      const allowed = Object.keys(peers).filter((name) => peers[name]?.includes(specifier));
      expect([specifier, [...new Set(packages.map(([, name]) => name))]]).toEqual([specifier, allowed]);
      expect(texts).not.toMatch(/(from |require\()"node:module"|import\((?!")|require\((?!")/);
    }
    for (const name of Object.keys(peers)) expect(peerDependenciesMeta[name]).toEqual({ optional: true });
  });

  // The goal is 900,000, and is missed: ES modules take 415 KB, the CommonJS build beside them 370, declarations with their
  // doc comments 140, guides 70. Source maps, generated pages, pictures and examples are left out.
  it("weighs at most 1,025,000 bytes", () => {
    expect(packed.bytes).toBeLessThanOrEqual(1_025_000);
  });

  it("names no path of the machine that built it", () => {
    const places = [fileURLToPath(root), `${homedir()}/`].filter((place) => place.length > 2);
    for (const file of packed.files)
      for (const place of places) expect(read(file).includes(place), `${file} names ${place}`).toBe(false);
  });

  it.skipIf(commands.length === 0)("holds commands that a shell can run", () => {
    for (const { built } of commands) {
      expect(read(built)).toMatch(/^#!\/usr\/bin\/env node\n/);
      expect(statSync(join(packed.folder, built)).mode & 0o111).not.toBe(0);
    }
  });
});

describe("importing", () => {
  it("loads three builtins that cost little for hookgate with senders and auth, and no package", () => {
    const imports = core.flatMap(({ built }) => [...reachedFrom(built, packed).imports]);
    expect([...new Set(imports)].sort()).toEqual(["node:buffer", "node:crypto", "node:diagnostics_channel"]);
  });

  it("loads no package for hookgate with senders and auth", () => {
    const hook =
      "data:text/javascript,export async function load(url, c, n) { process._rawDebug(url); return n(url, c); }";
    const script = 'import "hookgate"; import "hookgate/senders"; import "hookgate/auth";';
    writeFileSync(join(packed.app, "imports.mjs"), script);
    const { stderr } = spawnSync(process.execPath, ["--no-warnings", "--loader", hook, "imports.mjs"], {
      cwd: packed.app,
      encoding: "utf8",
    });
    expect(stderr).toMatch(/hookgate\/dist\/index\.js/);
    expect(stderr).not.toMatch(/node_modules\/(?!hookgate\/)/);
  });

  it("brings no builtin module with it but those that node:crypto needs", () => {
    const source = `
      const before = new Set(process.moduleLoadList);
      await import("hookgate"); await import("hookgate/senders"); await import("hookgate/auth");
      const names = process.moduleLoadList.filter((name) => !before.has(name) && /^NativeModule (?!internal\\/)/.test(name));
      console.log(JSON.stringify(names.map((name) => name.replace("NativeModule ", ""))));
    `;
    // Which of them a bare Node has already loaded differs by version.
    const known = ["crypto", "diagnostics_channel", "module", "stream", "stream/promises", "string_decoder"];
    const loaded = JSON.parse(run("builtins.mjs", source)) as string[];
    expect(loaded).toContain("crypto");
    expect(loaded.filter((name) => !known.includes(name))).toEqual([]);
  });

  // Parsing is most of what an import costs, 50 MB a second. Who raises these measures it: npm run bench -- import-time
  it.each([
    ["hookgate", ["hookgate"], 2, 288_000],
    ["hookgate and a sender of all", ["hookgate", "hookgate/senders"], 5, 850_000],
    ["hookgate, a sender of all, and auth", ["hookgate", "hookgate/senders", "hookgate/auth"], 6, 850_000],
  ])("opens few files for %s, and parses few bytes", (_, specifiers, mostFiles, mostBytes) => {
    const files = reachedByAll(specifiers);
    expect(files.length).toBeLessThanOrEqual(mostFiles);
    expect(files.reduce((sum, file) => sum + read(file).length, 0)).toBeLessThanOrEqual(mostBytes);
  });

  it.each([
    ["hookgate/auth/http-signature", "messageSignature", ["Signature-Input", "@target-uri"]],
    ["hookgate/auth/client-certificate", "clientCertificate", ["url-encoded-pem", "fingerprint256"]],
  ])(
    "%s is loaded by no other entry point, and shares the other schemes with hookgate/auth",
    (specifier, name, marks) => {
      const texts = (specifiers: readonly string[]) => reachedByAll(specifiers).map(read).join("\n");
      const others = texts(opened.map((entry) => entry.specifier).filter((one) => one !== specifier));
      for (const mark of marks) {
        expect(texts([specifier])).toContain(mark);
        expect(others).not.toContain(mark);
      }
      expect(reachedByAll([specifier, "hookgate/auth", "hookgate/senders"]).length).toBe(6);
      const log = `console.log(typeof one.${name}, "${name}" in auth)`;
      const imported = `import * as one from "${specifier}"; import * as auth from "hookgate/auth"; ${log}`;
      const required = `const one = require("${specifier}"); const auth = require("hookgate/auth"); ${log}`;
      expect(run("own-entry.mjs", imported)).toBe("function false\n");
      expect(run("own-entry.cjs", required)).toBe("function false\n");
    },
  );

  it("parses text of ASCII alone for hookgate with senders and auth: all other takes V8 twice the memory", () => {
    const files = reachedByAll(core.map(({ specifier }) => specifier));
    expect(files.filter((file) => /[^\0-\x7f]/.test(read(file)))).toEqual([]);
  });

  it("has no effect that anybody could see: bundlers may leave out what is not used", () => {
    // Nest itself defines globals.
    const specifiers = opened.map(({ specifier }) => specifier).filter((one) => one !== "hookgate/nest");
    expect(JSON.parse(run("effects.mjs", effectsScript(specifiers)))).toEqual([]);
    const planted =
      "globalThis.x = 1; process.on('exit', () => {}); setInterval(() => {}, 1e6); Array.prototype.y = 1;";
    const seen = JSON.parse(run("effects.mjs", effectsScript([], planted))) as string[][];
    expect(seen.map(([, , what]) => what).sort()).toEqual([
      "Array.prototype y",
      "active Timeout",
      "global x",
      "on exit",
    ]);
  });

  it.each(opened.filter((entry) => !senders.includes(entry)))(
    "needs no package that is not a dependency, for $specifier",
    ({ specifier }) => {
      expect(run("import.mjs", `import ${JSON.stringify(specifier)};`)).toBe("");
      expect(run("require.cjs", `require(${JSON.stringify(specifier)});`)).toBe("");
    },
  );

  it("gives each sender from an entry point of its own, by import and by require", () => {
    const exported = senders.map(({ source, specifier }) => [specifier, valuesOf(source)] as const);
    const check = `
      for (const [specifier, names] of ${JSON.stringify(exported)}) {
        const one = await load(specifier);
        const missing = names.filter((name) => typeof one[name] !== typeof all[name] || one[name] === undefined);
        if (missing.length > 0 || names.length === 0) console.log(specifier, missing);
      }
      const known = new Set(${JSON.stringify([...exported.flatMap(([, names]) => names), "isSenderFactory"])});
      console.log(Object.keys(all).filter((name) => !known.has(name)));
    `;
    const imported = `import * as all from "hookgate/senders"; const load = (name) => import(name);`;
    const required = `const all = require("hookgate/senders"); const load = (name) => require(name);`;
    expect(run("each.mjs", imported + check)).toBe("[]\n");
    expect(run("each.cjs", `${required} (async () => { ${check} })();`)).toBe("[]\n");
  });

  it("loads one sender by its entry point, and no other", () => {
    const [{ built } = { built: "" }] = senders.filter(({ specifier }) => specifier === "hookgate/senders/stripe");
    const { files } = reachedFrom(built, packed);
    expect([...files].filter((file) => file.startsWith("dist/senders/"))).toEqual(["dist/senders/stripe.js"]);
    expect(files.size).toBeLessThanOrEqual(5);
  });

  it.each(["hookgate/senders/index", "hookgate/senders/shared/factory", "hookgate/senders/facts/stripe"])(
    "does not open what stands beside the senders: %s",
    (specifier) => {
      const source = `try { require(${JSON.stringify(specifier)}); } catch ({ code }) { console.log(code); }`;
      expect(run("closed.cjs", source)).toBe("ERR_PACKAGE_PATH_NOT_EXPORTED\n");
    },
  );
});

describe("what an application's bundle takes of it, with everything bundled in and gzipped", () => {
  // The goals are 42,000 and 60,000: where most deliveries are received, in functions, cold starts parse all of it. The
  // first is missed: of 46,000 bytes about 9,000 are texts that say what to do, and 6,500 names of members.
  it.each([
    ["createReceiver", 46_500],
    ["createReceiver and stripe", 60_000],
    ["createReceiver and kinde, whose bodies are tokens", 69_000],
  ] as const)("%s: at most %i bytes", async (name, most) => {
    expect((await sizeOf(CASES[name], packed.app)).gzipped).toBeLessThanOrEqual(most);
  });

  it("is the same from an entry point of the sender's own", async () => {
    const own = CASES["createReceiver and stripe"].replace('"hookgate/senders"', '"hookgate/senders/stripe"');
    const [all, one] = [await sizeOf(CASES["createReceiver and stripe"], packed.app), await sizeOf(own, packed.app)];
    expect(Math.abs(all.gzipped - one.gzipped)).toBeLessThanOrEqual(200);
  });

  it("keeps nothing of a file of which nothing is used, not by its statements either", async () => {
    const files = reachedByAll(core.map(({ specifier }) => specifier));
    const kept = await Promise.all(files.map(async (file) => [file, await keptBy(read(file))] as const));
    expect(kept.filter(([, names]) => names.length > 0)).toEqual([]);
    expect(await keptBy("var a = { ...b }; var b = {}; var c = 1;")).toEqual(["a", "b"]);
  });

  it("each sender's own part is at most 2,000 bytes", async () => {
    const sizes = await senderSizes();
    expect(sizes.size).toBe(senders.length);
    expect([...sizes].filter(([, bytes]) => bytes > 2_000 || bytes < 50)).toEqual([]);
  });

  it("one more sender adds at most 2,000 bytes, and brings no other with it", async () => {
    const one = await sizeOf(CASES["createReceiver and stripe"], packed.app);
    const two = await sizeOf(CASES["createReceiver, stripe and github"], packed.app);
    expect(two.gzipped - one.gzipped).toBeLessThanOrEqual(2_000);
    expect(one.text).toContain("stripe-signature");
    for (const header of ["x-hub-signature-256", "x-shopify-hmac-sha256", "x-twilio-signature", "x-amz-sns"])
      expect(one.text).not.toContain(header);
  });
});

it("serves the inspector's page, which is not among what the application loads", () => {
  const source = `
    import { createServer } from "node:http";
    import { createReceiver } from "hookgate";
    import { inspector } from "hookgate/inspector";
    import { stripe } from "hookgate/senders";
    const token = "0123456789abcdef0123456789abcdef";
    const server = createServer(inspector(createReceiver(stripe({ secret: "whsec_0123456789abcdef" })), { token }));
    server.listen(0, "127.0.0.1", async () => {
      const base = "http://127.0.0.1:" + server.address().port;
      const told = [];
      for (const path of ["/", "/sign-in.js", "/api/state"]) told.push((await fetch(base + path)).status);
      const session = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ token }) };
      const cookie = (await fetch(base + "/session", session)).headers.get("set-cookie").split(";")[0];
      for (const path of ["/", "/app.js", "/app.css", "/api/state"])
        told.push((await fetch(base + path, { headers: { cookie } })).status);
      console.log(JSON.stringify(told));
      server.close();
    });
  `;
  expect(JSON.parse(run("inspect.mjs", source))).toEqual([401, 200, 401, 200, 200, 200, 200]);
  const reached = core.flatMap(({ built }) => [...reachedFrom(built, packed).files]);
  expect(reached.filter((file) => read(file).includes("hookgate inspector"))).toEqual([]);
});

const USE = `
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
    'import express from "express"; import { createReceiver } from "hookgate"; import { stripe } from "hookgate/senders"; import { createTestSender } from "hookgate/testing";',
  ],
  [
    "require",
    "app.cjs",
    'const express = require("express"); const { createReceiver } = require("hookgate"); const { stripe } = require("hookgate/senders"); const { createTestSender } = require("hookgate/testing");',
  ],
])("works by %s in an app of its own", (_, file, head) => {
  expect(JSON.parse(run(file, head + USE))).toEqual({ told: [200, 200, 401], ran: ["evt_1"] });
});

/** Each a receiver, with what it needs from the other build. */
const MIXED = {
  "a required receiver in an imported world": `
    import { createRequire } from "node:module";
    import express from "express";
    import * as other from "hookgate";
    import { header, RetryLater } from "hookgate";
    import { allOf, hmac, staticToken } from "hookgate/auth";
    import { createTestSender } from "hookgate/testing";
    const require = createRequire(import.meta.url);
    const { createReceiver, defineSender, json } = require("hookgate");
  `,
  "an imported receiver in a required world": `
    import { createRequire } from "node:module";
    import express from "express";
    import * as other from "hookgate";
    import { createReceiver, defineSender, json } from "hookgate";
    const require = createRequire(import.meta.url);
    const { header, RetryLater } = require("hookgate");
    const { allOf, hmac, staticToken } = require("hookgate/auth");
    const { createTestSender } = require("hookgate/testing");
  `,
};

it.each(Object.entries(MIXED))("%s: errors, schemes, locators and test senders work together", (_, head) => {
  const use = `
    const secret = "0123456789abcdef0123456789abcdef";
    const sender = defineSender({
      name: "erp",
      auth: allOf(
        hmac({ secret, signature: { header: "x-signature", encoding: "hex" } }),
        staticToken({ token: secret, at: header("x-token") }),
      ),
      event: { id: json("id"), type: json("type") },
    });
    const problems = [];
    const receiver = createReceiver(sender, { onError: (error) => problems.push(error instanceof other.WebhookError) });
    receiver.on("later", () => { throw new RetryLater({ afterSeconds: 7 }); });
    receiver.on("broken", () => { throw new Error("x"); });
    receiver.on("fine", () => {});
    const to = createTestSender(sender).to(receiver);
    const told = [];
    for (const type of ["fine", "later", "broken"]) {
      const { status, headers } = await to.send(type, { id: type, type });
      told.push([status, new Headers(headers).get("retry-after")]);
    }
    const forged = await to.send("fine", { id: "f", type: "fine" }, { wrongKey: true });
    console.log(JSON.stringify({ told, forged: forged.status, problems }));
  `;
  expect(JSON.parse(run("mixed.mjs", head + use))).toEqual({
    told: [
      [200, null],
      [503, "7"],
      [500, null],
    ],
    forged: 401,
    problems: [true],
  });
});
