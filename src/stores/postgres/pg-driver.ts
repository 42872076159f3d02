// Uses a `pg` pool by its shape, without importing `pg`.
import {
  connectMsOf,
  type Database,
  ignore,
  late,
  type PostgresPoolEvents,
  poolSlots,
  type Row,
  type Session,
  surviveIdleErrors,
} from "./driver.js";
import { revocable } from "./revocable-proxy.js";

/** The part of a `pg` client that is used. */
export interface PostgresClient {
  query(config: PostgresQuery): Promise<PostgresResult>;
  release(destroy?: boolean): void;
  on(event: "error", listener: (error: Error) => void): unknown;
  removeListener(event: string, listener: (error: Error) => void): unknown;
}

/** The part of a `pg` pool that is used. `connect` has two signatures because `pg` overloads it. */
export interface PostgresPool<Client = PostgresClient> extends PostgresPoolEvents {
  query(config: PostgresQuery): Promise<PostgresResult>;
  connect: { (): Promise<Client>; (callback: never): void };
}

/** A query as `pg` accepts it. */
export interface PostgresQuery {
  text: string;
  values?: unknown[];
  /** Milliseconds. After that `pg` gives up, and its pool closes the connection. */
  query_timeout?: number;
}

/** A result as `pg` returns it. */
export interface PostgresResult {
  readonly rows: unknown[];
  readonly command: string;
}

/** An operation that takes longer has lost its connection. Closing it lets the pool open another. The caller gives up earlier. */
const STATEMENT_TIMEOUT_MS = 2_000;
export function poolDatabase<Client extends PostgresClient>(pool: PostgresPool<Client>): Database<Client> {
  surviveIdleErrors(pool);
  return {
    query: async (text, params) => rowsOf(await pool.query(timed(text, params))),
    queryIn: async (client, text, params) => rowsOf(await client.query(timed(text, params))),
    connectMs: connectMsOf(pool),
    slots: poolSlots(pool),
    async open(first, untilMs) {
      const client = await pool.connect();
      if (performance.now() > untilMs) {
        client.release();
        throw late();
      }
      const session = poolSession(client);
      try {
        // One message is one round trip. The server still executes two statements.
        const results = (await client.query(timed(`BEGIN; ${first}`))) as unknown as readonly PostgresResult[];
        return { session, rows: rowsOf(results[1] as PostgresResult) };
      } catch (error) {
        session.destroy(Promise.resolve());
        throw error;
      }
    },
    async inTransaction(work) {
      const client = await pool.connect();
      client.on("error", ignore);
      let isBroken = true;
      try {
        await client.query({ text: "BEGIN" });
        await work(async (text, params) => rowsOf(await client.query({ text, values: [...params] })));
        await client.query({ text: "COMMIT" });
        isBroken = false;
      } finally {
        if (!isBroken) client.removeListener("error", ignore);
        client.release(isBroken);
      }
    },
  };
}

/** The members of a client that would end the transaction or its connection. */
const REFUSED: readonly string[] = ["release", "end", "connect"];

function poolSession<Client extends PostgresClient>(client: Client): Session<Client> {
  const tx = revocable(client, REFUSED);
  let isOver = false;
  // A checked-out client has no other listener, and a lost connection would end the process. The next query reports it.
  client.on("error", ignore);

  function end(isBroken: boolean): void {
    if (isOver) return;
    isOver = true;
    tx.revoke();
    if (!isBroken) client.removeListener("error", ignore);
    client.release(isBroken);
  }

  async function finish(command: "COMMIT" | "ROLLBACK"): Promise<void> {
    // After its end the connection is closed, or in use by another caller.
    if (isOver) return;
    let isDone = false;
    try {
      const result = await client.query(timed(command));
      // The server answers the COMMIT of a failed transaction with ROLLBACK, without an error.
      isDone = result.command === command;
      if (!isDone) throw new Error(`postgresStore: ${command} was answered with ${result.command}: nothing was stored`);
    } finally {
      end(!isDone);
    }
  }

  return {
    tx,
    query: async (text, params) => rowsOf(await client.query(timed(text, params))),
    commit: () => finish("COMMIT"),
    rollback: () => finish("ROLLBACK"),
    destroy: () => end(true),
  };
}

function timed(text: string, params: readonly unknown[] = []): PostgresQuery {
  const query_timeout = STATEMENT_TIMEOUT_MS;
  return params.length === 0 ? { text, query_timeout } : { text, values: [...params], query_timeout };
}

function rowsOf(result: PostgresResult): readonly Row[] {
  return result.rows as Row[];
}
