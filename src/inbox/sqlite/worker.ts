// Takes, holds and settles entries of the SQLite inbox.
import { randomUUID } from "node:crypto";
import { WebhookError } from "../../core/errors.js";
import { type AttemptCounter, keptAfter, poisonReason, startOf } from "../attempt-counter.js";
import { type InboxDecision, type InboxWorker, MAX_REASON_CHARACTERS, POISON_STARTS } from "../inbox.js";
import type { Retention } from "../retention.js";
import { type InboxLoop, inboxLoop, runSafely } from "../worker-loop.js";
import { blobOf, entryOf, type InboxRow, textOf } from "./rows.js";
import type { FileTransaction, Transactions } from "./transactions.js";

/** So many are taken in one go, at most: one that kills its process must not condemn many. */
const MAX_BATCH = 20;
const PURGED_PER_TURN = 100;

export interface SqliteWork {
  readonly turns: Transactions;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly retention: Retention;
}

interface Held {
  readonly row: InboxRow;
}

export function startSqliteWorker(worker: InboxWorker, settings: SqliteWork): InboxLoop {
  const { turns, leaseMs, retention } = settings;
  const { statements, submit } = turns;
  const owner = randomUUID();

  /** In the transaction: the entries that are due, now running; and those that killed their process too often, now dead. */
  function take(turn: FileTransaction, count: number) {
    const { findDue, start, die } = statements();
    const taken: Held[] = [];
    const poisoned: InboxRow[] = [];
    while (taken.length < count) {
      const row = findDue.get(worker.source, turn.nowMs) as InboxRow | undefined;
      if (row === undefined) break;
      const starts = row.starts + 1;
      const { unended } = startOf(keptOf(row), starts);
      if (unended >= POISON_STARTS) {
        die.run(turn.nowMs + 1_000 * retention.deadSeconds, blobOf(poisonReason(unended)), row.seq);
        poisoned.push(row);
        continue;
      }
      start.run(turn.nowMs + leaseMs, owner, starts, row.seq);
      taken.push({ row: { ...row, starts } });
    }
    return { taken, poisoned };
  }

  async function takeDue(count: number): Promise<readonly Held[]> {
    // A read first: an idle worker must not write, and wait for the disk, several times a second.
    if (statements().findDue.get(worker.source, turns.nowMs()) === undefined) return [];
    const { taken, poisoned } = await submit((turn) => take(turn, count));
    for (const row of poisoned) worker.onDead(entryOf(row), poisonReason(POISON_STARTS));
    return taken;
  }

  function settle({ row }: Held, verdict: InboxDecision): Promise<void> {
    return submit((turn) => {
      if (verdict.state === "retry") wait(turn, row, verdict);
      else end(turn, row, verdict);
    });
  }

  function wait(turn: FileTransaction, row: InboxRow, verdict: Extract<InboxDecision, { state: "retry" }>): void {
    const kept = keptAfter(keptOf(row), row.starts, verdict);
    const dueMs = turn.nowMs + Math.min(verdict.afterSeconds * 1_000, Number.MAX_SAFE_INTEGER / 4);
    statements().delay.run(
      Math.ceil(dueMs),
      kept.ended ?? 0,
      kept.uncounted ?? 0,
      blobOf(kept.progress),
      blobOf(verdict.reason.slice(0, MAX_REASON_CHARACTERS)),
      row.seq,
      owner,
      row.starts,
    );
  }

  function end(turn: FileTransaction, row: InboxRow, verdict: Exclude<InboxDecision, { state: "retry" }>): void {
    const { finish, purge } = statements();
    const isDone = verdict.state === "done";
    const expiresAtMs = turn.nowMs + 1_000 * (isDone ? retention.doneSeconds : retention.deadSeconds);
    const reason = isDone ? null : blobOf(verdict.reason.slice(0, MAX_REASON_CHARACTERS));
    finish.run(verdict.state, Math.ceil(expiresAtMs), reason, row.starts, row.seq, owner, row.starts);
    purge.run(turn.nowMs, PURGED_PER_TURN);
  }

  async function run(held: Held, onLost: (tell: (reason: string) => void) => void): Promise<void> {
    const { attempt, progress } = startOf(keptOf(held.row), held.row.starts);
    let verdict: InboxDecision;
    try {
      verdict = await runSafely(worker, entryOf(held.row), { attempt, progress, onLost });
    } catch (cause) {
      verdict = { state: "dead", reason: String(cause) }; // the row itself cannot be read
    }
    await settle(held, verdict);
  }

  return inboxLoop<Held>({
    concurrency: worker.concurrency,
    maxBatch: MAX_BATCH,
    pollMs: settings.pollMs,
    take: takeDue,
    run,
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
    onError: (what, cause) => worker.onError(new WebhookError("store_unavailable", `sqliteInbox: ${what}`, { cause })),
  });
}

function keptOf(row: InboxRow): AttemptCounter {
  const progress = textOf(row.progress);
  return { ended: row.ended, uncounted: row.uncounted, ...(progress === undefined ? {} : { progress }) };
}
