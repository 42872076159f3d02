// Prints what hookgate adds to an application's bundle: `npm run build && npx tsx scripts/sizes.ts`.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root, senderEntryPoints } from "./entry-points.js";

export const CASES = {
  createReceiver: 'export { createReceiver } from "hookgate";',
  "createReceiver and stripe": 'export { createReceiver } from "hookgate"; export { stripe } from "hookgate/senders";',
  "createReceiver, stripe and github":
    'export { createReceiver } from "hookgate"; export { stripe, github } from "hookgate/senders";',
  "createReceiver and kinde, whose bodies are tokens":
    'export { createReceiver } from "hookgate"; export { kinde } from "hookgate/senders";',
} as const;

export interface Size {
  readonly bytes: number;
  readonly gzipped: number;
  readonly text: string;
}

/** Bundles the source with everything in it, minified, from the package in this folder's node_modules, or from dist. */
export async function sizeOf(contents: string, app: string): Promise<Size> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: app },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    preserveSymlinks: true,
    write: false,
    logLevel: "error",
  });
  const text = outputFiles.map((file) => file.text).join("");
  return { text, bytes: Buffer.byteLength(text), gzipped: gzipSync(text, { level: 9 }).length };
}

/**
 * What each sender adds to an application's bundle, gzipped: its file, and what no other sender and no entry point uses.
 * What several share, such as the ways to verify JWTs, counts once, and not here.
 */
export async function senderSizes(): Promise<ReadonlyMap<string, number>> {
  const senders = senderEntryPoints();
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(root),
    entryPoints: ["src/index.ts", "src/auth/index.ts", "src/body-formats/xml.ts", ...senders.map((one) => one.source)],
    outbase: "src",
    outdir: "dist",
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "node",
    packages: "external",
    tsconfigRaw: {},
    write: false,
    logLevel: "error",
  });
  const sizes = senders.map(({ specifier, built }) => {
    const text = outputFiles.find(({ path }) => path.endsWith(`/${built}`))?.text ?? "";
    // Imports of what is shared are gone in an application's bundle.
    const own = text.replace(/import[^"()]*"[^"]+";?/g, "");
    return [specifier, gzipSync(own, { level: 9 }).length] as const;
  });
  return new Map(sizes.sort(([, a], [, b]) => b - a));
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href) {
  // By its place, for "hookgate" is the sources here.
  const app = mkdtempSync(join(tmpdir(), "hookgate-sizes-"));
  mkdirSync(join(app, "node_modules"));
  symlinkSync(fileURLToPath(root), join(app, "node_modules", "hookgate"));
  for (const [name, contents] of Object.entries(CASES)) {
    const { bytes, gzipped } = await sizeOf(contents, app);
    console.log(`${name.padEnd(50)} ${String(bytes).padStart(8)} bytes ${String(gzipped).padStart(7)} gzipped`);
  }
  rmSync(app, { recursive: true });
  console.log("\nWhat one more sender adds, gzipped, beside what senders share:");
  for (const [name, bytes] of await senderSizes()) console.log(`${name.padEnd(50)} ${String(bytes).padStart(8)} bytes`);
}
