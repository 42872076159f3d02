// The parts of pg-boss that are used, and where its jobs are stored.
import type { JobRow, PgBossAttempt } from "./rows.js";

/** The part of pg-boss (12.20 or later) that is used. */
export interface PgBossLike {
  createQueue(name: string, options: object): Promise<void>;
  getQueue(name: string): Promise<{ readonly policy?: string } | null>;
  insert(name: string, jobs: object[], options: { returnId: true }): Promise<string[] | null>;
  fetch(name: string, options: { batchSize: number; includeMetadata: true }): Promise<unknown[]>;
  touch(
    name: string,
    jobs: PgBossAttempt[],
  ): Promise<{ readonly jobs?: readonly string[]; readonly affected?: number }>;
  complete(name: string, job: PgBossAttempt, output: object, options?: object): Promise<{ readonly affected?: number }>;
  fail(name: string, job: PgBossAttempt, output: object, options?: object): Promise<{ readonly affected?: number }>;
  cancel(name: string, id: string, options?: object): Promise<unknown>;
  update(name: string, data: object, options: object): Promise<unknown>;
  deleteJob(name: string, id: string | string[], options?: object): Promise<unknown>;
  getDb(): PgBossDatabase;
}

interface PgBossDatabase {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  beginTransaction?(): Promise<{ readonly db: unknown; commit(): Promise<void>; rollback(): Promise<void> }>;
}

/** @throws {TypeError} When the value is not a pg-boss. */
export function checkPgBoss(boss: PgBossLike): void {
  for (const method of ["createQueue", "insert", "fetch", "touch", "update", "getDb"] as const) {
    if (typeof boss?.[method] !== "function")
      throw new TypeError(`pgBossInbox: boss must be a PgBoss of pg-boss 12; it has no ${method}()`);
  }
}

/** A pg-boss, with the table and the queues that the inbox uses. */
export interface PgBossEngine {
  readonly boss: PgBossLike;
  /** The table of jobs, with its schema. */
  readonly jobs: string;
  /** The prefix of the queue names, with its dot. */
  readonly prefix: string;
  sql(text: string, values: readonly unknown[]): Promise<readonly JobRow[]>;
  /** Runs the work in a transaction where pg-boss uses its own pool; otherwise without one. */
  together(work: (options: object) => Promise<void>): Promise<void>;
}

export function pgBossEngine(boss: PgBossLike, schema: string, prefix: string): PgBossEngine {
  return {
    boss,
    jobs: `${schema}.job`,
    prefix: `${prefix}.`,
    async sql(text, values) {
      return (await boss.getDb().executeSql(text, [...values])).rows as JobRow[];
    },
    async together(work) {
      const transaction = await boss.getDb().beginTransaction?.();
      if (transaction === undefined) return work({});
      try {
        await work({ db: transaction.db });
        await transaction.commit();
      } catch (error) {
        await transaction.rollback();
        throw error;
      }
    },
  };
}
