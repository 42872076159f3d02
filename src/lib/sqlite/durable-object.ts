// The SQLite storage of a Durable Object of Cloudflare, with the shape of the other SQLite drivers.
import type { SqliteDatabase, SqliteStatement, SqliteValue } from "./driver.js";

/** A value as `sql.exec` binds it and gives it back. */
type StoredValue = ArrayBuffer | string | number | null;

/** `ctx.storage` of a Durable Object whose class is declared with SQLite storage. */
export interface DurableObjectStorage {
  readonly sql: {
    exec(query: string, ...bindings: unknown[]): { toArray(): Record<string, StoredValue>[] };
  };
  transactionSync<T>(closure: () => T): T;
}

/** What the platform decides by itself: every write is on several disks before an answer leaves the object. */
const PRAGMAS: Readonly<Record<string, Record<string, unknown>>> = {
  "PRAGMA synchronous": { synchronous: 2 },
  "PRAGMA journal_mode = WAL": { journal_mode: "wal" },
};
/** Not to be had as statements. Nothing else runs between two statements of one synchronous call. */
const TRANSACTION = /^(BEGIN|COMMIT|ROLLBACK)\b/;

/** @throws {TypeError} Where it is no storage with SQLite. */
export function durableObjectDatabase(where: string, storage: DurableObjectStorage): SqliteDatabase {
  if (typeof storage?.sql?.exec !== "function" || typeof storage.transactionSync !== "function") {
    throw new TypeError(
      `${where}: give the storage of a Durable Object with SQLite (ctx.storage, its class in new_sqlite_classes of the migrations)`,
    );
  }
  return {
    exec: (sql) => {
      if (!TRANSACTION.test(sql)) storage.sql.exec(sql);
    },
    prepare: (sql) => statement(storage, sql),
    close: () => undefined,
    transactionSync: (run) => storage.transactionSync(run),
  };
}

function statement({ sql: storage }: DurableObjectStorage, sql: string): SqliteStatement {
  const pragma = PRAGMAS[sql];
  const all = (values: readonly SqliteValue[]): Record<string, unknown>[] =>
    pragma === undefined
      ? storage
          .exec(sql, ...values.map(toStored))
          .toArray()
          .map(fromStored)
      : [pragma];
  return {
    run: (...values) => all(values),
    get: (...values) => all(values)[0],
    all: (...values) => all(values),
  };
}

function toStored(value: SqliteValue): StoredValue {
  if (typeof value === "bigint") return Number(value);
  if (!(value instanceof Uint8Array)) return value;
  return value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength) as ArrayBuffer;
}

function fromStored(row: Record<string, StoredValue>): Record<string, unknown> {
  const columns = Object.entries(row).map(([name, value]) => [
    name,
    value instanceof ArrayBuffer ? Buffer.from(value) : value,
  ]);
  return Object.fromEntries(columns);
}

/** A Durable Object may move to another machine: the monotonic clock of one says nothing there. */
export const platformClocks = { monotonicMs: (): number => Date.now(), wallMs: (): number => Date.now() };
