// Compiles every-sender.ts into one file that imports the package by its name, as an application's own code does.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { appleLike } from "../../scripts/sample-chain.js";
import { describedSenders } from "../../scripts/sender-pages.js";

/** How many senders the application has. */
export const SENDERS: number = describedSenders().length;

/** Writes `app.js` into the folder. */
export async function buildApp(folder: string): Promise<void> {
  const types = describedSenders().map(({ about }) => [about.factory, about.exampleType]);
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [fileURLToPath(new URL("every-sender.ts", import.meta.url))],
    outfile: join(folder, "app.js"),
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    define: { EXAMPLE_TYPES: JSON.stringify(Object.fromEntries(types)) },
    plugins: [byName, chain],
    logLevel: "error",
  });
}

const byName: Plugin = {
  name: "by name",
  setup(build) {
    build.onResolve({ filter: /^hookgate(\/|$)/ }, ({ path }) => ({ path, external: true }));
    build.onResolve({ filter: /\/src\/body-formats\/xml\.js$/ }, () => ({
      path: "hookgate/formats/xml",
      external: true,
    }));
  },
};

/** The certificates of the samples, which the application has no files of. */
const chain: Plugin = {
  name: "chain",
  setup(build) {
    build.onLoad({ filter: /sample-chain\.ts$/ }, () => ({
      contents: `export const appleLike = () => (${JSON.stringify(appleLike())});`,
    }));
  },
};
