// Compiles a program of the tests into one file, which Node starts in a quarter of the time that the sources take.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll } from "vitest";

/** Below `node_modules`, where the program finds its packages. */
const CACHE = fileURLToPath(new URL("../../node_modules/.cache/hookgate-tests", import.meta.url));

/** To be called at the top of a file of tests, which removes it at its end. @returns The path of the compiled file. */
export function compiled(source: URL): string {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, "program-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, `${basename(source.pathname, ".ts")}.mjs`);
  buildSync({
    entryPoints: [fileURLToPath(source)],
    outfile,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
  });
  return outfile;
}
