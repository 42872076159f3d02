// Sets the alarm of a Durable Object for the next entry that is due, so that the object is started again for it.

import type { SqliteDatabase } from "../../lib/sqlite/driver.js";
import { type DurableObjectStorage, durableObjectDatabase } from "../../lib/sqlite/durable-object.js";
import type { InboxDecision, InboxWorker } from "../inbox.js";

/** An entry that is due now is taken at once by the object that has put it. Later than this it was not. */
const SOONEST_MS = 1_000;
/** A settled run wakes its loop, which takes the next entry within a few promises. */
const BETWEEN_RUNS_MS = 20;
/** The platform ends an alarm after 15 minutes. */
const LONGEST_ALARM_MS = 10 * 60_000;

const NEXT_DUE = `SELECT due_at_ms FROM hookgate_inbox WHERE source = ? AND due_at_ms IS NOT NULL
  ORDER BY due_at_ms LIMIT 1`;

export class AlarmClock {
  /** The storage. Each of its transactions leaves with the alarm that its entries need. */
  readonly database: SqliteDatabase;
  readonly #storage: { setAlarm(atMs: number): unknown };
  readonly #sources = new Set<string>();
  readonly #running = new Set<Promise<InboxDecision>>();
  #alarmAtMs = Number.POSITIVE_INFINITY;

  constructor(where: string, storage: DurableObjectStorage & { setAlarm(atMs: number): unknown }) {
    const database = durableObjectDatabase(where, storage);
    if (typeof storage.setAlarm !== "function") throw new TypeError(`${where}: the storage has no alarm`);
    this.#storage = storage;
    this.database = {
      ...database,
      transactionSync: (run) => {
        const value = storage.transactionSync(run);
        this.#set();
        return value;
      },
    };
  }

  /** The same worker. The alarm is set for entries of its source, and waits for its runs. */
  watch(worker: InboxWorker): InboxWorker {
    this.#sources.add(worker.source);
    return {
      ...worker,
      run: (entry, job) => {
        const run = worker.run(entry, job);
        this.#running.add(run);
        const end = (): void => void this.#running.delete(run);
        run.then(end, end);
        return run;
      },
    };
  }

  /** Resolves once nothing that is due is left, so that the platform keeps the object for so long. */
  async ring(wake: () => Promise<unknown>): Promise<void> {
    this.#alarmAtMs = Number.POSITIVE_INFINITY;
    const untilMs = Date.now() + LONGEST_ALARM_MS;
    await wake();
    do {
      await Promise.allSettled(this.#running); // a run has a time limit of its own
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_RUNS_MS));
    } while (this.#running.size > 0 && Date.now() < untilMs);
    this.#alarmAtMs = Number.POSITIVE_INFINITY;
    this.#set();
  }

  #set(): void {
    const nowMs = Date.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const source of this.#sources) {
      const row = this.database.prepare(NEXT_DUE).get(source) as { due_at_ms: number } | undefined;
      if (row !== undefined) nextMs = Math.min(nextMs, row.due_at_ms);
    }
    nextMs = Math.max(nextMs, nowMs + SOONEST_MS);
    if (nextMs >= this.#alarmAtMs && this.#alarmAtMs > nowMs) return;
    if (nextMs === Number.POSITIVE_INFINITY) return;
    this.#alarmAtMs = nextMs;
    this.#storage.setAlarm(nextMs);
  }
}
