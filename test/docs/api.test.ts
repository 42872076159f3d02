// docs/api has every public name as the sources declare it, and each name has a doc comment.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { apiPages, parse } from "../../scripts/api-pages.js";
import { entryPoints } from "../../scripts/entry-points.js";
import { type PublicName, publicNames } from "../../scripts/public-names.js";

const folder = new URL("../../docs/api/", import.meta.url);
const names = publicNames();
const pages = apiPages(names);
const everyName = [...names].flatMap(([specifier, exported]) => exported.map((one) => ({ specifier, ...one })));
const label = ({ specifier, name }: PublicName & { specifier: string }): string => `${specifier}: ${name}`;

it("every entry point of the package has a page", () => {
  const specifiers = entryPoints().flatMap(({ specifier, isCommand }) => (isCommand ? [] : [specifier]));
  expect([...names.keys()]).toEqual(specifiers);
  expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
});

it.each([...pages.keys()])("docs/api/%s is current: else run `npx tsx scripts/api-pages.ts`", (page) => {
  expect(readFileSync(new URL(page, folder), "utf8")).toBe(pages.get(page));
});

it.each(entryPoints().filter(({ isCommand }) => !isCommand))("lists each value of $specifier", async (entry) => {
  const values = Object.keys((await import(`../../${entry.source}`)) as object);
  const listed = names.get(entry.specifier)?.filter(({ kind }) => kind !== "type") ?? [];
  expect(listed.map(({ name }) => name).sort()).toEqual(values.sort());
});

it("every public name has a doc comment", () => {
  expect(everyName.filter(({ comment }) => parse(comment).description === "").map(label)).toEqual([]);
});

it("every @param names a parameter of its function, or an option of one", () => {
  const wrong = everyName.flatMap((one) =>
    parse(one.comment)
      .tags.filter(({ tag }) => tag === "param")
      .map(({ text }) => /^[\w$]+/.exec(text)?.[0] ?? text)
      .filter((parameter) => one.kind === "function" && !new RegExp(`\\b${parameter}\\b`).test(one.signature))
      .map((parameter) => `${label(one)}: ${parameter}`),
  );
  expect(wrong).toEqual([]);
});

it("shows overloads without their implementation, classes without private members, and no body", () => {
  const signature = (specifier: string, name: string) =>
    names.get(specifier)?.find((one) => one.name === name)?.signature ?? "";
  expect(signature("hookgate/otel", "instrument").match(/function instrument/g)).toHaveLength(2);
  const retryLater = signature("hookgate", "RetryLater");
  expect(retryLater).toMatch(/^class RetryLater extends /);
  expect(retryLater).toMatch(/\n {2}constructor\(.*\);\n/);
  for (const { signature: text } of everyName) expect(text).not.toMatch(/^ {2}(private |#)|\breturn /m);
});
