// An inbox in memory that keeps the contract, or breaks one rule of it: the contract must see each.
import {
  type Inbox,
  type InboxDecision,
  type InboxEntry,
  InboxFullError,
  type InboxRecord,
  type InboxState,
  type InboxWorker,
  POISON_STARTS,
} from "../../src/inbox/inbox.js";
import type { RetentionOptions } from "../../src/inbox/retention.js";

export type InboxFlaw =
  | "none"
  | "forgets what is done"
  | "overwrites a known entry"
  | "answers stored for what it knows"
  | "ignores the concurrency"
  | "ignores the source"
  | "runs an entry twice"
  | "dies of a run that rejects"
  | "does not count attempts"
  | "drops the progress"
  | "drops the progress that a run does not repeat"
  | "does not wait"
  | "holds everybody up"
  | "counts what is not to be counted"
  | "drops the reason"
  | "a time out of reason fires at once"
  | "retries the dead"
  | "redrive keeps the attempts"
  | "redrive takes what waits"
  | "lists the newest first"
  | "ignores the order"
  | "a dead one blocks its key"
  | "stop does not wait"
  | "stop goes on taking"
  | "has no mark"
  | "a crash loses the entry"
  | "a poison entry runs for ever"
  | "bytes become text"
  | "keeps the done for ever"
  | "keeps the dead for ever"
  | "forgets the done before their time"
  | "forgets the dead with the done"
  | "forgets what waits";

interface Row {
  entry: InboxEntry;
  state: InboxState;
  attempts: number;
  unended: number;
  progress: string | undefined;
  reason: string | undefined;
  runAtMs: number;
  endedMs: number | undefined;
  owner: object | undefined;
  seq: number;
}

export interface MemoryInbox extends Inbox {
  peer(retention?: Required<RetentionOptions>): MemoryInbox;
  crash(): void;
}

