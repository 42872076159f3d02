// Checks that a vendor's definition, facts, page and test stand in line under one name.
import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { describedSenders } from "../../../scripts/sender-pages.js";

const ROOT = new URL("../../../", import.meta.url);
const names = (folder: string, ending: string) =>
  readdirSync(new URL(folder, ROOT))
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length));
const senders = describedSenders().map(({ about }) => about.name);

it("every test, vector and fixture is a sender's", () => {
  const files = [
    ...names("test/senders/", ".test.ts"),
    ...names("test/vectors/senders/", ".json"),
    ...names("test/fixtures/payloads/", ".json"),
  ];
  expect(files.filter((name) => !senders.includes(name))).toEqual([]);
});

it("every sender has a definition, facts and a page of its name", () => {
  for (const [folder, ending] of [
    ["src/senders/", ".ts"],
    ["src/senders/facts/", ".ts"],
    ["docs/senders/", ".md"],
  ] as const) {
    const found = names(folder, ending);
    expect(senders.filter((name) => !found.includes(name))).toEqual([]);
  }
});

it("every sender has a test of its name", () => {
  const tested = names("test/senders/", ".test.ts");
  expect(senders.filter((name) => !tested.includes(name))).toEqual([]);
});
