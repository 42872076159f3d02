// The queue of the embedded inbox: entries are taken, leased, settled and listed in one SQLite file.
import { randomUUID } from "node:crypto";
import { WebhookError } from "../errors.js";
import { type HostClocks, readClock } from "../internal/file-clock.js";
import { createGroupCommit } from "../internal/group-commit.js";
import { isFull, isOpen, type SqliteDatabase } from "../internal/sqlite-database.js";
import { checkpoint } from "../internal/sqlite-file.js";
import { createBacklog } from "./backlog.js";
import {
  type Inbox,
  type InboxCounts,
  InboxFullError,
  type InboxState,
  type InboxVerdict,
  type InboxWorker,
  MAX_REASON_CHARACTERS,
  POISON_STARTS,
} from "./inbox.js";
import { reportShortRetention, retentionOf } from "./inbox-options.js";
import { keptAfter, poisonReason, startOf } from "./kept.js";
import { type InboxLoop, inboxLoop, runSafely } from "./loop.js";
import type { SqliteInboxOptions } from "./sqlite.js";
import { blobOf, entryBlob, entryOf, type InboxRow, recordOf, textOf } from "./sqlite-rows.js";
import { anchorOf, migrateInbox } from "./sqlite-schema.js";
import { type InboxStatements, prepareStatements } from "./sqlite-statements.js";

export interface SqliteInbox<Tx = never> extends Inbox<Tx> {
  /** Makes the tables, for a database that you opened. Many processes may do so at once. */
  migrate(): Promise<void>;
}

const RETENTION_SECONDS = 7 * 86_400;
/** So many are taken in one go, at most: one that kills its process must not condemn many. */
const MAX_BATCH = 20;
const PURGED_PER_TURN = 100;
const PURGED_AT_ONCE = 1_000;

/** One transaction. */
interface Turn {
  readonly nowMs: number;
}

interface Held {
  readonly row: InboxRow;
}

/** Options, checked. */
export interface Numbers {
  readonly maxWaiting: number;
  readonly deadRetentionMs: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly timeoutMs: number;
}