export function flawedInbox(
  flaw: InboxFlaw,
  maxWaiting: number,
  rows: Map<string, Row> = new Map(),
  workers: Set<() => void> = new Set(),
  retention: Required<RetentionOptions> = { retentionSeconds: 3_600, deadRetentionSeconds: 3_600 },
): MemoryInbox {
  const is = (one: InboxFlaw): boolean => flaw === one;
  const identity = {};
  let isCrashed = false;
  let seq = rows.size;
  const wake = () => {
    for (const worker of workers) setImmediate(worker);
  };
  const timer = setInterval(wake, 50);
  timer.unref();

  function next(worker: InboxWorker): Row | undefined {
    const now = Date.now();
    const all = [...rows.values()].sort((a, b) => a.seq - b.seq);
    for (const row of all) {
      if (row.state !== "waiting" || (!is("ignores the source") && row.entry.source !== worker.source)) continue;
      const key = row.entry.orderKey;
      if (key !== undefined && !is("ignores the order")) {
        const earlier = all.some(
          (other) =>
            other.seq < row.seq &&
            other.entry.orderKey === key &&
            (other.state === "waiting" ||
              other.state === "running" ||
              (is("a dead one blocks its key") && other.state === "dead")),
        );
        if (earlier) continue;
      }
      if (row.runAtMs > now) {
        if (is("holds everybody up")) return undefined;
        if (!is("does not wait")) continue;
      }
      return row;
    }
    return undefined;
  }

  function settle(row: Row, decision: InboxDecision): void {
    if (isCrashed) return;
    row.owner = undefined;
    row.unended = 0;
    row.endedMs = Date.now();
    if (decision.state === "done") {
      row.state = "done";
      if (is("forgets what is done")) rows.delete(row.entry.key);
      return;
    }
    row.reason = is("drops the reason") ? undefined : decision.reason;
    if (decision.state === "dead" && !is("retries the dead")) {
      row.state = "dead";
      return;
    }
    row.state = "waiting";
    if (decision.state !== "retry") return;
    row.progress = is("drops the progress")
      ? undefined
      : is("drops the progress that a run does not repeat")
        ? decision.progress
        : (decision.progress ?? row.progress);
    if (!decision.isCounted && !is("counts what is not to be counted")) row.attempts--;
    const afterMs = decision.afterSeconds * 1000;
    row.runAtMs =
      Date.now() + (afterMs > 2 ** 31 && is("a time out of reason fires at once") ? 0 : Math.min(afterMs, 2 ** 40));
  }

  function isPastItsTime({ state, endedMs = 0 }: Row): boolean {
    if (state === "waiting") return is("forgets what waits");
    if (state === "running") return false;
    if (is(`keeps the ${state} for ever`)) return false;
    if (state === "done" && is("forgets the done before their time")) return true;
    const { retentionSeconds, deadRetentionSeconds } = retention;
    const seconds = state === "done" || is("forgets the dead with the done") ? retentionSeconds : deadRetentionSeconds;
    return Date.now() > endedMs + seconds * 1_000;
  }

  const inbox: MemoryInbox = {
    name: "flawedInbox",
    isShared: true,
    keepsOrder: true,
    attach: () => undefined,
    async put(entries) {
      const waiting = [...rows.values()].filter((row) => row.state === "waiting").length;
      if (waiting + entries.length > maxWaiting && !is("has no mark")) throw new InboxFullError("full");
      const answers = entries.map((entry) => {
        const known = rows.get(entry.key);
        if (known !== undefined) {
          if (is("overwrites a known entry")) known.entry = entry;
          return is("answers stored for what it knows") ? ("stored" as const) : ("known" as const);
        }
        const body = is("bytes become text") ? Buffer.from(Buffer.from(entry.body).toString()) : entry.body;
        rows.set(entry.key, {
          entry: { ...entry, body },
          state: "waiting",
          attempts: 0,
          unended: 0,
          progress: undefined,
          reason: undefined,
          runAtMs: 0,
          endedMs: undefined,
          owner: undefined,
          seq: seq++ + rows.size,
        });
        return "stored" as const;
      });
      wake();
      return answers;
    },
    work(worker) {
      const running = new Set<Promise<void>>();
      let isStopped = false;
      const take = (): void => {
        if (isCrashed || (isStopped && !is("stop goes on taking"))) return;
        while (running.size < worker.concurrency || is("ignores the concurrency")) {
          const row = next(worker);
          if (row === undefined) return;
          if (row.unended >= POISON_STARTS && !is("a poison entry runs for ever")) {
            row.state = "dead";
            row.reason = `started ${row.unended} times, and never ended`;
            worker.onDead(row.entry, row.reason);
            continue;
          }
          if (!is("runs an entry twice") || row.attempts > 0) row.state = "running";
          row.owner = identity;
          if (!is("does not count attempts") || row.attempts === 0) row.attempts++;
          row.unended++;
          const job = { attempt: row.attempts, progress: row.progress, onLost: () => undefined };
          const run = worker
            .run(row.entry, job)
            .then(
              (decision) => settle(row, decision),
              (error: unknown) => {
                if (is("dies of a run that rejects")) return;
                settle(row, {
                  state: "retry",
                  afterSeconds: 0,
                  reason: String(error),
                  progress: undefined,
                  isCounted: true,
                });
              },
            )
            .then(() => {
              running.delete(run);
              wake();
            });
          running.add(run);
        }
      };
      workers.add(take);
      wake();
      return {
        async stop() {
          isStopped = true;
          if (!is("stop goes on taking")) workers.delete(take);
          if (!is("stop does not wait") && !isCrashed) await Promise.all(running);
        },
      };
    },
    async counts(source) {
      const of = (state: InboxState) =>
        [...rows.values()].filter(
          (row) => row.state === state && (source === undefined || row.entry.source === source),
        );
      const oldest = Math.min(...of("waiting").map((row) => Math.max(row.runAtMs, row.entry.receivedAtMs)), Date.now());
      const due = of("waiting").some((row) => row.runAtMs <= Date.now());
      return {
        waiting: of("waiting").length,
        running: of("running").length,
        done: of("done").length,
        dead: of("dead").length,
        oldestWaitingSeconds: due ? (Date.now() - oldest) / 1000 : 0,
      };
    },
    async list({ state, source, limit = 100, afterKey }) {
      const all = [...rows.values()]
        .filter((row) => row.state === state && (source === undefined || row.entry.source === source))
        .sort((a, b) => (is("lists the newest first") ? b.seq - a.seq : a.seq - b.seq));
      const from = afterKey === undefined ? 0 : all.findIndex((row) => row.entry.key === afterKey) + 1;
      return all.slice(from, from + limit).map(recordOf);
    },
    async get(key) {
      const row = rows.get(key);
      return row === undefined ? undefined : recordOf(row);
    },
    async redrive(keys) {
      let count = 0;
      for (const key of keys) {
        const row = rows.get(key);
        if (row === undefined) continue;
        if (row.state !== "dead" && row.state !== "done" && !is("redrive takes what waits")) continue;
        row.state = "waiting";
        row.runAtMs = 0;
        row.unended = 0;
        if (!is("redrive keeps the attempts")) row.attempts = 0;
        count++;
      }
      wake();
      return count;
    },
    async purge() {
      let count = 0;
      for (const [key, row] of rows) {
        if (!isPastItsTime(row)) continue;
        rows.delete(key);
        count++;
      }
      return count;
    },
    async close() {
      clearInterval(timer);
    },
    peer: (own) => flawedInbox(flaw, maxWaiting, rows, workers, own),
    crash() {
      isCrashed = true;
      for (const row of rows.values()) {
        if (row.owner !== identity || row.state !== "running") continue;
        if (is("a crash loses the entry")) rows.delete(row.entry.key);
        else row.state = "waiting";
      }
    },
  };
  return inbox;
}

function recordOf(row: Row): InboxRecord {
  return {
    entry: row.entry,
    state: row.state,
    attempts: row.attempts,
    reason: row.reason,
    runAtMs: row.state === "waiting" ? row.runAtMs : undefined,
  };
}
