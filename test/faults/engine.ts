// Opens the store or inbox behind a receiver from a JSON description, in the process that uses it.
import { createReceiver, type DedupeStore, type Inbox } from "hookgate";
import { standardWebhooks } from "hookgate/senders";
import type pg from "pg";

export type Engine =
  | { readonly kind: "redis"; readonly port: number; readonly client: "ioredis" | "redis" }
  | { readonly kind: "postgres"; readonly url: string; readonly isTransactional: boolean }
  | { readonly kind: "sqlite"; readonly path: string }
  | {
      readonly kind: "sqlite-inbox";
      readonly path: string;
      readonly leaseSeconds: number;
      /** Claims around each run, in a file of its own. */
      readonly storePath?: string;
    }
  | { readonly kind: "pg-boss"; readonly url: string; readonly isTransactional: boolean; readonly keepsOrder: boolean }
  | { readonly kind: "bullmq"; readonly port: number; readonly lockSeconds: number };

export interface Opened {
  readonly store?: DedupeStore<pg.PoolClient>;
  readonly inbox?: Inbox<pg.PoolClient>;
  close(): Promise<void>;
}

export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
export const SENDER = standardWebhooks({ secret: SECRET });
export const SCOPE = "faults";
export const EFFECTS = "faults_effects";
/** Between processes of one machine, and with a server that may be gone. */
const CONNECT_MS = 1_000;

/** Loads only what this engine needs: a process that lives for 50 ms must start soon. */
export async function open(engine: Engine): Promise<Opened> {
  switch (engine.kind) {
    case "redis": {
      const { redisStore } = await import("hookgate/stores/redis");
      if (engine.client === "ioredis") {
        const { Redis } = await import("ioredis");
        const client = new Redis(engine.port, "127.0.0.1", { retryStrategy: (times) => Math.min(times * 50, 250) });
        client.on("error", ignore);
        return { store: redisStore(client, { allowVolatile: true }), close: async () => client.disconnect() };
      }
      const { createClient } = await import("redis");
      const client = createClient({
        url: `redis://127.0.0.1:${engine.port}`,
        socket: { reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 250) },
      });
      client.on("error", ignore);
      await client.connect();
      return { store: redisStore(client, { allowVolatile: true }), close: async () => client.destroy() };
    }
    case "postgres": {
      const { postgresStore } = await import("hookgate/stores/postgres");
      const pool = await poolOf(engine.url);
      const store = engine.isTransactional ? postgresStore(pool, { transactional: true }) : postgresStore(pool);
      return { store: store as DedupeStore<pg.PoolClient>, close: () => pool.end() };
    }
    case "sqlite": {
      const { sqliteStore } = await import("hookgate/stores/sqlite");
      const store = sqliteStore(engine.path);
      return { store: store as DedupeStore<never>, close: () => store.close() };
    }
    case "sqlite-inbox": {
      const { path, leaseSeconds, storePath } = engine;
      const { sqliteInbox } = await import("hookgate/inbox/sqlite");
      const { sqliteStore } = await import("hookgate/stores/sqlite");
      const store = storePath === undefined ? undefined : sqliteStore(storePath);
      const inbox = sqliteInbox(path, { leaseSeconds, pollSeconds: 0.1, ...(store === undefined ? {} : { store }) });
      return {
        inbox: inbox as Inbox<never>,
        async close() {
          await inbox.close();
          await store?.close();
        },
      };
    }
    case "pg-boss": {
      const { PgBoss } = await import("pg-boss");
      const { pgBossInbox } = await import("hookgate/inbox/pg-boss");
      const { postgresStore } = await import("hookgate/stores/postgres");
      const boss = new PgBoss({
        connectionString: engine.url,
        max: 10,
        superviseIntervalSeconds: 1,
        monitorIntervalSeconds: 1,
        connectionTimeoutMillis: CONNECT_MS,
      });
      boss.on("error", ignore);
      await boss.start();
      const pool = await poolOf(engine.url);
      const store = engine.isTransactional ? { store: postgresStore(pool, { transactional: true }) } : {};
      const inbox = pgBossInbox<pg.PoolClient>(boss, { keepsOrder: engine.keepsOrder, pollSeconds: 0.2, ...store });
      return {
        inbox,
        async close() {
          await inbox.close();
          await boss.stop({ graceful: false });
          await pool.end();
        },
      };
    }
    case "bullmq": {
      const { Queue } = await import("bullmq");
      const { bullmqInbox } = await import("hookgate/inbox/bullmq");
      const queue = new Queue("faults", {
        connection: { host: "127.0.0.1", port: engine.port, retryStrategy: (times) => Math.min(times * 50, 250) },
      });
      queue.on("error", ignore);
      const inbox = bullmqInbox(queue, { lockSeconds: engine.lockSeconds });
      return {
        inbox: inbox as Inbox<never>,
        async close() {
          await inbox.close();
          await queue.close();
        },
      };
    }
  }
}

async function poolOf(url: string): Promise<pg.Pool> {
  const { default: pg } = await import("pg");
  return new pg.Pool({ connectionString: url, max: 10, connectionTimeoutMillis: CONNECT_MS });
}

/** unique_violation, duplicate_table, and duplicate_object for the table's row type. */
const THERE_BY_NOW: ReadonlySet<string | undefined> = new Set(["23505", "42P07", "42710"]);

/** Tables, before any process needs them. */
export async function prepare(engine: Engine): Promise<void> {
  if (engine.kind !== "postgres" && engine.kind !== "pg-boss") return;
  const { postgresStore } = await import("hookgate/stores/postgres");
  const pool = await poolOf(engine.url);
  try {
    await postgresStore(pool).migrate();
    // Several prepare at once, and IF NOT EXISTS does not keep them from meeting.
    await pool
      .query(`CREATE TABLE IF NOT EXISTS ${EFFECTS} (id text NOT NULL, run text NOT NULL)`)
      .catch((error: { code?: string }) => {
        if (!THERE_BY_NOW.has(error.code)) throw error;
      });
  } finally {
    await pool.end();
  }
  if (engine.kind !== "pg-boss") return;
  // pg-boss makes its tables on start, and a queue when it is first attached to and used.
  const opened = await open(engine);
  createReceiver(SENDER, { scope: SCOPE, inbox: opened.inbox as Inbox<pg.PoolClient> });
  await opened.close();
}

/** @returns How often the effect of each event stands. */
export async function effectsOf(url: string): Promise<ReadonlyMap<string, number>> {
  const pool = await poolOf(url);
  try {
    const { rows } = await pool.query(`SELECT id, count(*)::int AS count FROM ${EFFECTS} GROUP BY id`);
    return new Map((rows as { id: string; count: number }[]).map(({ id, count }) => [id, count]));
  } finally {
    await pool.end();
  }
}

function ignore(): void {}
