// Builds the package and the application into a folder, bundled and as it is.
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { bundle } from "../../scripts/bundle.js";
import { entryPoints, root } from "../../scripts/entry-points.js";
import { appleLike } from "../../scripts/sample-chain.js";
import { ed25519Pair, p256Pair, rsaPair } from "../../scripts/sample-keys.js";

export type Form = "as it is" | "bundled";
export type Host = "node" | "lambda" | "bun" | "deno" | "workerd";

/** The package in `folder/node_modules/hookgate`, and XML beside it, which a few senders ask for. */
export async function installPackage(folder: string): Promise<void> {
  const home = join(folder, "node_modules", "hookgate");
  mkdirSync(home, { recursive: true });
  copyFileSync(new URL("package.json", root), join(home, "package.json"));
  const entries = entryPoints().filter(({ isCommand }) => !isCommand);
  await bundle(
    entries.map(({ source }) => source),
    join(home, "dist"),
  );
  symlinkSync(
    fileURLToPath(new URL("node_modules/fast-xml-parser", root)),
    join(folder, "node_modules", "fast-xml-parser"),
  );
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
}

/** Where an application stands after `buildApp`. A bundle is in a folder without packages. */
export function appFile(folder: string, host: Host, form: Form): string {
  if (form === "as it is") return join(folder, `${host}.js`);
  return join(aloneFolder(folder), `${host}.${host === "lambda" ? "cjs" : "mjs"}`);
}

export function aloneFolder(folder: string): string {
  return `${folder}-alone`;
}

/** One file: with everything in it, or with imports of the package. The package must be installed in the folder. */
export async function buildApp(folder: string, host: Host, form: Form): Promise<void> {
  const isWorker = host === "workerd";
  const outfile = appFile(folder, host, form);
  await build({
    entryPoints: [fileURLToPath(new URL(`app/${host}.ts`, import.meta.url))],
    outfile,
    bundle: true,
    // Lambda's own bundles are CommonJS.
    format: outfile.endsWith(".cjs") ? "cjs" : "esm",
    target: "es2022",
    logLevel: "error",
    // As wrangler bundles a Worker.
    platform: isWorker ? "browser" : "node",
    conditions: isWorker ? ["workerd", "worker", "browser"] : [],
    external: ["node:*"],
    plugins: [packageAt(folder, form), sampleValues],
  });
}

/** The package by its name, from the folder and not from this repository. */
function packageAt(folder: string, form: Form): Plugin {
  return {
    name: "package",
    setup(build) {
      const resolve = (path: string) =>
        form === "bundled"
          ? build.resolve(path, { resolveDir: folder, kind: "import-statement", pluginData: "resolved" })
          : { path, external: true };
      build.onResolve({ filter: /^hookgate(\/|$)/ }, ({ path, pluginData }) =>
        pluginData === "resolved" ? undefined : resolve(path),
      );
      build.onResolve({ filter: /\/src\/body-formats\/xml\.js$/ }, () => resolve("hookgate/formats/xml"));
    },
  };
}

/** The samples' key pairs and chain as they are in this process, which signs with them. */
const sampleValues: Plugin = {
  name: "sample values",
  setup(build) {
    const values = { rsaPair: rsaPair(), p256Pair: p256Pair(), ed25519Pair: ed25519Pair(), appleLike: appleLike() };
    build.onResolve({ filter: /\/sample-(keys|chain)\.js$/ }, ({ path }) => ({ path, namespace: "sample values" }));
    build.onLoad({ filter: /.*/, namespace: "sample values" }, () => ({
      contents: [
        ...Object.entries(values).map(([name, value]) => `export const ${name} = () => (${JSON.stringify(value)});`),
        "export const namedJwk = () => { throw new Error('signs on the side of the driver alone'); };",
      ].join("\n"),
    }));
  },
};

/** A Worker of the tests that imports the sources, as one file. */
export async function buildWorker(source: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL(source, import.meta.url))],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "error",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    external: ["node:*", "cloudflare:*"],
  });
}
