// Builds the JavaScript of the package: ES modules from the sources, and the same files once more as CommonJS.
// An import costs what it parses and then the number of files, so there is one file for each entry point, one for what
// they share (core.ts), and one for the authentication schemes (`sharedBefore`).
import { readdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
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

/** Bundles the sources (`src/….ts`) into the folder, each under its path below src. Packages stay imports. */
export async function bundle(sources: readonly string[], folder: string): Promise<void> {
  await build({
    ...COMMON,
    entryPoints: [...sources],
    inject: ["scripts/core.ts"],
    plugins: [ownSources],
    outbase: "src",
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
  return path === "src/senders/index.ts" ? 'import "../auth/index.js";\n' : "";
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
      contents: sharedBefore(path) + (await readFile(resolve(folder, path), "utf8")),
      loader: "ts",
      resolveDir: folder,
    }));
  },
};

/** Not for `require`: the command runs by itself, and the page runs in a browser. */
const ESM_ONLY = /^(cli\/|inspector\/(app|sign-in)\.js$)/;

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
  await build({
    ...options,
    entryPoints: files.map((file) => `${from}/${file}`),
    outbase: from,
    outdir: to,
    define: { "import.meta.url": "IMPORT_META_URL" },
    plugins: [external],
    banner: { js: 'const IMPORT_META_URL = require("node:url").pathToFileURL(__filename).href;' },
    legalComments: "none",
  });
  writeFileSync(new URL(`${to}/package.json`, root), `${JSON.stringify({ type: "commonjs" })}\n`);
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
