// Measures a delivery of this checkout beside the build of another commit, in one run.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { RouteName } from "./delivery-route.js";
import { SIZES } from "./fixtures.js";
import type { Measured } from "./measure.js";
import { cost, heading, table, times } from "./report.js";
import { measureRoutes } from "./route-processes.js";

const ROUTES: readonly RouteName[] = ["Stripe by hookgate", "GitHub by hookgate"];
const root = fileURLToPath(new URL("../", import.meta.url));
const ref = process.argv[2] ?? "main";

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
}

/** A checkout of the commit with our packages. Its builds go to a cache of its own. */
function checkOut(commit: string): string {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-compare-"));
  git("worktree", "add", "--quiet", "--detach", "--force", folder, commit);
  const packages = join(folder, "node_modules");
  mkdirSync(packages);
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (name !== ".cache") symlinkSync(join(root, "node_modules", name), join(packages, name));
  }
  return folder;
}

const commit = git("rev-parse", "--short", ref);
const other = checkOut(commit);
try {
  heading(`One delivery on Express 5, in memory, beside ${ref} (${commit}): CPU microseconds`);
  const checkout = pathToFileURL(`${other}/`);
  const rows: string[][] = [];
  for (const name of ROUTES) {
    for (const bytes of SIZES) {
      const [here, there] = (await measureRoutes([{ name }, { name, checkout }], bytes)) as [Measured, Measured];
      rows.push([`${name}, ${bytes / 1024} KB`, cost(here), cost(there), times(here, there)]);
    }
  }
  table(["", "here", commit, "x (half of the rounds)"], rows);
  console.log("\nA ratio is a change where 1 lies outside of the brackets, in two runs.");
} finally {
  git("worktree", "remove", "--force", other);
  rmSync(other, { recursive: true, force: true });
}
