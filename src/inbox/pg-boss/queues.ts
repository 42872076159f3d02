// Puts entries into pg-boss: one queue for each source, created on first use.
import type { Backlog } from "../backlog-limit.js";
import { entryToText } from "../entry-codec.js";
import type { InboxEntry, InboxNeeds, PutAnswer } from "../inbox.js";
import type { Retention } from "../retention.js";
import type { PgBossEngine } from "./driver.js";
import { hashed, jobId, queueName } from "./rows.js";

/** pg-boss deletes jobs that have waited this long. Ten years, so that no event is lost. */
export const WAITING_RETENTION_SECONDS: number = 3_650 * 86_400;
/** pg-boss gives a job to another worker when its own has not renewed it for this long. At least 10. */
export const HEARTBEAT_SECONDS = 30;
/** hookgate decides when an entry is dead; pg-boss never does. */
const RETRY_LIMIT = 1_000_000;
/** The time after the handler's own limit until pg-boss takes the job from a live worker. */
const EXPIRE_GRACE_SECONDS = 60;

export interface PgBossQueues {
  attach(needs: InboxNeeds): void;
  /** Creates the queue on first use, since `attach` is synchronous. Retried after a failure. */
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
      // Set for each job, since an existing queue keeps the values that it was created with.
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

/** pg-boss orders jobs by the time of the statement, so entries with the same order key must be in different statements. */
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
