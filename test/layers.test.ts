// Imports point down a list of rooms, and no file imports itself by a detour.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const SOURCE = resolve(dirname(fileURLToPath(import.meta.url)), "../src");

/** The rooms of src/, top to bottom. Rooms of one floor do not import each other. `.` holds the two files of the root. */
const FLOORS: readonly (readonly string[])[] = [
  ["cli"],
  ["adapters", "backfill", "endpoints", "inspector", "otel", "testing"],
  ["."],
  ["diagnosis", "receiver"],
  ["ip", "senders", "test-sender"],
  ["auth", "inbox", "sender"],
  ["body-formats", "dedupe"],
  ["core", "stores"],
  ["lib"],
];
const ROOT_FILES = ["create-receiver.ts", "index.ts"];

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"));
const known = new Set(files);

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(SOURCE, file), "utf8").replace(/^\s*\*.*$/gm, "");
  return [...text.matchAll(/(?:from |import\(|import )"(\.{1,2}\/[^"]+)"/g)].flatMap(([, target = ""]) => {
    const path = relative(SOURCE, resolve(SOURCE, dirname(file), target)).replaceAll("\\", "/");
    const to = [path.replace(/\.js$/, ".ts"), path.replace(/\.js$/, ".tsx"), path].find((one) => known.has(one));
    return to === undefined ? [] : [{ from: file, to }];
  });
}

const imports = files.flatMap(importsOf);
const roomOf = (file: string): string => (file.includes("/") ? (file.split("/")[0] as string) : ".");

/** Groups that import each other in a circle, where `keyOf` says what belongs together. */
function cycles(keyOf: (file: string) => string): readonly string[] {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    if (keyOf(from) === keyOf(to)) continue;
    next.set(keyOf(from), (next.get(keyOf(from)) ?? new Set()).add(keyOf(to)));
  }
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (key: string, path: readonly string[]): void => {
    if (path.includes(key)) found.push([...path.slice(path.indexOf(key)), key].join(" -> "));
    if (path.includes(key) || done.has(key)) return;
    for (const to of next.get(key) ?? []) visit(to, [...path, key]);
    done.add(key);
  };
  for (const key of next.keys()) visit(key, []);
  return found;
}

describe("imports point down", () => {
  it("every file of src is in a room of the list", () => {
    const rooms = new Set(FLOORS.flat());
    expect(files.filter((file) => !rooms.has(roomOf(file)))).toEqual([]);
    expect([...rooms].filter((room) => !files.some((file) => roomOf(file) === room))).toEqual([]);
    expect(files.filter((file) => roomOf(file) === ".")).toEqual(ROOT_FILES);
  });

  it("a room imports from lower floors only", () => {
    const floorOf = (file: string): number => FLOORS.findIndex((floor) => floor.includes(roomOf(file)));
    const wrong = imports.filter(({ from, to }) => roomOf(from) !== roomOf(to) && floorOf(from) >= floorOf(to));
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
    expect(imports.length).toBeGreaterThan(1000);
  });

  it.each([
    ["file", (file: string) => file],
    ["folder", dirname],
    ["room", roomOf],
  ])("no %s imports itself by a detour", (_, keyOf) => {
    expect(cycles(keyOf)).toEqual([]);
  });
});
