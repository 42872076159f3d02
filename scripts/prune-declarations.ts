// Removes from dist the declarations that no entry point reaches, and comments on those that no entry point exports.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./entry-points.js";

const folder = fileURLToPath(root);
const read = (file: string): string => readFileSync(join(folder, file), "utf8");

/** @param entries - Below the package's root: `dist/index.d.ts`. */
export function pruneDeclarations(entries: readonly string[]): void {
  const reached = new Set(entries);
  for (const file of reached) for (const next of importsOf(file, /(?:from |import\()"(\.[^"]+)"/g)) reached.add(next);
  const opened = new Set(entries);
  for (const file of opened) for (const next of importsOf(file, /^export .*from "(\.[^"]+)"/gm)) opened.add(next);
  for (const file of readdirSync(join(folder, "dist"), { recursive: true, encoding: "utf8" })) {
    const path = `dist/${file.replaceAll("\\", "/")}`;
    if (!path.endsWith(".d.ts")) continue;
    if (!reached.has(path)) rmSync(join(folder, path));
    else if (!opened.has(path)) writeFileSync(join(folder, path), withoutComments(read(path)));
  }
}

function importsOf(file: string, pattern: RegExp): readonly string[] {
  return [...read(file).matchAll(pattern)].map(([, path = ""]) =>
    posix.join(posix.dirname(file), path).replace(/\.js$/, ".d.ts"),
  );
}

/** They stand on lines of their own. */
function withoutComments(text: string): string {
  return text.replace(/^ *\/\*\*[\s\S]*?\*\/\n/gm, "").replace(/^\/\/.*\n/gm, "");
}
