// The queue of the SQLite inbox: puts, lists, redrives and purges entries of one file.

import { isOpen, type SqliteDatabase } from "../../lib/sqlite/driver.js";
import { checkpoint } from "../../lib/sqlite/file.js";
import type { HostClocks } from "../../lib/sqlite/file-clock.js";
import type { DedupeStore } from "../../stores/store.js";
import { type Backlog, createBacklog } from "../backlog-limit.js";
import type {
  Inbox,
  InboxCounts,
  InboxEntry,
  InboxNeeds,
  InboxQuery,
  InboxRecord,
  InboxState,
  InboxWork,
  InboxWorker,
  PutAnswer,
} from "../inbox.js";
import type { Retention } from "../retention.js";
import { WorkerLoops } from "../worker-loop.js";
import { migrateInbox } from "./migrations.js";
import { entryBlob, type InboxRow, recordOf } from "./rows.js";
import { Transactions } from "./transactions.js";
import { startSqliteWorker } from "./worker.js";

/** The inbox that `sqliteInbox` makes. */
export interface SqliteInbox<Tx = never> extends Inbox<Tx> {
  /** Creates the tables of a database that you opened. Several processes may do so at the same time. */
  migrate(): Promise<void>;
}

const PURGED_AT_ONCE = 1_000;
const MAX_LISTED = 1_000;

/** The checked options of a queue. */
export interface SqliteQueueSettings {
  /** Whether the inbox opened the database, and so closes it. */
  readonly isOwn: boolean;
  readonly clocks: HostClocks;
  readonly maxWaiting: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly timeoutMs: number;
  readonly retention: Retention;
}

const NAME = "sqliteInbox";

/** The inbox is a plain object, so that an application can spread it and replace one of its methods. */
export function createSqliteQueue<Tx>(
  database: SqliteDatabase,
  settings: SqliteQueueSettings,
  store: DedupeStore<Tx> | undefined,
): SqliteInbox<Tx> {
  const queue = new SqliteQueue(database, settings);
  return {
    name: NAME,
    isShared: true,
    keepsOrder: true,
    ...(store === undefined ? {} : { store }),
    migrate: () => queue.migrate(),
    attach: (needs) => queue.attach(needs),
    put: (entries) => queue.put(entries),
    work: (worker) => queue.work(worker),
    counts: (source) => queue.counts(source),
    list: (query) => queue.list(query),
    get: (key) => queue.get(key),
    redrive: (keys) => queue.redrive(keys),
    purge: () => queue.purge(),
    close: () => queue.close(),
  };
}

class SqliteQueue {
  readonly #database: SqliteDatabase;
  readonly #settings: SqliteQueueSettings;
  readonly #transactions: Transactions;
  readonly #backlog: Backlog;
  readonly #loops = new WorkerLoops();

  constructor(database: SqliteDatabase, settings: SqliteQueueSettings) {
    this.#database = database;
    this.#settings = settings;
    const transactions = new Transactions(database, settings.clocks, settings.timeoutMs);
    this.#transactions = transactions;
    this.#backlog = createBacklog(NAME, settings.maxWaiting, async (source) => {
      const { count } = transactions.statements.countWaiting.get(source) as { count: number };
      return Number(count);
    });
  }

  async migrate(): Promise<void> {
    migrateInbox(this.#database, this.#settings.clocks);
  }

  attach(needs: InboxNeeds): void {
    this.#settings.retention.attach(needs);
  }

  async put(entries: readonly InboxEntry[]): Promise<readonly PutAnswer[]> {
    const counts = new Map<string, number>();
    for (const { source } of entries) counts.set(source, (counts.get(source) ?? 0) + 1);
    for (const [source, count] of counts) await this.#backlog.admit(source, count);
    const answers = await this.#transactions.submit(({ nowMs }) => {
      const { put, find } = this.#transactions.statements;
      return entries.map((entry) => {
        if (find.get(entry.key) !== undefined) return "known";
        const { key, source, orderKey = null, body } = entry;
        put.run(key, source, orderKey, nowMs, entryBlob(entry), Buffer.from(body));
        return "stored";
      });
    });
    this.#loops.wake();
    return answers;
  }

  work(worker: InboxWorker): InboxWork {
    const { leaseMs, pollMs, retention } = this.#settings;
    const settings = { transactions: this.#transactions, leaseMs, pollMs, retention };
    return this.#loops.add(startSqliteWorker(worker, settings));
  }

  async counts(source?: string): Promise<InboxCounts> {
    const { countStates, oldestDue } = this.#transactions.statements;
    const rows = countStates.all(source ?? null, source ?? null) as { state: InboxState; count: number }[];
    const of = (state: InboxState): number => Number(rows.find((row) => row.state === state)?.count ?? 0);
    const nowMs = this.#transactions.nowMs();
    const due = oldestDue.get(source ?? null, source ?? null, nowMs) as { due_at_ms: number } | undefined;
    return {
      waiting: of("waiting"),
      running: of("running"),
      done: of("done"),
      dead: of("dead"),
      oldestWaitingSeconds: due === undefined ? 0 : (nowMs - due.due_at_ms) / 1_000,
    };
  }

  async list({ state, source, limit = 100, afterKey }: InboxQuery): Promise<readonly InboxRecord[]> {
    const { list, find } = this.#transactions.statements;
    const after = afterKey === undefined ? undefined : (find.get(afterKey) as { seq: number } | undefined);
    const rows = list.all(state, source ?? null, source ?? null, after?.seq ?? 0, Math.min(limit, MAX_LISTED));
    const aheadMs = this.#aheadMs();
    return (rows as InboxRow[]).map((row) => recordOf(row, aheadMs));
  }

  async get(key: string): Promise<InboxRecord | undefined> {
    const row = this.#transactions.statements.get.get(key) as InboxRow | undefined;
    return row === undefined ? undefined : recordOf(row, this.#aheadMs());
  }

  async redrive(keys: readonly string[]): Promise<number> {
    const count = await this.#transactions.submit(({ nowMs }) => {
      const { find, redrive } = this.#transactions.statements;
      let found = 0;
      for (const key of keys) {
        const row = find.get(key) as { seq: number; state: InboxState } | undefined;
        if (row?.state !== "dead" && row?.state !== "done") continue;
        redrive.run(nowMs, row.seq);
        found++;
      }
      return found;
    });
    this.#loops.wake();
    return count;
  }

  purge(): Promise<number> {
    return this.#transactions.submit(({ nowMs }) => {
      const { purge, countExpired } = this.#transactions.statements;
      const { count } = countExpired.get(nowMs) as { count: number };
      purge.run(nowMs, PURGED_AT_ONCE);
      return Math.min(Number(count), PURGED_AT_ONCE);
    });
  }

  async close(): Promise<void> {
    await this.#loops.stop();
    await this.#transactions.close();
    if (!this.#settings.isOwn || !isOpen(this.#database)) return;
    checkpoint(this.#database);
    this.#database.close();
  }

  /** By how much the file's clock is ahead of the wall clock. */
  #aheadMs(): number {
    return this.#transactions.nowMs() - Date.now();
  }
}