export function createSqliteQueue<Tx>(
  database: SqliteDatabase,
  isOwn: boolean,
  clocks: HostClocks,
  numbers: Numbers,
  options: SqliteInboxOptions<Tx>,
): SqliteInbox<Tx> {
  const { leaseMs } = numbers;
  const loops = new Set<InboxLoop>();
  let retentionMs = 1_000 * (options.retentionSeconds ?? RETENTION_SECONDS);
  let prepared: InboxStatements | undefined;

  /** Prepared on first use: an inbox may be built before `migrate`. */
  function statements(): InboxStatements {
    if (!isOpen(database)) throw new Error("sqliteInbox: the database is closed");
    prepared ??= prepareStatements(database);
    return prepared;
  }

  const group = createGroupCommit<Turn>(database, {
    name: "sqliteInbox",
    timeoutMs: numbers.timeoutMs,
    begin() {
      const { anchor, keepAnchor } = statements();
      const before = anchorOf(anchor.get());
      const clock = readClock(before, clocks);
      if (clock.anchor !== before) {
        keepAnchor.run(clock.anchor.timeMs, clock.anchor.monotonicMs, clock.anchor.wallMs);
      }
      return { nowMs: clock.nowMs };
    },
  });

  async function submit<T>(op: (turn: Turn) => T): Promise<T> {
    try {
      return await group.submit(op);
    } catch (error) {
      if (isFull(error)) throw new InboxFullError("sqliteInbox: the disk is full", { cause: error });
      throw error;
    }
  }

  function nowMs(): number {
    return readClock(anchorOf(statements().anchor.get()), clocks).nowMs;
  }

  const backlog = createBacklog("sqliteInbox", numbers.maxWaiting, async (source) => {
    const { count } = statements().countWaiting.get(source) as { count: number };
    return Number(count);
  });

  /** In the transaction: the entries that are due, now running; and those that killed their process too often, now dead. */
  function take(turn: Turn, source: string, owner: string, count: number) {
    const { findDue, start, die } = statements();
    const taken: Held[] = [];
    const poisoned: InboxRow[] = [];
    while (taken.length < count) {
      const row = findDue.get(source, turn.nowMs) as InboxRow | undefined;
      if (row === undefined) break;
      const starts = row.starts + 1;
      const { unended } = startOf(keptOf(row), starts);
      if (unended >= POISON_STARTS) {
        die.run(turn.nowMs + numbers.deadRetentionMs, blobOf(poisonReason(unended)), row.seq);
        poisoned.push(row);
        continue;
      }
      start.run(turn.nowMs + leaseMs, owner, starts, row.seq);
      taken.push({ row: { ...row, starts } });
    }
    return { taken, poisoned };
  }

  async function takeFor(worker: InboxWorker, owner: string, count: number): Promise<readonly Held[]> {
    // A read first: an idle worker must not write, and wait for the disk, several times a second.
    if (statements().findDue.get(worker.source, nowMs()) === undefined) return [];
    const { taken, poisoned } = await submit((turn) => take(turn, worker.source, owner, count));
    for (const row of poisoned) worker.onDead(entryOf(row), poisonReason(POISON_STARTS));
    return taken;
  }

  function settle({ row }: Held, owner: string, verdict: InboxVerdict): Promise<void> {
    return submit((turn) => {
      const { finish, delay, purge } = statements();
      if (verdict.state === "retry") {
        const kept = keptAfter(keptOf(row), row.starts, verdict);
        const dueMs = turn.nowMs + Math.min(verdict.afterSeconds * 1_000, Number.MAX_SAFE_INTEGER / 4);
        delay.run(
          Math.ceil(dueMs),
          kept.ended ?? 0,
          kept.uncounted ?? 0,
          blobOf(kept.progress),
          blobOf(verdict.reason.slice(0, MAX_REASON_CHARACTERS)),
          row.seq,
          owner,
          row.starts,
        );
        return;
      }
      const isDone = verdict.state === "done";
      const expiresAtMs = turn.nowMs + (isDone ? retentionMs : numbers.deadRetentionMs);
      const reason = isDone ? null : blobOf(verdict.reason.slice(0, MAX_REASON_CHARACTERS));
      finish.run(verdict.state, Math.ceil(expiresAtMs), reason, row.starts, row.seq, owner, row.starts);
      purge.run(turn.nowMs, PURGED_PER_TURN);
    });
  }

  async function run(held: Held, owner: string, worker: InboxWorker, onLost: (tell: (reason: string) => void) => void) {
    const { attempt, progress } = startOf(keptOf(held.row), held.row.starts);
    let verdict: InboxVerdict;
    try {
      verdict = await runSafely(worker, entryOf(held.row), { attempt, progress, onLost });
    } catch (cause) {
      verdict = { state: "dead", reason: String(cause) }; // the row itself cannot be read
    }
    await settle(held, owner, verdict);
  }

  const inbox: SqliteInbox<Tx> = {
    name: "sqliteInbox",
    isShared: true,
    keepsOrder: true,
    ...(options.store === undefined ? {} : { store: options.store }),

    async migrate() {
      migrateInbox(database, clocks);
    },

    attach(needs) {
      retentionMs = Math.max(retentionMs, 1_000 * retentionOf(options.retentionSeconds, RETENTION_SECONDS, needs));
      reportShortRetention("sqliteInbox", options.retentionSeconds, needs);
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
      const owner = randomUUID();
      const loop = inboxLoop<Held>({
        concurrency: worker.concurrency,
        maxBatch: MAX_BATCH,
        pollMs: numbers.pollMs,
        take: (count) => takeFor(worker, owner, count),
        run: (held, onLost) => run(held, owner, worker, onLost),
        beatMs: leaseMs / 3,
        beat: (held) =>
          submit((turn) => {
            const { renew, findHeld } = statements();
            return held.filter(({ row }) => {
              if (findHeld.get(row.seq, owner, row.starts) === undefined) return true;
              renew.run(turn.nowMs + leaseMs, row.seq);
              return false;
            });
          }),
        onError: (what, cause) =>
          worker.onError(new WebhookError("store_unavailable", `sqliteInbox: ${what}`, { cause })),
      });
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
      await group.close();
      prepared = undefined;
      if (!isOwn || !isOpen(database)) return;
      checkpoint(database);
      database.close();
    },
  };
  return inbox;
}

function keptOf(row: InboxRow) {
  const progress = textOf(row.progress);
  return { ended: row.ended, uncounted: row.uncounted, ...(progress === undefined ? {} : { progress }) };
}
