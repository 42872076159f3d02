// Builds the JavaScript of the package: ES modules from the sources, and the same files once more as CommonJS.
// An import costs what it parses and then the number of files, so there is one file for each entry point, one for what
// they share (core.ts), and one for the authentication schemes (`sharedBefore`).
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin, transform } from "esbuild";
import { senderParts } from "./bundle-senders.js";
import { root } from "./entry-points.js";

const COMMON: BuildOptions = {
  absWorkingDir: fileURLToPath(root),
  platform: "node",
  target: "node20",
  bundle: true,
  // Stack traces stay readable: white space is 0.5 ms of an import, long names 1 ms.
  minify: false,
  logLevel: "warning",
};

/** Bundles the sources (`src/….ts`) and what senders share into the folder, each under its path below src. Packages stay imports. */
export async function bundle(sources: readonly string[], folder: string): Promise<void> {
  await build({
    ...COMMON,
    entryPoints: [...sources.map((source) => ({ in: source, out: source.slice(4, -3) })), senderParts.entry],
    inject: ["scripts/core.ts"],
    plugins: [ownSources],
    outdir: folder,
    chunkNames: "shared/[hash]",
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    format: "esm",
    splitting: true,
    packages: "external",
    legalComments: "none",
  });
}

/** Before entry points that use the schemes of `hookgate/auth`, so that they share those as one file, and not as several. */
function sharedBefore(path: string): string {
  if (/^src\/auth\/[^/]+\/index\.ts$/.test(path)) return 'import "../index.js";\n';
  return path === "src/senders/index.ts" || path === senderParts.entry.in ? 'import "../auth/index.js";\n' : "";
}

/**
 * Sources in a namespace of their own, where esbuild does not see the `sideEffects: false` of our package.json: it would
 * leave core.ts empty. `ignoreAnnotations` would too, but then no `@__PURE__` comes into dist, and users' bundlers keep all.
 */
const ownSources: Plugin = {
  name: "sources",
  setup(build) {
    const folder = fileURLToPath(root);
    build.onResolve({ filter: /^(\.{1,2}|src|scripts)\// }, ({ path, importer }) => {
      const from = importer === "" ? folder : dirname(resolve(folder, importer));
      return {
        path: relative(folder, resolve(from, path)).replaceAll("\\", "/").replace(/\.js$/, ".ts"),
        namespace: "hookgate",
      };
    });
    build.onLoad({ filter: /.*/, namespace: "hookgate" }, async ({ path }) => ({
      contents:
        sharedBefore(path) +
        (path === senderParts.entry.in ? senderParts.source : await readFile(resolve(folder, path), "utf8")),
      loader: "ts",
      resolveDir: folder,
    }));
  },
};

/** Not for `require`: the command runs by itself, and the page runs in a browser. `bundleSenders` makes the index. */
const ESM_ONLY = /^(cli\/|inspector\/(app|sign-in)\.js$|senders\/index\.js$)/;

/** The built ES modules as CommonJS, file by file. */
export async function bundleCommonJs(from: string, to: string): Promise<void> {
  const files = readdirSync(new URL(`${from}/`, root), { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll("\\", "/"))
    .filter((file) => file.endsWith(".js") && !ESM_ONLY.test(file));
  const options: BuildOptions = {
    ...COMMON,
    format: "cjs",
    // `import()` is not to be had in Jest: what is loaded late is required late.
    supported: { "dynamic-import": false },
  };
  const readsItsUrl = (file: string) =>
    readFileSync(new URL(`${from}/${file}`, root), "utf8").includes("import.meta.url");
  const one = (entries: readonly string[], more: BuildOptions = {}) =>
    build({
      ...options,
      entryPoints: entries.map((file) => `${from}/${file}`),
      outbase: from,
      outdir: to,
      plugins: [external],
      legalComments: "none",
      ...more,
    });
  await one(files.filter((file) => !readsItsUrl(file)));
  await one(files.filter(readsItsUrl), {
    define: { "import.meta.url": "IMPORT_META_URL" },
    banner: { js: 'const IMPORT_META_URL = require("node:url").pathToFileURL(__filename).href;' },
  });
  writeFileSync(new URL(`${to}/package.json`, root), `${JSON.stringify({ type: "commonjs" })}\n`);
}

/** 160 KB of prose, once in the package: the ES module re-exports the CommonJS one, which nothing else loads. */
export async function shareFacts(esm: string, commonJs: string): Promise<void> {
  const file = "senders/facts/index.js";
  const text = readFileSync(new URL(`${esm}/${file}`, root), "utf8");
  const names = /export \{([^}]+)\};\s*$/.exec(text)?.[1] ?? "";
  // The core that each entry point imports: facts need nothing of it, and a process would load it a second time.
  const alone = text.replace(/^import "[^"]+";\n/m, "");
  const { code } = await transform(alone, { format: "cjs", platform: "node", target: "node20" });
  writeFileSync(new URL(`${commonJs}/${file}`, root), code);
  writeFileSync(new URL(`${esm}/${file}`, root), `export {${names}} from "../../cjs/${file}";\n`);
}

/** Every import stays one: file by file. */
const external: Plugin = {
  name: "external",
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ path, kind }) =>
      kind === "entry-point" ? undefined : { path, external: true },
    );
  },
};
