// No page sends its reader nowhere: files and headings that are linked to exist, and every page can be reached.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { markdownFiles } from "./blocks.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = [...markdownFiles(), "SECURITY.md", "CHANGELOG.md"];

/** Links of a page, as paths from the root with their anchor. */
function linksOf(page: string): readonly { readonly path: string; readonly anchor: string | undefined }[] {
  const text = readFileSync(join(root, page), "utf8").replace(/^```[\s\S]*?^```/gm, "");
  return [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(([, path = "", anchor]) => ({
    path: path === "" ? page : normalize(join(dirname(page), path)),
    anchor,
  }));
}

/** As GitHub makes them. */
function anchorsOf(page: string): readonly string[] {
  const headings = readFileSync(join(root, page), "utf8").matchAll(/^#+ (.*)/gm);
  return [...headings].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replace(/\s/g, "-"),
  );
}

it.each(pages)("%s links to what exists", (page) => {
  const broken = linksOf(page).filter(({ path, anchor }) => {
    if (!existsSync(join(root, path))) return true;
    return anchor !== undefined && !anchorsOf(path).includes(anchor);
  });
  expect(broken).toEqual([]);
});

it("every page can be reached from README", () => {
  const reached = new Set(["README.md"]);
  for (const page of reached) {
    for (const { path } of linksOf(page)) if (path.endsWith(".md")) reached.add(path);
  }
  expect(pages.filter((page) => !reached.has(page))).toEqual([]);
});

it("every example is listed in docs/README.md", () => {
  const listed = new Set(linksOf("docs/README.md").map(({ path }) => path));
  const helpers = ["embedded-postgres", "instances", "listen", "self-signed", "servers"].map(
    (name) => `examples/${name}.ts`,
  );
  const examples = readdirSync(join(root, "examples")).map((file) => `examples/${file}`);
  expect(examples.filter((file) => !listed.has(file)).sort()).toEqual(helpers);
});
