// Imports point down: what only the command line, the inspector or the endpoints need stands beside no one else's code.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const SOURCE = resolve(dirname(fileURLToPath(import.meta.url)), "../src");

/** Folders that nobody imports from but themselves, and who else may. */
const TOPS: Readonly<Record<string, readonly string[]>> = {
  cli: [],
  endpoints: ["cli"],
  backfill: ["cli"],
  inspector: [],
};
/** Shared by those above; they know none of them. */
const SHARED = ["probes", "variants", "api"];

interface Import {
  readonly from: string;
  readonly file: string;
  readonly to: string;
}

function folderOf(path: string): string {
  return relative(SOURCE, path).split("/")[0] ?? "";
}

const imports: readonly Import[] = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name))
  .flatMap((name) => {
    const text = readFileSync(join(SOURCE, name), "utf8");
    const targets = [...text.matchAll(/(?:from |import\(|import )"(\.{1,2}\/[^"]+)"/g)].map(
      ([, target = ""]) => target,
    );
    return targets.map((target) => ({
      from: folderOf(join(SOURCE, name)),
      file: name,
      to: folderOf(resolve(SOURCE, dirname(name), target)),
    }));
  });

describe("imports point down", () => {
  it.each(Object.entries(TOPS))("nothing below imports from %s", (top, others) => {
    const wrong = imports.filter(({ from, to }) => to === top && from !== top && !others.includes(from));
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });

  it.each(SHARED)("%s imports nothing from above", (shared) => {
    const wrong = imports.filter(({ from, to }) => from === shared && Object.hasOwn(TOPS, to));
    expect(wrong.map(({ file }) => file)).toEqual([]);
    expect(imports.some(({ to }) => to === shared)).toBe(true);
  });
});
