// What the SQLite tests share: a temporary folder, an open file, and clocks that are set by hand.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteDatabase, type SqliteDatabase } from "../../../src/lib/sqlite/driver.js";
import type { HostClocks } from "../../../src/lib/sqlite/file-clock.js";

const require = createRequire(import.meta.url);

export type Open = (path: string) => SqliteDatabase;

/** Also from NODE_PATH: better-sqlite3 is built from source, so it is no dependency of ours. */
function fromPackage(name: string): Open | undefined {
  try {
    const Database = require(name) as new (path: string) => SqliteDatabase;
    new Database(":memory:").close();
    return (path) => new Database(path);
  } catch {
    return undefined;
  }
}

function fromNode(): Open | undefined {
  const sqlite = process.getBuiltinModule("node:sqlite") as
    | { readonly DatabaseSync: new (path: string) => SqliteDatabase }
    | undefined;
  return sqlite && ((path) => new sqlite.DatabaseSync(path));
}

export const drivers: readonly (readonly [name: string, open: Open | undefined])[] = [
  ["libsql", fromPackage("libsql")],
  ["node:sqlite", fromNode()],
  ["better-sqlite3", fromPackage("better-sqlite3")],
];

/**
 * With the driver that a store takes for a path here. Never with another: two builds of SQLite in one process do not see
 * each other's locks.
 */
export const open: Open = (path) => openSqliteDatabase("test", path);

export interface Folder {
  readonly path: string;
  remove(): void;
}

/** In memory where the system has such a place: what is tested is no matter of the disk, and an fsync takes milliseconds. */
export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "hookgate-sqlite-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Both clocks of a host, which may be moved apart. */
export function handClocks(): HostClocks & { pass(seconds: number): void; setWall(seconds: number): void } {
  let monotonic = 5_000_000;
  let wall = 1_700_000_000_000;
  return {
    monotonicMs: () => monotonic,
    wallMs: () => wall,
    pass(seconds) {
      monotonic += seconds * 1000;
      wall += seconds * 1000;
    },
    setWall(seconds) {
      wall += seconds * 1000;
    },
  };
}
