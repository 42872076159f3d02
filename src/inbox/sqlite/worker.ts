// Takes, holds and settles entries of the SQLite inbox.
import { randomUUID } from "node:crypto";
import { WebhookError } from "../../core/errors.js";
import { type AttemptCounter, counterAfterRetry, poisonReason, startOf } from "../attempt-counter.js";
import { type InboxDecision, type InboxWorker, MAX_REASON_CHARACTERS, POISON_STARTS } from "../inbox.js";
import type { Retention } from "../retention.js";
import { runSafely, WorkerLoop } from "../worker-loop.js";
import { blobOf, entryOf, type InboxRow, textOf } from "./rows.js";
import type { FileTransaction, Transactions } from "./transactions.js";

/** The largest number of entries taken together: an entry that kills its process takes few others with it. */
const MAX_BATCH = 20;
const PURGED_PER_SETTLEMENT = 100;

export interface SqliteWorkerSettings {
  readonly transactions: Transactions;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly retention: Retention;
}

/** An entry that this worker holds. */
interface Held {
  readonly row: InboxRow;
}

type Retry = Extract<InboxDecision, { state: "retry" }>;

export function startSqliteWorker(worker: InboxWorker, settings: SqliteWorkerSettings): WorkerLoop<Held> {
  const rows = new WorkerRows(worker, settings);
  return new WorkerLoop<Held>({
    concurrency: worker.concurrency,
    maxBatch: MAX_BATCH,
    pollMs: settings.pollMs,
    take: (count) => rows.takeDue(count),
    run: (held, onLost) => rows.run(held, onLost),
    beatMs: settings.leaseMs / 3,
    beat: (held) => rows.renew(held),
    onError: (what, cause) => worker.onError(new WebhookError("store_unavailable", `sqliteInbox: ${what}`, { cause })),
  });
}

class WorkerRows {
  readonly #worker: InboxWorker;
  readonly #settings: SqliteWorkerSettings;
  readonly #owner = randomUUID();

  constructor(worker: InboxWorker, settings: SqliteWorkerSettings) {
    this.#worker = worker;
    this.#settings = settings;
  }

  async takeDue(count: number): Promise<readonly Held[]> {
    const { transactions } = this.#settings;
    // A read first: an idle worker must not write, and wait for the disk, several times a second.
    const due = transactions.statements.findDue.get(this.#worker.source, transactions.nowMs());
    if (due === undefined) return [];
    const { taken, poisoned } = await transactions.submit((transaction) => this.#take(transaction, count));
    for (const row of poisoned) this.#worker.onDead(entryOf(row), poisonReason(POISON_STARTS));
    return taken;
  }

  async run(held: Held, onLost: (tell: (reason: string) => void) => void): Promise<void> {
    const { attempt, progress } = startOf(counterOf(held.row), held.row.starts);
    let decision: InboxDecision;
    try {
      decision = await runSafely(this.#worker, entryOf(held.row), { attempt, progress, onLost });
    } catch (cause) {
      decision = { state: "dead", reason: String(cause) }; // the row itself is unreadable
    }
    await this.#settle(held, decision);
  }

  /** @returns The entries that another worker has taken. */
  renew(held: readonly Held[]): Promise<readonly Held[]> {
    const { transactions, leaseMs } = this.#settings;
    return transactions.submit(({ nowMs }) => {
      const { renew, findHeld } = transactions.statements;
      return held.filter(({ row }) => {
        if (findHeld.get(row.seq, this.#owner, row.starts) === undefined) return true;
        renew.run(nowMs + leaseMs, row.seq);
        return false;
      });
    });
  }

  /** Marks entries that are due as running, and entries that killed their process too often as dead. */
  #take({ nowMs }: FileTransaction, count: number): { taken: readonly Held[]; poisoned: readonly InboxRow[] } {
    const { transactions, leaseMs, retention } = this.#settings;
    const { findDue, start, die } = transactions.statements;
    const taken: Held[] = [];
    const poisoned: InboxRow[] = [];
    while (taken.length < count) {
      const row = findDue.get(this.#worker.source, nowMs) as InboxRow | undefined;
      if (row === undefined) break;
      const starts = row.starts + 1;
      const { unended } = startOf(counterOf(row), starts);
      if (unended >= POISON_STARTS) {
        die.run(nowMs + 1_000 * retention.deadSeconds, blobOf(poisonReason(unended)), row.seq);
        poisoned.push(row);
        continue;
      }
      start.run(nowMs + leaseMs, this.#owner, starts, row.seq);
      taken.push({ row: { ...row, starts } });
    }
    return { taken, poisoned };
  }

  #settle({ row }: Held, decision: InboxDecision): Promise<void> {
    return this.#settings.transactions.submit((transaction) => {
      if (decision.state === "retry") this.#delay(transaction, row, decision);
      else this.#finish(transaction, row, decision);
    });
  }

  #delay({ nowMs }: FileTransaction, row: InboxRow, decision: Retry): void {
    const counter = counterAfterRetry(counterOf(row), row.starts, decision);
    const dueMs = nowMs + Math.min(decision.afterSeconds * 1_000, Number.MAX_SAFE_INTEGER / 4);
    this.#settings.transactions.statements.delay.run(
      Math.ceil(dueMs),
      counter.ended ?? 0,
      counter.uncounted ?? 0,
      blobOf(counter.progress),
      blobOf(decision.reason.slice(0, MAX_REASON_CHARACTERS)),
      row.seq,
      this.#owner,
      row.starts,
    );
  }

  #finish({ nowMs }: FileTransaction, row: InboxRow, decision: Exclude<InboxDecision, Retry>): void {
    const { transactions, retention } = this.#settings;
    const { finish, purge } = transactions.statements;
    const isDone = decision.state === "done";
    const expiresAtMs = nowMs + 1_000 * (isDone ? retention.doneSeconds : retention.deadSeconds);
    const reason = isDone ? null : blobOf(decision.reason.slice(0, MAX_REASON_CHARACTERS));
    finish.run(decision.state, Math.ceil(expiresAtMs), reason, row.starts, row.seq, this.#owner, row.starts);
    purge.run(nowMs, PURGED_PER_SETTLEMENT);
  }
}

function counterOf(row: InboxRow): AttemptCounter {
  const progress = textOf(row.progress);
  return { ended: row.ended, uncounted: row.uncounted, ...(progress === undefined ? {} : { progress }) };
}
