// An inbox on PostgreSQL, with pg-boss doing the queueing.
import type { DedupeStore } from "../dedupe/store.js";
import { WebhookError } from "../errors.js";
import { refuseUnknownKeys } from "../internal/known-keys.js";
import { createBacklog } from "./backlog.js";
import { entryFromText, entryToText } from "./entry-text.js";
import {
  type Inbox,
  type InboxCounts,
  type InboxEntry,
  type InboxNeeds,
  type InboxState,
  type InboxVerdict,
  type InboxWorker,
  POISON_STARTS,
} from "./inbox.js";
import { positive, reportShortRetention, retentionOf } from "./inbox-options.js";
import { keptAfter, poisonReason, startOf } from "./kept.js";
import { type InboxLoop, inboxLoop, runSafely } from "./loop.js";
import {
  hashed,
  JOB_COLUMNS,
  type JobRow,
  jobId,
  type PgBossAttempt,
  type PgBossJob,
  queueName,
  recordOf,
  STATES,
  stateOf,
  storable,
} from "./pg-boss-rows.js";

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
  deleteJob(name: string, id: string, options?: object): Promise<unknown>;
  getDb(): PgBossDatabase;
}

interface PgBossDatabase {
  // biome-ignore lint/suspicious/noExplicitAny: rows of any statement, as pg-boss types them
  executeSql(text: string, values?: unknown[]): Promise<{ rows: any[] }>;
  beginTransaction?(): Promise<{ readonly db: unknown; commit(): Promise<void>; rollback(): Promise<void> }>;
}

export interface PgBossInboxOptions<Tx = never> {
  /** Claimed around each run: pg-boss may run a job twice. With a transactional store the handler's writes happen exactly once. */
  readonly store?: DedupeStore<Tx>;
  /** Runs events of one `order.key` one after another (queue policy `key_strict_fifo`). Chosen when a queue is made. Default false. */
  readonly keepsOrder?: boolean;
  /** Before each queue's name. Default `"hookgate"`. */
  readonly prefix?: string;
  /** pg-boss's own `schema` option. Default `"pgboss"`. */
  readonly schema?: string;
  /** How many events of one receiver may wait; beyond it senders hear 503. Default 100,000. Counted once a second, so that a burst may pass it by what comes in that second. */
  readonly maxWaiting?: number;
  /** How long done and dead events are kept. Default 14 days, or what the receiver needs where that is longer. */
  readonly retentionSeconds?: number;
  /** How often an idle worker looks for events that other processes put. Default 1. */
  readonly pollSeconds?: number;
}

const OPTIONS: readonly (keyof PgBossInboxOptions)[] = [
  "store",
  "keepsOrder",
  "prefix",
  "schema",
  "maxWaiting",
  "retentionSeconds",
  "pollSeconds",
];
const RETENTION_SECONDS = 14 * 86_400;
/** pg-boss deletes what has waited too long. Nothing here may be lost that way: ten years. */
const WAITING_RETENTION_SECONDS = 3_650 * 86_400;
/** hookgate decides when an entry is dead; pg-boss must never. */
const RETRY_LIMIT = 1_000_000;
/** A worker that is not heard of for so long is gone. pg-boss takes no less than 10. */
const HEARTBEAT_SECONDS = 30;
/** Beyond the handler's own time limit, before pg-boss takes the job away from a worker that still lives. */
const EXPIRE_GRACE_SECONDS = 60;
/** So many entries are fetched in one go, at most: one that kills its process must not condemn many. */
const MAX_BATCH = 20;

