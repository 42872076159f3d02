// Opens SQLite databases with whichever driver is installed, and maps their errors.
import { join, resolve } from "node:path";

/** `null` or bytes must not be the only value: one driver takes a single object for named parameters and aborts. */
export type SqliteValue = string | number | bigint | Uint8Array | null;

/** A prepared statement of `better-sqlite3`. */
export interface SqliteStatement {
  run(...values: SqliteValue[]): unknown;
  /** The first row, or `undefined`. */
  get(...values: SqliteValue[]): unknown;
  all(...values: SqliteValue[]): unknown[];
}

/** The common part of `better-sqlite3`, `libsql` and `node:sqlite`. */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
  /** Runs writes as one where BEGIN is no statement (Durable Objects). What throws is undone. */
  transactionSync?<T>(run: () => T): T;
}

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

/** The first versions in which `node:sqlite` loads without an ExperimentalWarning (its page in the Node documentation, "History"). */
const QUIET_NODE_SQLITE: readonly (readonly [major: number, minor: number])[] = [
  [24, 15],
  [25, 7],
];

interface Driver {
  readonly name: string;
  /** Returns `undefined` where this Node has no such driver. */
  readonly load: () => (new (path: string) => SqliteDatabase) | undefined;
}

const nodeSqlite: Driver = {
  name: "node:sqlite",
  // Not `require`: bundlers that do not know the module fail on it. Node 20 returns `undefined`.
  load: () =>
    (process.getBuiltinModule("node:sqlite") as { DatabaseSync: new (path: string) => SqliteDatabase } | undefined)
      ?.DatabaseSync,
};
const packages: readonly Driver[] = /* @__PURE__ */ ["libsql", "better-sqlite3"].map((name) => ({
  name,
  load() {
    const Database = requirePackage(name) as new (path: string) => SqliteDatabase;
    // Some drivers load their binary only now, and it may be built for another Node.
    new Database(":memory:").close();
    return Database;
  },
}));

/**
 * Loads a package as the application's own file would, or a file in the working directory. No import: a bundler would look
 * for drivers that are not installed, and cannot bundle a binary.
 */
function requirePackage(name: string): unknown {
  const { createRequire } = process.getBuiltinModule("node:module");
  const places = [process.argv[1], join(process.cwd(), "index.js")].filter((place) => place !== undefined);
  const failures: unknown[] = [];
  for (const place of places) {
    try {
      return createRequire(resolve(place))(name);
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, `${name} cannot be loaded`);
}

/**
 * Opens a file with the first available driver: `node:sqlite` where it loads without a warning, `libsql`, `better-sqlite3`,
 * and `node:sqlite` with its warning. No driver is loaded before this call.
 *
 * @throws {TypeError} When `path` is not that of a file, or there is no driver.
 */
export function openSqliteDatabase(where: string, path: string): SqliteDatabase {
  if (path === "" || path === ":memory:" || /^[a-z][a-z0-9+.-]+:/i.test(path)) {
    throw new TypeError(
      `${where}: the path must name a file; got "${path}". A database in memory is lost with the process; use memoryStore() for dedupe without a file`,
    );
  }
  const drivers = isNodeSqliteQuiet(process.versions.node) ? [nodeSqlite, ...packages] : [...packages, nodeSqlite];
  const failures: unknown[] = [];
  for (const { load } of drivers) {
    let Database: ReturnType<Driver["load"]>;
    try {
      Database = load();
    } catch (error) {
      failures.push(error);
      continue;
    }
    if (Database !== undefined) return new Database(resolve(path));
  }
  throw new TypeError(
    `${where}: there is no SQLite driver here. Run \`npm install libsql\` (or better-sqlite3), use Node 24.15 or later, ` +
      "or give an open database instead of a path.",
    { cause: new AggregateError(failures) },
  );
}

export function isNodeSqliteQuiet(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const since = QUIET_NODE_SQLITE.find(([line]) => line === major);
  return since === undefined ? major > 25 : minor >= since[1];
}

export function isSqliteDatabase(value: unknown): value is SqliteDatabase {
  if (typeof value !== "object" || value === null) return false;
  const { exec, prepare, close } = value as Partial<SqliteDatabase>;
  return typeof exec === "function" && typeof prepare === "function" && typeof close === "function";
}

/** Some drivers do not refuse a closed database: a prepared statement may still run. */
export function isOpen(database: SqliteDatabase): boolean {
  const { isOpen, open } = database as { isOpen?: unknown; open?: unknown };
  return (typeof isOpen === "boolean" ? isOpen : open) !== false;
}

/** The value of a pragma with one column. */
export function pragma(database: SqliteDatabase, name: string): unknown {
  const row = database.prepare(`PRAGMA ${name}`).get() as Record<string, unknown> | undefined;
  return row?.[name.replace(/\s*=.*$/, "")];
}

/** Whether another connection holds the requested lock. The condition passes. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === SQLITE_BUSY;
}

/** Whether the disk is full, or the database has reached its own limit. The transaction is rolled back and the file is intact. */
export function isFull(error: unknown): boolean {
  return resultCode(error) === SQLITE_FULL;
}

/** The primary result code of an error. Two drivers have a number, one has a name. */
function resultCode(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { errcode, rawCode, code } = error as { errcode?: unknown; rawCode?: unknown; code?: unknown };
  if (typeof errcode === "number") return errcode & 0xff;
  if (typeof rawCode === "number") return rawCode & 0xff;
  if (typeof code !== "string") return undefined;
  if (/^SQLITE_BUSY(_|$)/.test(code)) return SQLITE_BUSY;
  return code === "SQLITE_FULL" ? SQLITE_FULL : undefined;
}
