// docs/log-lines.md has every line that a receiver can write, with cause and fix.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { OUTCOMES } from "../../src/core/outcomes.js";
import { logLines } from "./log-lines.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = readFileSync(join(root, "docs/log-lines.md"), "utf8");
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "").trim()));
const lines = logLines(root);

describe("docs/log-lines.md", () => {
  it("has every warning and error of the sources", () => {
    const missing = lines.filter(({ text }) => !page.includes(text));
    expect(missing).toEqual([]);
  });

  it("finds the lines of each room that writes some", () => {
    const files = lines.map(({ file }) => file);
    for (const room of [
      "src/receiver",
      "src/stores/redis",
      "src/stores/memory",
      "src/backfill",
      "src/endpoints",
      "src/auth",
    ])
      expect(files.some((file) => file.startsWith(room))).toBe(true);
    expect(lines.length).toBeGreaterThan(40);
  });

  it("has one row for each outcome, with its status, meaning and fix", () => {
    for (const [name, { meaning, fix }] of Object.entries(OUTCOMES)) {
      const row = rows.filter(([line]) => /^`answered \S+ (\w+)`$/.exec(line ?? "")?.[1] === name);
      expect([name, row.length]).toEqual([name, 1]);
      expect(row[0]?.slice(1)).toEqual([meaning, fix === "" ? "Nothing." : fix]);
    }
  });

  it("has one row for each error code", () => {
    const sources = new Set(lines.map(({ file }) => readFileSync(join(root, file), "utf8")));
    const codes = [...sources].flatMap((source) =>
      [...source.matchAll(/new WebhookError\(\s*"(\w+)"/g)].map(([, code]) => code),
    );
    expect(codes.length).toBeGreaterThan(8);
    for (const code of codes) expect(page).toContain(`| \`${code}: `);
  });

  it("gives each line a cause and a fix", () => {
    expect(rows.length).toBeGreaterThan(70);
    expect(rows.filter((row) => row.length !== 3 || row.some((cell) => cell === ""))).toEqual([]);
  });
});
