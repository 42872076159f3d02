// What a user gets offline: the pages in the tarball link only to what is in it, and an index for language models names them.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { anchorsOf, linksOf } from "./links.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = packedFiles();
const pages = files.filter((file) => /\.(md|txt)$/.test(file));

/** As `npm pack` lists them, of a copy without dist: another test may be building that. */
function packedFiles(): readonly string[] {
  const copy = mkdtempSync(join(tmpdir(), "hookgate-docs-"));
  try {
    for (const name of readdirSync(root).filter((one) =>
      /\.(md|txt)$|^(docs|examples|migrations|package\.json)$/.test(one),
    ))
      cpSync(join(root, name), join(copy, name), { recursive: true });
    const output = execFileSync("npm", ["pack", "--dry-run", "--ignore-scripts", "--json"], {
      cwd: copy,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [packed] = JSON.parse(output.slice(output.indexOf("["))) as [{ files: readonly { path: string }[] }];
    return packed.files.map(({ path }) => path);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

it("the guides are in the package; generated pages, pictures and programs are not", () => {
  for (const page of ["README.md", "llms.txt", "SECURITY.md", "docs/errors.md", "docs/decisions/README.md"])
    expect(pages).toContain(page);
  expect(files.filter((file) => /^(docs\/(api|senders|images)|examples)\//.test(file))).toEqual([]);
});

it.each(pages)("%s links to nothing outside of the package", (page) => {
  const dead = linksOf(page).filter(
    ({ path, anchor }) => !files.includes(path) || (anchor !== undefined && !anchorsOf(path).includes(anchor)),
  );
  expect(dead).toEqual([]);
});

it("llms.txt names every guide of the package", () => {
  const named = new Set(linksOf("llms.txt").map(({ path }) => path));
  // Measurements are for who doubts, and the rooms of the source for who changes it.
  const others = ["README", "architecture", "faults", "performance", "polling"].map((name) => `docs/${name}.md`);
  const guides = pages.filter((page) => /^docs\/[\w-]+\.md$/.test(page));
  expect(guides.filter((page) => !named.has(page)).sort()).toEqual(others);
  expect(readFileSync(`${root}llms.txt`, "utf8")).toMatch(/^# hookgate\n\n> Receives webhooks/);
});

it("package.json names no home as long as there is none", () => {
  const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as object;
  for (const field of ["homepage", "repository", "bugs"]) expect(manifest).not.toHaveProperty(field);
});
