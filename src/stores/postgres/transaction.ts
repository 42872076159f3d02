// Runs the handler's writes and the event's completion in one transaction.
import crypto from "node:crypto";
import type { BeginAnswer, ClaimRequest, HolderAnswer, OpenTransaction } from "../store.js";
import type { Database, Session } from "./driver.js";
import type { Records } from "./queries.js";

/** Shorter than the second that a claim may take. A transaction that opens later is released. */
const BEGIN_WITHIN_MS = 900;
/** `Retry-After` of a key whose transaction is open: about the time of a handler. */
const RETRY_AFTER_SECONDS = 5;
/**
 * When a machine is lost, its transaction stays open with its locks until TCP notices, which can take hours. The server
 * ends a transaction that has been idle for this long: twice the longest lease.
 */
const IDLE_SECONDS = 120;

/** The server process of the connection, so that exactly this one can be ended. */
const TERMINATE = `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid = $1::integer AND objsubid = 1 AND ((classid::bigint << 32) | objid::bigint) = $2::bigint`;

/** The key that every transaction of an event locks, as a bigint in SQL. It differs between tables. */
export function lockOf(table: string, key: string): string {
  const digest = crypto.createHash("sha256").update(`${table}\u0000${key}`).digest();
  return digest.readBigInt64BE(0).toString();
}

/**
 * The lock comes first: otherwise duplicates of a running event would wait for its uncommitted row, each with a connection
 * of the pool. Lock and claim are two statements, because a single one would read records as of before it had the lock.
 */
export async function begin<Tx>(
  database: Database<Tx>,
  records: Records,
  table: string,
  claim: ClaimRequest,
): Promise<BeginAnswer<Tx>> {
  const untilMs = performance.now() + BEGIN_WITHIN_MS;
  const giveSlot = await database.slots.take();
  let isKept = false;
  try {
    const lock = lockOf(table, claim.key);
    const first = `SELECT pg_try_advisory_xact_lock(${lock}) AS is_locked, pg_backend_pid() AS pid, set_config('idle_in_transaction_session_timeout', '${IDLE_SECONDS}s', true) AS idle`;
    const { session, rows } = await database.open(first, untilMs);
    try {
      if (rows[0]?.is_locked !== true) {
        await session.rollback();
        return { state: "in_flight", retryAfterSeconds: RETRY_AFTER_SECONDS };
      }
      const answer = await records.claim(session.query, claim);
      if (answer.state !== "claimed") {
        await session.rollback();
        return answer;
      }
      isKept = true;
      const pid = Number(rows[0].pid);
      const transaction = new Transaction({ database, records, session, claim, answer, lock, pid, giveSlot });
      return { ...answer, transaction };
    } catch (error) {
      session.destroy(Promise.resolve());
      throw error;
    }
  } finally {
    if (!isKept) giveSlot();
  }
}

interface Opened<Tx> {
  readonly database: Database<Tx>;
  readonly records: Records;
  readonly session: Session<Tx>;
  readonly claim: ClaimRequest;
  readonly answer: { readonly attempt: number; readonly progress: string | undefined };
  readonly lock: string;
  readonly pid: number;
  readonly giveSlot: () => void;
}

class Transaction<Tx> implements OpenTransaction<Tx> {
  readonly #opened: Opened<Tx>;
  #state: "open" | "ending" | "ended" = "open";

  constructor(opened: Opened<Tx>) {
    this.#opened = opened;
  }

  get tx(): Tx {
    return this.#opened.session.tx.value;
  }

  async complete(done: { readonly reply: string | undefined }, retentionSeconds: number): Promise<HolderAnswer> {
    const { records, session, claim } = this.#end();
    const { key, token } = claim;
    try {
      const answer = await records.completeInTransaction(session.query, key, token, done.reply, retentionSeconds);
      if (answer === "lost") {
        throw new Error(
          "postgresStore: the handler ended the transaction itself; leave BEGIN, COMMIT and ROLLBACK to hookgate",
        );
      }
      await session.commit();
      return "held";
    } catch (error) {
      // Where the commit is in doubt, this has no effect on a record that is done.
      await this.#undo(undefined).catch(() => undefined);
      throw error;
    } finally {
      this.#close();
    }
  }

  async release(progress?: string): Promise<HolderAnswer> {
    this.#end();
    try {
      return await this.#undo(progress);
    } finally {
      this.#close();
    }
  }

  /** Also while another end hangs: its caller has given up. */
  abandon(): void {
    if (this.#state === "ended") return;
    this.#opened.session.tx.revoke();
    this.#destroy();
    this.#close();
  }

  #end(): Opened<Tx> {
    if (this.#state !== "open") throw new TypeError("postgresStore: this transaction has ended already");
    this.#state = "ending";
    this.#opened.session.tx.revoke();
    return this.#opened;
  }

  #close(): void {
    this.#state = "ended";
    this.#opened.giveSlot();
  }

  /** The rollback has removed the attempt, so it is written again in a statement of its own. */
  async #undo(progress: string | undefined): Promise<HolderAnswer> {
    const { database, records, session, claim, answer, lock } = this.#opened;
    try {
      await session.rollback();
    } catch (error) {
      this.#destroy();
      throw error;
    }
    return records.keepAttempt(database.query, claim, answer.attempt, progress ?? answer.progress, lock);
  }

  /** A server that is executing a statement does not notice that the client has disconnected, so it is told to end it. */
  #destroy(): void {
    const { database, session, lock, pid } = this.#opened;
    const terminated = database.query(TERMINATE, [pid, lock]);
    terminated.catch(() => undefined);
    session.destroy(terminated);
  }
}
