// SECURITY.md promises nothing that no test holds: each sentence names its test, and the test is there.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("SECURITY.md", root), "utf8");
const HELD_BY = /<!-- test: (\S+) "([^"]*)" -->/g;

const held = [...page.matchAll(HELD_BY)].map(([, file = "", name = ""]) => ({ file, name }));

/** The items of a list under a heading, its sub-headings included. */
function itemsUnder(heading: string): readonly string[] {
  const [, text = ""] = page.split(`\n## ${heading}\n`);
  const [section = ""] = text.split("\n## ");
  return section.split("\n").filter((line) => line.startsWith("- "));
}

/** With `†` for each test: names of tests have full stops of their own. */
function sentencesOf(item: string): readonly string[] {
  const text = item.slice(2).replace(HELD_BY, "†");
  return text.split(/(?<=[.!?])\s+(?=[A-Z`])/);
}

/** A name is a whole string, where `it` or `describe` is called. */
function names(text: string, name: string): boolean {
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<!skip)\\(\\s*(["'\`])${literal}\\1,`).test(text);
}

it.each(held)('"$name" is a test of $file', ({ file, name }) => {
  const path = new URL(file, root);
  expect(existsSync(path), file).toBe(true);
  expect(names(readFileSync(path, "utf8"), name)).toBe(true);
});

it("a name that is only a part of a test's name, or stands in no call, is none", () => {
  const text = 'it("refuses a key", () => {}); // "refuses"';
  expect(names(text, "refuses a key")).toBe(true);
  expect(names(text, "refuses a")).toBe(false);
  expect(names(text, "refuses")).toBe(false);
});

describe("each sentence is held by a test", () => {
  it.each(itemsUnder("What holds").flatMap(sentencesOf))("%s", (sentence) => {
    expect(sentence).toContain("†");
  });
});

describe("what does not hold is shown by a test, or is out of scope", () => {
  it.each(itemsUnder("What does not"))("%s", (item) => {
    expect(item.includes("<!-- test: ") || item.startsWith("- Out of scope: ")).toBe(true);
  });
});

it("has both lists", () => {
  expect(itemsUnder("What holds").length).toBeGreaterThan(15);
  expect(itemsUnder("What does not").length).toBeGreaterThan(4);
});
