// Compiles programs of the tests, which Node then starts in a quarter of the time that tsx needs for the sources.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Below `node_modules`, where programs find their packages. */
const CACHE = join(ROOT, "node_modules/.cache/hookgate-tests");

/**
 * To be called at the top of a file of tests, which removes them at its end. Modules that one program imports from
 * another are compiled once, so that both have the same `hookgate`.
 *
 * @returns The paths of the compiled files, in their order.
 */
export function compileAll(sources: readonly URL[]): readonly string[] {
  mkdirSync(CACHE, { recursive: true });
  const outdir = mkdtempSync(join(CACHE, "programs-"));
  afterAll(() => rmSync(outdir, { recursive: true, force: true }));
  const files = sources.map((source) => fileURLToPath(source));
  buildSync({
    entryPoints: files,
    outdir,
    outbase: ROOT,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
  });
  return files.map((file) => join(outdir, relative(ROOT, file).replace(/\.ts$/, ".mjs")));
}

/** One program. @returns The path of the compiled file. */
export function compiled(source: URL): string {
  return compileAll([source])[0] as string;
}
