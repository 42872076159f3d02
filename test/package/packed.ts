// The packed tarball, unpacked into an app of its own, and what stands in it.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { root } from "../../scripts/entry-points.js";

export interface Packed {
  /** A folder with the package in its node_modules. */
  readonly app: string;
  /** Where the tarball is unpacked. */
  readonly folder: string;
  /** Every file in it, sorted. */
  readonly files: readonly string[];
  /** Of the tarball, bytes. */
  readonly bytes: number;
}

/** Packs as `npm publish` does, build included: only one at a time, or one takes away the other's dist. */
export async function pack(): Promise<Packed> {
  await lock();
  try {
    return packed();
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}

const LOCK = fileURLToPath(new URL("node_modules/.hookgate-pack", root));
/** A process that was killed while it packed leaves its lock behind. */
const LOCK_IS_OLD_MS = 120_000;

async function lock(): Promise<void> {
  for (;;) {
    try {
      mkdirSync(LOCK);
      return;
    } catch {
      const { mtimeMs = 0 } = statSync(LOCK, { throwIfNoEntry: false }) ?? {};
      if (Date.now() - mtimeMs > LOCK_IS_OLD_MS) rmSync(LOCK, { recursive: true, force: true });
      await setTimeout(100);
    }
  }
}

function packed(): Packed {
  const app = mkdtempSync(join(tmpdir(), "hookgate-app-"));
  const [tarball] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--pack-destination", app], {
      cwd: fileURLToPath(root),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).replace(/^[^[]*/, ""),
  ) as [{ filename: string; size: number }];
  const modules = join(app, "node_modules");
  const folder = join(modules, "hookgate");
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", join(app, tarball.filename), "-C", folder, "--strip-components=1"]);
  // Of the peers those whose entry point is of no use without them.
  for (const scope of ["@opentelemetry", "@nestjs"]) mkdirSync(join(modules, scope));
  for (const name of ["express", "@opentelemetry/api", "fast-xml-parser", "@nestjs/common", "@nestjs/core"])
    symlinkSync(fileURLToPath(new URL(`node_modules/${name}`, root)), join(modules, name));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  return { app, folder, files: files.sort(), bytes: tarball.size };
}

export interface Reached {
  readonly files: ReadonlySet<string>;
  /** Builtin modules and packages. */
  readonly imports: ReadonlySet<string>;
}

/** Follows what is imported at once; an `import()` waits for its first use. */
export function reachedFrom(entry: string, { folder }: Packed): Reached {
  const files = new Set([entry]);
  const imports = new Set<string>();
  for (const file of files) {
    const text = readFileSync(join(folder, file), "utf8");
    for (const [, specifier = ""] of text.matchAll(/^(?:import |(?:import|export) [^"]*from |\} from )"([^"]+)";$/gm)) {
      if (specifier.startsWith(".")) files.add(join(dirname(file), specifier));
      else imports.add(specifier);
    }
  }
  return { files, imports };
}

/** Files of the package that a file loads by `import()`. */
export function loadedLaterBy(file: string, { folder }: Packed): readonly string[] {
  const text = readFileSync(join(folder, file), "utf8");
  return [...text.matchAll(/import\("(\.[^"]+)"\)/g)].map(([, specifier = ""]) => join(dirname(file), specifier));
}
