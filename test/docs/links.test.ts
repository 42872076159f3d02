// No page sends its reader nowhere: files and headings that are linked to exist, and every page can be reached.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { markdownFiles } from "./blocks.js";
import { anchorsOf, linksOf } from "./links.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = [
  ...markdownFiles(),
  ...["AGENTS.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "examples/README.md", "llms.txt"],
];
/** What a user opens first, and what somebody who changes the code opens first. */
const doors = ["README.md", "llms.txt", "AGENTS.md"];

it.each(pages)("%s links to what exists", (page) => {
  const broken = linksOf(page).filter(({ path, anchor }) => {
    if (!existsSync(join(root, path))) return true;
    return anchor !== undefined && !anchorsOf(path).includes(anchor);
  });
  expect(broken).toEqual([]);
});

it("every page can be reached from README, llms.txt or AGENTS.md", () => {
  const reached = new Set(doors);
  for (const page of reached) {
    for (const { path } of linksOf(page)) if (path.endsWith(".md")) reached.add(path);
  }
  expect(pages.filter((page) => !reached.has(page))).toEqual([]);
});

it("every example is listed in examples/README.md", () => {
  const listed = new Set(linksOf("examples/README.md").map(({ path }) => path));
  const helpers = ["embedded-postgres", "instances", "listen", "self-signed", "servers"].map(
    (name) => `examples/${name}.ts`,
  );
  const files = readdirSync(join(root, "examples")).filter((file) => file !== "README.md");
  const examples = files.map((file) => `examples/${file}`);
  expect(examples.filter((file) => !listed.has(file)).sort()).toEqual(helpers);
});
