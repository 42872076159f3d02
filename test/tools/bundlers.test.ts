// Every bundler builds an application of every sender from the packed tarball, without options, externals or packages of
// ours; what it wrote runs alone in an empty folder.
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FILES } from "../../scripts/fetch-runtimes.js";
import { type Packed, pack } from "../package/packed.js";
import { buildApp, SENDERS } from "./build-app.js";
import { isWithoutTools, node, ours, run, tool, write } from "./tools.js";

/** For what hangs. */
const BOUND_MS = 300_000;
let packed: Packed;

beforeAll(async () => {
  if (isWithoutTools) return;
  packed = await pack();
  write(packed.app, CONFIGS);
  await buildApp(packed.app);
}, BOUND_MS);
afterAll(() => {
  if (!isWithoutTools) rmSync(packed.app, { recursive: true, force: true });
});

const CONFIGS = {
  "package.json": '{"type":"module"}',
  "esbuild.mjs": `
    import { build } from ${JSON.stringify(ours("esbuild/lib/main.js"))};
    const [, , format, ending] = process.argv;
    const outfile = "out/esbuild-" + format + "/app." + ending;
    await build({ entryPoints: ["app.js"], bundle: true, platform: "node", format, outfile, logLevel: "warning" });`,
  "rollup.config.mjs": `
    import { nodeResolve } from ${JSON.stringify(tool("@rollup/plugin-node-resolve/dist/es/index.js"))};
    export default { input: "app.js", output: { file: "out/rollup/app.mjs" }, plugins: [nodeResolve()] };`,
  "vite.config.mjs": `
    export default { build: { ssr: "app.js", outDir: "out/vite" }, ssr: { noExternal: true } };`,
  "webpack.mjs": pack5Like("webpack/lib/index.js", "webpack"),
  "rspack.mjs": pack5Like("@rspack/core/dist/index.js", "rspack"),
};

/** The same configuration for both: the target, and where to write. */
function pack5Like(entry: string, name: string): string {
  return `
    import bundler from ${JSON.stringify(tool(entry))};
    const output = { path: import.meta.dirname + "/out/${name}", filename: "app.cjs" };
    const run = typeof bundler === "function" ? bundler : bundler.rspack;
    run({ mode: "production", target: "node", entry: "./app.js", output, context: import.meta.dirname }, (error, stats) => {
      if (error) throw error;
      const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
      for (const { message } of [...errors, ...warnings]) console.log(message);
    });`;
}

/** What is run, what it wrote, and what it may print. */
const BUNDLERS: readonly (readonly [name: string, args: readonly string[], out: string])[] = [
  ["esbuild, ESM", ["esbuild.mjs", "esm", "mjs"], "esbuild-esm/app.mjs"],
  ["esbuild, CommonJS", ["esbuild.mjs", "cjs", "cjs"], "esbuild-cjs/app.cjs"],
  ["Rollup", [tool("rollup/dist/bin/rollup"), "-c", "--silent"], "rollup/app.mjs"],
  ["webpack", ["webpack.mjs"], "webpack/app.cjs"],
  ["Rspack", ["rspack.mjs"], "rspack/app.cjs"],
  ["Vite, SSR", [tool("vite/bin/vite.js"), "build", "--logLevel", "warn"], "vite/app.js"],
  ["ncc", [tool("@vercel/ncc/dist/ncc/cli.js"), "build", "app.js", "-o", "out/ncc", "--quiet"], "ncc/index.js"],
];

describe.skipIf(isWithoutTools)("built without externals, the output alone takes and refuses every sender's", () => {
  it.each(BUNDLERS)("%s", { timeout: BOUND_MS, concurrent: true }, async (_, args, out) => {
    expect(await node(packed.app, ...args)).toBe("");
    expect(await alone(out)).toEqual({ count: SENDERS, faults: [] });
  });

  it.skipIf(!existsSync(FILES.Bun) && process.env.CI !== "true").each([
    ["esm", "app.mjs"],
    ["cjs", "app.cjs"],
  ])("bun build, %s", { timeout: BOUND_MS, concurrent: true }, async (format, file) => {
    const args = ["build", "app.js", "--target=node", `--format=${format}`, `--outfile=out/bun-${format}/${file}`];
    expect(await run(packed.app, FILES.Bun, args)).toContain(file);
    expect(await alone(`bun-${format}/${file}`)).toEqual({ count: SENDERS, faults: [] });
  });
});

/** Runs the bundler's folder in a folder of its own, far from every node_modules. */
async function alone(out: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-alone-"));
  try {
    cpSync(join(packed.app, "out", out, ".."), folder, { recursive: true });
    write(folder, { "package.json": '{"type":"module"}' });
    const printed = await node(folder, join(folder, out.split("/").at(-1) ?? ""));
    return printed.startsWith("{") ? JSON.parse(printed) : printed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
