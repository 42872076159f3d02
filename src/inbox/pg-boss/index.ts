// An inbox on PostgreSQL, with pg-boss doing the queueing.

import { refuseUnknownKeys } from "../../lib/options.js";
import type { DedupeStore } from "../../stores/store.js";
import { createBacklog } from "../backlog-limit.js";
import type { Inbox } from "../inbox.js";
import { createRetention, positive } from "../retention.js";
import { WorkerLoops } from "../worker-loop.js";
import { pgBossAdmin } from "./admin.js";
import { checkPgBoss, type PgBossLike, pgBossEngine } from "./driver.js";
import { pgBossQueues } from "./queues.js";
import { queueName } from "./rows.js";
import { startPgBossWorker } from "./worker.js";

export type { PgBossLike } from "./driver.js";

/** Options of `pgBossInbox`. */
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
  /** How long done events are kept, with their bytes. Default 7 days, or what the receiver needs where that is longer. */
  readonly retentionSeconds?: number;
  /** How long dead ones are. Default 90 days, or what the receiver needs where that is longer. */
  readonly deadRetentionSeconds?: number;
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
  "deadRetentionSeconds",
  "pollSeconds",
];
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
  checkPgBoss(boss);
  const { keepsOrder = false, prefix = "hookgate", schema = "pgboss" } = options;
  if (!/^[A-Za-z0-9_]+$/.test(schema)) throw new TypeError(`pgBossInbox: schema must be a plain name; got "${schema}"`);
  if (!/^[A-Za-z0-9_.-]+$/.test(prefix))
    throw new TypeError(`pgBossInbox: prefix must be a plain name; got "${prefix}"`);
  const maxWaiting = positive("pgBossInbox", "maxWaiting", options.maxWaiting ?? 100_000);
  const pollMs = 1_000 * positive("pgBossInbox", "pollSeconds", options.pollSeconds ?? 1);
  const retention = createRetention("pgBossInbox", options);
  const engine = pgBossEngine(boss, schema, prefix);
  const loops = new WorkerLoops();
  const backlog = createBacklog("pgBossInbox", maxWaiting, async (source) => {
    const [row] = await engine.sql(
      `SELECT count(*)::int AS count FROM (SELECT 1 FROM ${engine.jobs} WHERE name = $1 AND state < 'active' LIMIT $2) AS queued`,
      [queueName(engine, source), maxWaiting + 1],
    );
    return row?.count ?? 0;
  });
  const queues = pgBossQueues({ engine, keepsOrder, retention, backlog });
  const admin = pgBossAdmin(engine, keepsOrder, retention);

  return {
    name: "pgBossInbox",
    isShared: true,
    keepsOrder,
    ...(options.store === undefined ? {} : { store: options.store }),
    ...admin,

    attach(needs) {
      if (needs.needsOrder && !keepsOrder) {
        throw new TypeError(
          `createReceiver: order needs an inbox that keeps it: pgBossInbox(boss, { keepsOrder: true }), on a queue made so`,
        );
      }
      retention.attach(needs);
      queues.attach(needs);
    },

    async put(entries) {
      const answers = await queues.put(entries);
      loops.wake();
      return answers;
    },

    work: (worker) => loops.add(startPgBossWorker(worker, { engine, ensureQueue: queues.ensure, retention, pollMs })),

    async redrive(keys) {
      const count = await admin.redrive(keys);
      loops.wake();
      return count;
    },

    close: () => loops.stop(),
  };
}