/**
 * A durable inbox on PostgreSQL. pg-boss queues, retries and keeps; the application makes, starts and stops it.
 *
 * Shape:   a queue for each receiver, `hookgate.<sender>` or with its scope; a job for each event, whose id is made of the
 *          event's key, so that a second delivery of it meets the first.
 * Source:  pg-boss 12, https://github.com/timgit/pg-boss; `describeInbox` and the fault suite pin what is used of it.
 * Promise: what was answered as accepted is committed (`synchronous_commit` must be on, which is PostgreSQL's default).
 *          Not promised: that a handler runs once. A worker that stalls longer than 30 s loses its job to another: give
 *          `store`. And how soon a killed worker's jobs run again is pg-boss's `monitorIntervalSeconds` (60), plus 30 s.
 *
 * @param boss - A started `PgBoss`, version 12.
 * @throws {TypeError} When it is no pg-boss, or an option is unknown or out of range.
 * @example
 * const boss = new PgBoss(process.env.DATABASE_URL ?? "");
 * await boss.start();
 * const receiver = createReceiver(stripe({ secret }), { scope: "billing", inbox: pgBossInbox(boss) });
 */
export function pgBossInbox<Tx = never>(boss: PgBossLike, options: PgBossInboxOptions<Tx> = {}): Inbox<Tx> {
  refuseUnknownKeys("pgBossInbox", options, OPTIONS);
  for (const method of ["createQueue", "insert", "fetch", "touch", "update", "getDb"] as const) {
    if (typeof boss?.[method] !== "function")
      throw new TypeError(`pgBossInbox: boss must be a PgBoss of pg-boss 12; it has no ${method}()`);
  }
  const { keepsOrder = false, prefix = "hookgate", schema = "pgboss", maxWaiting = 100_000 } = options;
  if (!/^[A-Za-z0-9_]+$/.test(schema)) throw new TypeError(`pgBossInbox: schema must be a plain name; got "${schema}"`);
  if (!/^[A-Za-z0-9_.-]+$/.test(prefix))
    throw new TypeError(`pgBossInbox: prefix must be a plain name; got "${prefix}"`);
  positive("pgBossInbox", "maxWaiting", maxWaiting);
  const pollSeconds = positive("pgBossInbox", "pollSeconds", options.pollSeconds ?? 1);
  if (options.retentionSeconds !== undefined) positive("pgBossInbox", "retentionSeconds", options.retentionSeconds);
  const jobs = `${schema}.job`;
  const queues = new Map<string, Promise<void>>();
  const needsOf = new Map<string, InboxNeeds>();
  const loops = new Set<InboxLoop>();
  const sql = async (text: string, values: unknown[]): Promise<readonly JobRow[]> =>
    (await boss.getDb().executeSql(text, values)).rows as JobRow[];

  const backlog = createBacklog("pgBossInbox", maxWaiting, async (source) => {
    const [row] = await sql(
      `SELECT count(*)::int AS count FROM (SELECT 1 FROM ${jobs} WHERE name = $1 AND state < 'active' LIMIT $2) AS queued`,
      [queueName(prefix, source), maxWaiting + 1],
    );
    return row?.count ?? 0;
  });

  /** Made on first use, since `attach` cannot wait; tried again where it failed. */
  function ensureQueue(source: string): Promise<void> {
    const known = queues.get(source);
    if (known !== undefined) return known;
    const made = makeQueue(source);
    queues.set(source, made);
    made.catch(() => queues.delete(source));
    return made;
  }

  async function makeQueue(source: string): Promise<void> {
    const name = queueName(prefix, source);
    const needs = needsOf.get(source);
    const policy = keepsOrder ? "key_strict_fifo" : "standard";
    await boss.createQueue(name, {
      policy,
      retryLimit: RETRY_LIMIT,
      retryDelay: 0,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      expireInSeconds: Math.ceil(needs?.handlerTimeoutSeconds ?? 60) + EXPIRE_GRACE_SECONDS,
      retentionSeconds: WAITING_RETENTION_SECONDS,
      deleteAfterSeconds: retentionOf(options.retentionSeconds, RETENTION_SECONDS, needs),
    });
    const queue = await boss.getQueue(name);
    if (queue?.policy !== undefined && queue.policy !== policy) {
      throw new Error(
        `pgBossInbox: queue ${name} exists with policy ${queue.policy}, and keepsOrder: ${keepsOrder} needs ${policy}; a policy cannot be changed. Choose another prefix, or drain and delete the queue`,
      );
    }
  }

  /** Both or neither where pg-boss's own pool is used; on another database adapter one after the other. */
  async function together(work: (options: object) => Promise<void>): Promise<void> {
    const transaction = await boss.getDb().beginTransaction?.();
    if (transaction === undefined) return work({});
    try {
      await work({ db: transaction.db });
      await transaction.commit();
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }

  async function settle(name: string, job: PgBossJob, verdict: InboxVerdict): Promise<void> {
    const attempt = { id: job.id, retryCount: job.retryCount };
    if (verdict.state === "done") {
      await boss.complete(name, attempt, {});
      return;
    }
    await together(async (db) => {
      const { affected } = await boss.fail(name, attempt, { reason: storable(verdict.reason) }, db);
      if (affected === 0) return; // somebody else has it, and their verdict counts
      if (verdict.state === "dead") {
        await boss.cancel(name, job.id, db);
        return;
      }
      const kept = keptAfter(job.data.kept ?? {}, job.retryCount + 1, verdict);
      const seconds = Math.min(verdict.afterSeconds, WAITING_RETENTION_SECONDS);
      await boss.update(name, { ...job.data, kept }, { id: job.id, startAfter: `${seconds} seconds`, ...db });
    });
  }

  async function runJob(
    name: string,
    job: PgBossJob,
    worker: InboxWorker,
    onLost: (tell: (reason: string) => void) => void,
  ) {
    let entry: InboxEntry;
    try {
      entry = entryFromText(job.data);
    } catch (cause) {
      worker.onError(new WebhookError("store_unavailable", `pgBossInbox: job ${job.id} cannot be read`, { cause }));
      await settle(name, job, { state: "dead", reason: String(cause) });
      return;
    }
    const { attempt, unended, progress } = startOf(job.data.kept ?? {}, job.retryCount + 1);
    if (unended >= POISON_STARTS) {
      const reason = poisonReason(unended);
      await settle(name, job, { state: "dead", reason });
      worker.onDead(entry, reason);
      return;
    }
    await settle(name, job, await runSafely(worker, entry, { attempt, progress, onLost }));
  }

  return {
    name: "pgBossInbox",
    isShared: true,
    keepsOrder,
    ...(options.store === undefined ? {} : { store: options.store }),

    attach(needs) {
      if (needs.needsOrder && !keepsOrder) {
        throw new TypeError(
          `createReceiver: order needs an inbox that keeps it: pgBossInbox(boss, { keepsOrder: true }), on a queue made so`,
        );
      }
      reportShortRetention("pgBossInbox", options.retentionSeconds, needs);
      needsOf.set(needs.source, needs);
    },

    async put(entries) {
      const answers = new Map<string, "stored" | "known">();
      for (const [source, own] of bySource(entries)) {
        await ensureQueue(source);
        await backlog.admit(source, own.length);
        for (const wave of keepsOrder ? wavesOf(own) : [own]) {
          const rows = wave.map((entry) => ({
            id: jobId(entry.key),
            data: entryToText(entry),
            ...(keepsOrder ? { singletonKey: hashed(entry.orderKey ?? entry.key) } : {}),
          }));
          const ids = new Set(await boss.insert(queueName(prefix, source), rows, { returnId: true }));
          for (const entry of wave) answers.set(entry.key, ids.has(jobId(entry.key)) ? "stored" : "known");
        }
      }
      for (const loop of loops) loop.wake();
      return entries.map((entry) => answers.get(entry.key) ?? "known");
    },

    work(worker) {
      const name = queueName(prefix, worker.source);
      const loop = inboxLoop<PgBossJob>({
        concurrency: worker.concurrency,
        maxBatch: MAX_BATCH,
        pollMs: pollSeconds * 1_000,
        take: async (count) => {
          await ensureQueue(worker.source);
          return (await boss.fetch(name, { batchSize: count, includeMetadata: true })) as PgBossJob[];
        },
        run: (job, onLost) => runJob(name, job, worker, onLost),
        beatMs: (HEARTBEAT_SECONDS * 1_000) / 3,
        beat: async (held) => {
          const attempts = held.map(({ id, retryCount }) => ({ id, retryCount }));
          const { jobs: kept } = await boss.touch(name, attempts);
          return kept === undefined ? [] : held.filter((job) => !kept.includes(job.id));
        },
        onError: (what, cause) =>
          worker.onError(new WebhookError("store_unavailable", `pgBossInbox: ${what}`, { cause })),
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
      const rows = await sql(
        `SELECT state::text AS state, count(*)::int AS count,
           coalesce(extract(epoch FROM max(now() - start_after) FILTER (WHERE start_after <= now())), 0)::float AS oldest
         FROM ${jobs} WHERE ${source === undefined ? "starts_with(name, $1)" : "name = $1"} GROUP BY state`,
        [source === undefined ? `${prefix}.` : queueName(prefix, source)],
      );
      const of = (state: InboxState): JobRow[] => rows.filter((row) => stateOf(row.state) === state);
      const sum = (state: InboxState): number => of(state).reduce((total, row) => total + row.count, 0);
      const counts: InboxCounts = {
        waiting: sum("waiting"),
        running: sum("running"),
        done: sum("done"),
        dead: sum("dead"),
        oldestWaitingSeconds: Math.max(0, ...of("waiting").map((row) => row.oldest)),
      };
      return counts;
    },

    async list({ state, source, limit = 100, afterKey }) {
      const after = afterKey === undefined ? null : jobId(afterKey);
      const rows = await sql(
        `SELECT ${JOB_COLUMNS} FROM ${jobs} j
         WHERE ${source === undefined ? "starts_with(name, $1)" : "name = $1"} AND state::text = ANY($2)
           AND ($3::uuid IS NULL OR (j.created_on, j.id) > (SELECT a.created_on, a.id FROM ${jobs} a WHERE a.id = $3::uuid AND a.name = j.name))
         ORDER BY j.created_on, j.id LIMIT $4`,
        [source === undefined ? `${prefix}.` : queueName(prefix, source), STATES[state], after, Math.min(limit, 1_000)],
      );
      return rows.map(recordOf);
    },

    async get(key) {
      const rows = await sql(`SELECT ${JOB_COLUMNS} FROM ${jobs} WHERE id = $1::uuid AND starts_with(name, $2)`, [
        jobId(key),
        `${prefix}.`,
      ]);
      return rows[0] === undefined ? undefined : recordOf(rows[0]);
    },

    async redrive(keys) {
      let count = 0;
      for (const key of keys) {
        const [row] = await sql(
          `SELECT ${JOB_COLUMNS}, singleton_key FROM ${jobs} WHERE id = $1::uuid AND starts_with(name, $2) AND state::text = ANY($3)`,
          [jobId(key), `${prefix}.`, [...STATES.dead, ...STATES.done]],
        );
        if (row === undefined) continue;
        const { kept: _forgotten, ...data } = row.data;
        await together(async (db) => {
          await boss.deleteJob(row.name, row.id, db);
          const job = { id: row.id, data, ...(keepsOrder ? { singletonKey: row.singleton_key } : {}) };
          await boss.insert(row.name, [job], { returnId: true, ...db });
        });
        count++;
      }
      for (const loop of loops) loop.wake();
      return count;
    },

    async purge() {
      return 0; // pg-boss's own maintenance deletes what is past its time
    },

    async close() {
      await Promise.all([...loops].map((loop) => loop.stop()));
    },
  };
}

function bySource(entries: readonly InboxEntry[]): Map<string, InboxEntry[]> {
  const groups = new Map<string, InboxEntry[]>();
  for (const entry of entries) groups.set(entry.source, [...(groups.get(entry.source) ?? []), entry]);
  return groups;
}

/** pg-boss orders by the time of the statement: entries of one order key must not come in the same one. */
function wavesOf(entries: readonly InboxEntry[]): InboxEntry[][] {
  const waves: InboxEntry[][] = [];
  const nextWave = new Map<string, number>();
  for (const entry of entries) {
    const at = entry.orderKey === undefined ? 0 : (nextWave.get(entry.orderKey) ?? 0);
    if (entry.orderKey !== undefined) nextWave.set(entry.orderKey, at + 1);
    waves[at] = [...(waves[at] ?? []), entry];
  }
  return waves;
}
