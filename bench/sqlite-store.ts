// What does a claim cost in `sqliteStore`: beside a bare INSERT, one by one and in a group? And how large is a row?
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "../scripts/bundle.js";
import { root } from "../scripts/entry-points.js";
import type { SqliteDatabase } from "../src/internal/sqlite-database.js";
import { median } from "./measure.js";
import { heading, table, two } from "./report.js";

// As it is published: what tsx makes of the sources is slower.
const built = new URL("node_modules/.cache/hookgate-bench-sqlite/", root);
const parts = ["dedupe/sqlite", "internal/group-commit", "internal/sqlite-database"];
await bundle(
  parts.map((part) => `src/${part}.ts`),
  fileURLToPath(built),
);

async function load<Module>(path: string): Promise<Module> {
  return (await import(new URL(path, built).href)) as Module;
}

const { sqliteStore } = await load<typeof import("../src/dedupe/sqlite.js")>("dedupe/sqlite.js");
const { createGroupCommit } = await load<typeof import("../src/internal/group-commit.js")>("internal/group-commit.js");
const { openSqliteDatabase } =
  await load<typeof import("../src/internal/sqlite-database.js")>("internal/sqlite-database.js");

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

interface Contender {
  readonly name: string;
  /** What one delivery writes, on a new file. */
  readonly open: () => { op: (at: number) => unknown; close: () => unknown };
}

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
    const group = createGroupCommit(database, { name: "bench", timeoutMs: TIMEOUT_MS, maxOps, begin: () => undefined });
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

interface Round {
  readonly opsPerSecond: number;
  readonly microseconds: number;
  /** Of one op, from the call to the answer. */
  readonly medianMs: number;
}

async function run({ open }: Contender, concurrent: number): Promise<Round> {
  const { op, close } = open();
  const total = concurrent === 1 ? OPS : OPS * Math.min(concurrent, 16);
  const waits: number[] = [];
  let next = 0;
  const startMs = performance.now();
  const before = process.cpuUsage();
  await Promise.all(
    Array.from({ length: concurrent }, async () => {
      for (let at = next++; at < total; at = next++) {
        const askedMs = performance.now();
        await op(at);
        waits.push(performance.now() - askedMs);
        // The next delivery comes in another turn of the event loop.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }),
  );
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startMs) / 1000;
  await close();
  return { opsPerSecond: total / seconds, microseconds: (user + system) / total, medianMs: median(waits) };
}

async function compareAt(concurrent: number): Promise<void> {
  const rounds = contenders.map((): Round[] => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const at = (turn + round + 1) % contenders.length;
      const result = await run(contenders[at] as Contender, concurrent);
      if (round >= 0) rounds[at]?.push(result);
    }
  }
  const [base] = rounds as [Round[]];
  const faster = (own: readonly Round[]): number =>
    median(own.map(({ opsPerSecond }, at) => opsPerSecond / (base[at] as Round).opsPerSecond));
  const cost = (own: readonly Round[]): number =>
    median(own.map(({ microseconds }, at) => microseconds / (base[at] as Round).microseconds));
  console.log(`\n${concurrent} at once:\n`);
  table(
    ["", "ops/s", "x", "CPU microseconds per op", "x", "median wait, ms"],
    contenders.map(({ name }, at) => {
      const own = rounds[at] as Round[];
      return [
        name,
        median(own.map(({ opsPerSecond }) => opsPerSecond)).toFixed(0),
        two(faster(own)),
        median(own.map(({ microseconds }) => microseconds)).toFixed(1),
        two(cost(own)),
        two(median(own.map(({ medianMs }) => medianMs))),
      ];
    }),
  );
}

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
  for (const concurrent of CONCURRENT) await compareAt(concurrent);
  const { claimed, done } = await bytesPerRow();
  console.log(`\nThe file with ${ROWS.toLocaleString("en")} rows: ${claimed.toFixed(0)} bytes per claimed event, `);
  console.log(`${done.toFixed(0)} per event that is done, index and free space included.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
