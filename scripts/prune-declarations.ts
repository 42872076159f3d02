// Removes from dist the declarations that no entry point's declarations reach.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./entry-points.js";

/** @param entries - Below the package's root: `dist/index.d.ts`. */
export function pruneDeclarations(entries: readonly string[]): void {
  const folder = fileURLToPath(root);
  const reached = new Set(entries);
  for (const file of reached) {
    const text = readFileSync(join(folder, file), "utf8");
    for (const [, path = ""] of text.matchAll(/(?:from |import\()"(\.[^"]+)"/g))
      reached.add(posix.join(posix.dirname(file), path).replace(/\.js$/, ".d.ts"));
  }
  for (const file of readdirSync(join(folder, "dist"), { recursive: true, encoding: "utf8" })) {
    const path = `dist/${file.replaceAll("\\", "/")}`;
    if (path.endsWith(".d.ts") && !reached.has(path)) rmSync(join(folder, path));
  }
}
