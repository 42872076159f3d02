// The inbox on PostgreSQL. pg-boss is the queue.

import { CHECKED_LATER, checkOptions, FLAG, type OptionRules } from "../../lib/options.js";
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
  /** The store in which each run is claimed: pg-boss may run a job twice. With a transactional store the handler's writes happen exactly once. */
  readonly store?: DedupeStore<Tx>;
  /** Runs events of one `order.key` one after another (queue policy `key_strict_fifo`). Fixed when a queue is created. Default false. */
  readonly keepsOrder?: boolean;
  /** The prefix of each queue's name. Default `"hookgate"`. */
  readonly prefix?: string;
  /** pg-boss's own `schema` option. Default `"pgboss"`. */
  readonly schema?: string;
  /** The largest number of waiting events of one receiver; beyond it senders get 503. Default 100,000. Counted once a second, so a burst within one second may exceed it. */
  readonly maxWaiting?: number;
  /** How long done events are kept, with their bodies. Default 7 days, or longer if the receiver needs it. */
  readonly retentionSeconds?: number;
  /** How long dead events are kept. Default 90 days, or longer if the receiver needs it. */
  readonly deadRetentionSeconds?: number;
  /** How often an idle worker looks for events of other processes. Default 1. */
  readonly pollSeconds?: number;
}

const RULES: OptionRules<PgBossInboxOptions> = {
  store: CHECKED_LATER,
  keepsOrder: FLAG,
  prefix: CHECKED_LATER,
  schema: CHECKED_LATER,
  maxWaiting: CHECKED_LATER,
  retentionSeconds: CHECKED_LATER,
  deadRetentionSeconds: CHECKED_LATER,
  pollSeconds: CHECKED_LATER,
};
/**
 * A durable inbox on PostgreSQL. pg-boss queues, retries and stores the events; the application creates, starts and stops it.
 *
 * Shape:   a queue for each receiver, `hookgate.<sender>`, with its scope if it has one; a job for each event, whose id is
 *          made from the event's key, so that a second delivery of the event finds the job.
 * Source:  pg-boss 12, https://github.com/timgit/pg-boss; `describeInbox` and the fault suite test the parts that are used.
 * Promise: an accepted event is committed (`synchronous_commit` must be on, which is PostgreSQL's default).
 *          Not promised: that a handler runs once. A worker that stalls longer than 30 s loses its job to another one: use
 *          `store`. The jobs of a killed worker run again after pg-boss's `monitorIntervalSeconds` (60) plus 30 s.
 *
 * @param boss - A started `PgBoss`, version 12.
 * @returns An inbox for the `inbox` option of a receiver.
 * @throws {TypeError} When `boss` is not a pg-boss, or an option is unknown or out of range.
 * @example
 * const boss = new PgBoss(process.env.DATABASE_URL ?? "");
 * await boss.start();
 * const receiver = createReceiver(stripe({ secret }), { scope: "billing", inbox: pgBossInbox(boss) });
 */
export function pgBossInbox<Tx = never>(boss: PgBossLike, options: PgBossInboxOptions<Tx> = {}): Inbox<Tx> {
  checkOptions("pgBossInbox", options, RULES);
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
          `createReceiver: order needs an inbox that keeps order: pgBossInbox(boss, { keepsOrder: true }), with a queue that was created so`,
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
