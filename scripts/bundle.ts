// How is our JavaScript made? One file for each entry point and one for what they share: files are what an import costs.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { root } from "./entry-points.js";
import { lateRows } from "./late-rows.js";

/** Bundles the sources (`src/….ts`) into the folder, each under its path below src. Packages stay imports. */
export async function bundle(sources: readonly string[], folder: string): Promise<void> {
  await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: [...sources],
    plugins: [lateRows],
    inject: ["scripts/core.ts"],
    // Our own `sideEffects: false` would leave core.ts empty.
    ignoreAnnotations: true,
    outbase: "src",
    outdir: folder,
    chunkNames: "shared/[hash]",
    tsconfig: "tsconfig.build.json",
    format: "esm",
    platform: "node",
    target: "node20",
    bundle: true,
    splitting: true,
    packages: "external",
    // Stack traces stay readable: minifying would save 1 ms of an import.
    minify: false,
    legalComments: "none",
    logLevel: "warning",
  });
}
