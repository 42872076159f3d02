// README has the table of outcomes and a first screen that runs.
import { readFileSync } from "node:fs";
import { createReceiver } from "hookgate";
import { stripe } from "hookgate/senders";
import { expect, it } from "vitest";
import { outcomeTable } from "../../scripts/outcome-table.js";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

it("README's table of outcomes is the one that the code uses", () => {
  expect(readme).toContain(outcomeTable());
});

it("README's first screen has code that runs, the four answers, and what it does not do", () => {
  const screen = readme.split("\n").slice(0, 42).join("\n");
  expect(screen).toMatch(/^# hookgate\n\nReceives webhooks/);
  expect(screen).toContain("npm install hookgate express");
  const code = /```ts\n([\s\S]*?)```/.exec(screen)?.[1]?.trimEnd().split("\n") ?? [];
  expect(code.length).toBeGreaterThanOrEqual(12);
  expect(code.length).toBeLessThanOrEqual(18);
  expect(screen.match(/^\| (is|finds) .* \|$/gm)).toHaveLength(4);
  expect(screen).toMatch(/^It does not /m);
});

const sender = stripe({ secret: "0123456789abcdef0123456789" });
it.each([
  ["createReceiver", { "no such": 1 }],
  ["dedupe", { dedupe: { "no such": 1 } }],
])("README's table has each option of %s", (_, options) => {
  let message = "";
  try {
    createReceiver(sender, options as object);
  } catch (error) {
    message = String(error);
  }
  const known = message.split("known are ")[1]?.split(", ") ?? [];
  expect(known.length).toBeGreaterThan(3);
  const table = readme.slice(readme.indexOf("## Options"), readme.indexOf("Unknown options are refused"));
  expect(known.filter((name) => !new RegExp(`[\x60 ]${name}[\x60 ]`).test(table))).toEqual([]);
});
