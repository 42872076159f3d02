import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { outcomeTable } from "../scripts/outcome-table.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

it("README's table of outcomes is the one that the code uses", () => {
  expect(readme).toContain(outcomeTable());
});

it.each(readme.match(/\]\((?!http)[^)]+\)/g) ?? [])("README's link %s leads somewhere", (link) => {
  expect(() => readFileSync(new URL(`../${link.slice(2, -1)}`, import.meta.url))).not.toThrow();
});
