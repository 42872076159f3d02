// Puts entries into pg-boss: one queue for each source, created on first use.
import type { Backlog } from "../backlog-limit.js";
import { entryToText } from "../entry-codec.js";
import type { InboxEntry, InboxNeeds, PutAnswer } from "../inbox.js";
import type { Retention } from "../retention.js";
import type { PgBossEngine } from "./driver.js";
import { hashed, jobId, queueName } from "./rows.js";

/** pg-boss deletes what has waited too long. Nothing here may be lost that way: ten years. */
export const WAITING_RETENTION_SECONDS: number = 3_650 * 86_400;
/** A worker that is not heard of for so long is gone. pg-boss takes no less than 10. */
export const HEARTBEAT_SECONDS = 30;
/** hookgate decides when an entry is dead; pg-boss must never. */
const RETRY_LIMIT = 1_000_000;
/** Beyond the handler's own time limit, before pg-boss takes the job away from a worker that still lives. */
const EXPIRE_GRACE_SECONDS = 60;

export interface PgBossQueues {
  attach(needs: InboxNeeds): void;
  /** Made on first use, since `attach` cannot wait; tried again where it failed. */
  ensure(source: string): Promise<void>;
  put(entries: readonly InboxEntry[]): Promise<readonly PutAnswer[]>;
}

export interface PgBossQueueTerms {
  readonly engine: PgBossEngine;
  readonly keepsOrder: boolean;
  readonly retention: Retention;
  readonly backlog: Backlog;
}

export function pgBossQueues({ engine, keepsOrder, retention, backlog }: PgBossQueueTerms): PgBossQueues {
  const { boss } = engine;
  const queues = new Map<string, Promise<void>>();
  const needsOf = new Map<string, InboxNeeds>();

  function ensure(source: string): Promise<void> {
    const known = queues.get(source);
    if (known !== undefined) return known;
    const made = make(source);
    queues.set(source, made);
    made.catch(() => queues.delete(source));
    return made;
  }

  async function make(source: string): Promise<void> {
    const name = queueName(engine, source);
    const policy = keepsOrder ? "key_strict_fifo" : "standard";
    await boss.createQueue(name, {
      policy,
      retryLimit: RETRY_LIMIT,
      retryDelay: 0,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      expireInSeconds: Math.ceil(needsOf.get(source)?.handlerTimeoutSeconds ?? 60) + EXPIRE_GRACE_SECONDS,
      retentionSeconds: WAITING_RETENTION_SECONDS,
      deleteAfterSeconds: retention.doneSeconds,
    });
    const queue = await boss.getQueue(name);
    if (queue?.policy !== undefined && queue.policy !== policy) {
      throw new Error(
        `pgBossInbox: queue ${name} exists with policy ${queue.policy}, and keepsOrder: ${keepsOrder} needs ${policy}; a policy cannot be changed. Choose another prefix, or drain and delete the queue`,
      );
    }
  }

  async function insert(source: string, entries: readonly InboxEntry[]): Promise<ReadonlySet<string>> {
    const rows = entries.map((entry) => ({
      id: jobId(entry.key),
      data: entryToText(entry),
      // Said for each, since a queue that is there already keeps what it was made with.
      deleteAfterSeconds: retention.doneSeconds,
      ...(keepsOrder ? { singletonKey: hashed(entry.orderKey ?? entry.key) } : {}),
    }));
    return new Set(await boss.insert(queueName(engine, source), rows, { returnId: true }));
  }

  return {
    attach: (needs) => void needsOf.set(needs.source, needs),
    ensure,
    async put(entries) {
      const answers = new Map<string, PutAnswer>();
      for (const [source, own] of bySource(entries)) {
        await ensure(source);
        await backlog.admit(source, own.length);
        for (const wave of keepsOrder ? wavesOf(own) : [own]) {
          const ids = await insert(source, wave);
          for (const { key } of wave) answers.set(key, ids.has(jobId(key)) ? "stored" : "known");
        }
      }
      return entries.map(({ key }) => answers.get(key) ?? "known");
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
