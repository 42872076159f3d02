// Reads the links and the headings of a page.
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Link {
  /** From the root of the repository. */
  readonly path: string;
  readonly anchor: string | undefined;
}

/** Links of a page to files of the repository. */
export function linksOf(page: string): readonly Link[] {
  const text = readFileSync(join(root, page), "utf8").replace(/^```[\s\S]*?^```/gm, "");
  return [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(([, path = "", anchor]) => ({
    path: path === "" ? page : normalize(join(dirname(page), path)),
    anchor,
  }));
}

/** As GitHub makes them. */
export function anchorsOf(page: string): readonly string[] {
  const headings = readFileSync(join(root, page), "utf8").matchAll(/^#+ (.*)/gm);
  return [...headings].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replace(/\s/g, "-"),
  );
}
