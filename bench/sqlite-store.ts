// What does a claim cost in `sqliteStore`: beside a bare INSERT, one by one and in a group? And how large is a row?
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SqliteDatabase } from "../src/lib/sqlite/driver.js";
import { bundled } from "./bundled.js";
import { type Contender, compareInFlight } from "./in-flight.js";
import { heading } from "./report.js";

const load = await bundled("sqlite", ["stores/sqlite/sqlite-store", "lib/sqlite/group-commit", "lib/sqlite/driver"]);
const { sqliteStore } = await load<typeof import("../src/stores/sqlite/sqlite-store.js")>("stores/sqlite/sqlite-store");
const { GroupCommit } = await load<typeof import("../src/lib/sqlite/group-commit.js")>("lib/sqlite/group-commit");
const { openSqliteDatabase } = await load<typeof import("../src/lib/sqlite/driver.js")>("lib/sqlite/driver");

const ROUNDS = 5;
/** How many deliveries are open at once. */
const CONCURRENT = [1, 8, 64];
/** Per round; an fsync each, where they go one by one. */
const OPS = 400;
const ROWS = 100_000;
const RETENTION_SECONDS = 7 * 86_400;
/** Nothing here waits for it. */
const TIMEOUT_MS = 60_000;

const folder = mkdtempSync(join(tmpdir(), "hookgate-bench-"));
let made = 0;

function newFile(): string {
  return join(folder, `${++made}.db`);
}

/** As keys and digests are: 43 characters. */
function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

function keyOf(at: number): string {
  return sha256(`evt_${made}_${at}`);
}

const digest = sha256("body");

/** A table of keys and digests, as one would write it. */
function bareDatabase(): SqliteDatabase {
  const database = openSqliteDatabase("bench", newFile());
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec("CREATE TABLE seen (key TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID");
  return database;
}

function bare(maxOps: number | undefined): Contender["open"] {
  return () => {
    const database = bareDatabase();
    const insert = database.prepare("INSERT OR IGNORE INTO seen VALUES (?, ?)");
    if (maxOps === undefined) return { op: (at) => insert.run(keyOf(at), digest), close: () => database.close() };
    const group = new GroupCommit(database, { name: "bench", timeoutMs: TIMEOUT_MS, maxOps, begin: () => undefined });
    return { op: (at) => group.submit(() => insert.run(keyOf(at), digest)), close: () => database.close() };
  };
}

const contenders: readonly Contender[] = [
  { name: "a bare INSERT, a transaction each", open: bare(undefined) },
  { name: "the same through the group, one by one", open: bare(1) },
  { name: "the same in groups", open: bare(256) },
  {
    name: "sqliteStore: claim",
    open() {
      const store = sqliteStore(newFile(), { timeoutMs: TIMEOUT_MS });
      return {
        op: (at) => store.claim({ key: keyOf(at), token: `token-${at}`, leaseSeconds: 60, bodyDigest: digest }),
        close: () => store.close(),
      };
    },
  },
];

async function bytesPerRow(): Promise<{ claimed: number; done: number }> {
  const path = newFile();
  const store = sqliteStore(path, { timeoutMs: TIMEOUT_MS });
  const size = async (): Promise<number> => {
    const aside = openSqliteDatabase("bench", path);
    aside.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
    aside.close();
    return statSync(path).size / ROWS;
  };
  const inGroups = async (op: (at: number) => unknown): Promise<void> => {
    for (let from = 0; from < ROWS; from += 250) await Promise.all(Array.from({ length: 250 }, (_, i) => op(from + i)));
  };
  const token = (at: number): string => `${at}`.padStart(22, "t");
  await inGroups((at) => store.claim({ key: keyOf(at), token: token(at), leaseSeconds: 60, bodyDigest: digest }));
  const claimed = await size();
  await inGroups((at) => store.complete(keyOf(at), token(at), { reply: undefined }, RETENTION_SECONDS));
  const done = await size();
  await store.close();
  return { claimed, done };
}

try {
  heading("The SQLite store, on this machine's disk", ["libsql"]);
  for (const concurrent of CONCURRENT) {
    const total = concurrent === 1 ? OPS : OPS * Math.min(concurrent, 16);
    await compareInFlight(contenders, { rounds: ROUNDS, concurrent, total, unit: "op" });
  }
  const { claimed, done } = await bytesPerRow();
  console.log(`\nThe file with ${ROWS.toLocaleString("en")} rows: ${claimed.toFixed(0)} bytes per claimed event, `);
  console.log(`${done.toFixed(0)} per event that is done, index and free space included.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
