// Counts, lists, redrives and purges entries in pg-boss.
import type { Inbox, InboxCounts, InboxState } from "../inbox.js";
import type { Retention } from "../retention.js";
import type { PgBossEngine } from "./driver.js";
import { JOB_COLUMNS, type JobRow, jobId, queueName, recordOf, STATES, stateOf } from "./rows.js";

const PURGED_AT_ONCE = 1_000;

export function pgBossAdmin(
  engine: PgBossEngine,
  keepsOrder: boolean,
  retention: Retention,
): Pick<Inbox, "counts" | "list" | "get" | "redrive" | "purge"> {
  const { jobs, prefix, sql } = engine;
  /** The condition that selects the jobs of one source, or of all sources of this inbox. */
  const ours = (source: string | undefined): readonly [condition: string, value: string] =>
    source === undefined ? ["starts_with(name, $1)", prefix] : ["name = $1", queueName(engine, source)];

  return {
    async counts(source) {
      const [isOurs, value] = ours(source);
      const rows = await sql(
        `SELECT state::text AS state, count(*)::int AS count,
           coalesce(extract(epoch FROM max(now() - start_after) FILTER (WHERE start_after <= now())), 0)::float AS oldest
         FROM ${jobs} WHERE ${isOurs} GROUP BY state`,
        [value],
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
      const [isOurs, value] = ours(source);
      const after = afterKey === undefined ? null : jobId(afterKey);
      const rows = await sql(
        `SELECT ${JOB_COLUMNS} FROM ${jobs} j
         WHERE ${isOurs} AND state::text = ANY($2)
           AND ($3::uuid IS NULL OR (j.created_on, j.id) > (SELECT a.created_on, a.id FROM ${jobs} a WHERE a.id = $3::uuid AND a.name = j.name))
         ORDER BY j.created_on, j.id LIMIT $4`,
        [value, STATES[state], after, Math.min(limit, 1_000)],
      );
      return rows.map(recordOf);
    },

    async get(key) {
      const [row] = await sql(`SELECT ${JOB_COLUMNS} FROM ${jobs} WHERE id = $1::uuid AND starts_with(name, $2)`, [
        jobId(key),
        prefix,
      ]);
      return row === undefined ? undefined : recordOf(row);
    },

    redrive: (keys) => redrive(engine, keepsOrder, retention, keys),
    purge: () => purge(engine),
  };
}

async function redrive(
  { boss, jobs, prefix, sql, together }: PgBossEngine,
  keepsOrder: boolean,
  retention: Retention,
  keys: readonly string[],
): Promise<number> {
  let count = 0;
  for (const key of keys) {
    const [row] = await sql(
      `SELECT ${JOB_COLUMNS}, singleton_key FROM ${jobs} WHERE id = $1::uuid AND starts_with(name, $2) AND state::text = ANY($3)`,
      [jobId(key), prefix, [...STATES.dead, ...STATES.done]],
    );
    if (row === undefined) continue;
    const { counter: _forgotten, ...data } = row.data;
    await together(async (db) => {
      await boss.deleteJob(row.name, row.id, db);
      const job = {
        id: row.id,
        data,
        deleteAfterSeconds: retention.doneSeconds,
        ...(keepsOrder ? { singletonKey: row.singleton_key } : {}),
      };
      await boss.insert(row.name, [job], { returnId: true, ...db });
    });
    count++;
  }
  return count;
}

/** Removes expired entries. pg-boss's own maintenance does the same, once a day by default. */
async function purge({ boss, jobs, prefix, sql }: PgBossEngine): Promise<number> {
  const rows = await sql(
    `SELECT id::text AS id, name FROM ${jobs}
         WHERE starts_with(name, $1) AND state::text = ANY($2)
           AND deletion_seconds > 0 AND completed_on + deletion_seconds * interval '1 second' < now()
         LIMIT $3`,
    [prefix, [...STATES.dead, ...STATES.done], PURGED_AT_ONCE],
  );
  const byQueue = new Map<string, string[]>();
  for (const { id, name } of rows) byQueue.set(name, [...(byQueue.get(name) ?? []), id]);
  for (const [name, ids] of byQueue) await boss.deleteJob(name, ids);
  return rows.length;
}
