// How is our JavaScript made? One file for each entry point, one for what they share, one for the proofs of origin: what an
// import costs is what it parses, and then the number of files.
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
    // Stack traces stay readable: white space is 0.5 ms of an import, long names 1 ms.
    minify: false,
    legalComments: "none",
    logLevel: "warning",
  });
}
