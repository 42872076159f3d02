// The queue of the embedded inbox: entries are put, listed, redriven and forgotten in one SQLite file.

import { isOpen, type SqliteDatabase } from "../../lib/sqlite/driver.js";
import { checkpoint } from "../../lib/sqlite/file.js";
import type { HostClocks } from "../../lib/sqlite/file-clock.js";
import { createBacklog } from "../backlog-limit.js";
import type { Inbox, InboxCounts, InboxState } from "../inbox.js";
import type { Retention } from "../retention.js";
import type { InboxLoop } from "../worker-loop.js";
import { migrateInbox } from "./migrations.js";
import type { SqliteInboxOptions } from "./options.js";
import { entryBlob, type InboxRow, recordOf } from "./rows.js";
import { openTurns } from "./transactions.js";
import { startSqliteWorker } from "./worker.js";

/** The inbox that `sqliteInbox` makes. */
export interface SqliteInbox<Tx = never> extends Inbox<Tx> {
  /** Makes the tables, for a database that you opened. Many processes may do so at once. */
  migrate(): Promise<void>;
}

const PURGED_AT_ONCE = 1_000;

/** Options, checked. */
export interface SqliteTerms {
  readonly maxWaiting: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly timeoutMs: number;
  readonly retention: Retention;
}

export function createSqliteQueue<Tx>(
  database: SqliteDatabase,
  isOwn: boolean,
  clocks: HostClocks,
  terms: SqliteTerms,
  options: SqliteInboxOptions<Tx>,
): SqliteInbox<Tx> {
  const { retention } = terms;
  const loops = new Set<InboxLoop>();
  const turns = openTurns(database, clocks, terms.timeoutMs);
  const { statements, submit, nowMs } = turns;
  const backlog = createBacklog("sqliteInbox", terms.maxWaiting, async (source) => {
    const { count } = statements().countWaiting.get(source) as { count: number };
    return Number(count);
  });

  const inbox: SqliteInbox<Tx> = {
    name: "sqliteInbox",
    isShared: true,
    keepsOrder: true,
    ...(options.store === undefined ? {} : { store: options.store }),

    async migrate() {
      migrateInbox(database, clocks);
    },

    attach(needs) {
      retention.attach(needs);
    },

    async put(entries) {
      const counts = new Map<string, number>();
      for (const { source } of entries) counts.set(source, (counts.get(source) ?? 0) + 1);
      for (const [source, count] of counts) await backlog.admit(source, count);
      const answers = await submit((turn) => {
        const { put, find } = statements();
        return entries.map((entry) => {
          if (find.get(entry.key) !== undefined) return "known";
          const { key, source, orderKey = null, body } = entry;
          put.run(key, source, orderKey, turn.nowMs, entryBlob(entry), Buffer.from(body));
          return "stored";
        });
      });
      for (const loop of loops) loop.wake();
      return answers;
    },

    work(worker) {
      const loop = startSqliteWorker(worker, { ...terms, turns });
      loops.add(loop);
      return {
        async stop() {
          loops.delete(loop);
          await loop.stop();
        },
      };
    },

    async counts(source) {
      const { countStates, oldestDue } = statements();
      const rows = countStates.all(source ?? null, source ?? null) as { state: InboxState; count: number }[];
      const of = (state: InboxState): number => Number(rows.find((row) => row.state === state)?.count ?? 0);
      const now = nowMs();
      const due = oldestDue.get(source ?? null, source ?? null, now) as { due_at_ms: number } | undefined;
      const counts: InboxCounts = {
        waiting: of("waiting"),
        running: of("running"),
        done: of("done"),
        dead: of("dead"),
        oldestWaitingSeconds: due === undefined ? 0 : (now - due.due_at_ms) / 1_000,
      };
      return counts;
    },

    async list({ state, source, limit = 100, afterKey }) {
      const { list, find } = statements();
      const after = afterKey === undefined ? undefined : (find.get(afterKey) as { seq: number } | undefined);
      const rows = list.all(state, source ?? null, source ?? null, after?.seq ?? 0, Math.min(limit, 1_000));
      const aheadMs = nowMs() - Date.now();
      return (rows as InboxRow[]).map((row) => recordOf(row, aheadMs));
    },

    async get(key) {
      const row = statements().get.get(key) as InboxRow | undefined;
      return row === undefined ? undefined : recordOf(row, nowMs() - Date.now());
    },

    async redrive(keys) {
      const count = await submit((turn) => {
        const { find, redrive } = statements();
        let found = 0;
        for (const key of keys) {
          const row = find.get(key) as { seq: number; state: InboxState } | undefined;
          if (row?.state !== "dead" && row?.state !== "done") continue;
          redrive.run(turn.nowMs, row.seq);
          found++;
        }
        return found;
      });
      for (const loop of loops) loop.wake();
      return count;
    },

    async purge() {
      return submit((turn) => {
        const { purge, countExpired } = statements();
        const { count } = countExpired.get(turn.nowMs) as { count: number };
        purge.run(turn.nowMs, PURGED_AT_ONCE);
        return Math.min(Number(count), PURGED_AT_ONCE);
      });
    },

    async close() {
      await Promise.all([...loops].map((loop) => loop.stop()));
      loops.clear();
      await turns.close();
      if (!isOwn || !isOpen(database)) return;
      checkpoint(database);
      database.close();
    },
  };
  return inbox;
}
