// The dedupe store in Redis: one script and one round trip for each operation.
import { refuseUnknownKeys } from "../../lib/options.js";
import type {
  ClaimAnswer,
  ClaimRequest,
  DedupeStore,
  DoneRecord,
  HolderAnswer,
  OrderAnswer,
  StoreNeeds,
} from "../store.js";
import { connectionOf, type RedisClient, type RedisConnection, textOf } from "./client.js";
import { type Late, unlessLate } from "./late-answers.js";
import { SCRIPTS, type ScriptName } from "./lua-scripts.js";
import { keepingWarnings } from "./persistence-warnings.js";
import { watchReconnect } from "./reconnect-warnings.js";

const DEFAULT_PREFIX = "hookgate:";

/** Options of `redisStore`. */
export interface RedisStoreOptions {
  /** Before every key. Default `hookgate:`. */
  readonly prefix?: string;
  /** A Redis that may forget events, by a crash or for lack of memory, is not warned of. Default false. */
  readonly allowVolatile?: boolean;
}

/** A store that answers later. */
export interface RedisStore extends DedupeStore {
  claim(claim: ClaimRequest): Promise<ClaimAnswer>;
  renew(key: string, token: string, leaseSeconds: number): Promise<HolderAnswer>;
  complete(key: string, token: string, done: DoneRecord, retentionSeconds: number): Promise<HolderAnswer>;
  release(key: string, token: string, progress?: string): Promise<HolderAnswer>;
  advance(entityKey: string, version: number, retentionSeconds: number): Promise<OrderAnswer>;
  attach(needs: StoreNeeds): void;
}

/**
 * Remembers events in Redis (6 or later) or Valkey, for all processes that use it: one server or a cluster.
 *
 * The client stays yours: connect it, listen to its `error` event, close it. Give it no database that is flushed.
 *
 * Let it connect again within a quarter of a second, or senders hear 503 for longer than Redis is away: `ioredis` and node-redis
 * both wait up to 2 s by default. `retryStrategy: (times) => Math.min(times * 50, 250)` with the one, `socket: {
 * reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 250) }` with the other.
 *
 * Shape:   a hash at `<prefix>{<key>}` for each event, a string at `<prefix>order:{<key>}` for each ordered entity. All of
 *          them expire, so that Redis forgets by itself.
 * Promise: one claim at a time per event, on the server's clock; a holder that was too slow never overwrites. What cannot
 *          be read, of a newer version say, is an error and never new. A server that is full still finishes what is in work.
 * Not promised: that Redis keeps what it acknowledged. Replication is asynchronous, so a failover loses the last writes, and
 *          the events in them run again when they are sent again; so does a crash without `appendonly yes` (with
 *          `appendfsync everysec`, the last second on a power cut). A replica whose clock differs moves leases by as much.
 *          Where a second run is worse than a slower one, use a transactional store.
 *
 * @param client - Of `ioredis` 5 or 6 or `redis` (node-redis) 5 or 6, a cluster's too. Told apart by shape.
 * @param options.prefix - Before every key. No braces: they would put all events into one slot of a cluster.
 * @param options.allowVolatile - No warning about settings under which Redis forgets events. Default false.
 * @throws {TypeError} When built with another client, or an option that is unknown or malformed.
 * @throws {StoreFullError} From `claim`, when the server is at its `maxmemory`. It passes; the sender hears 503.
 * @example
 * const retryStrategy = (times: number) => Math.min(times * 50, 250);
 * const store = redisStore(new Redis(process.env.REDIS_URL ?? "", { retryStrategy }));
 * createReceiver(stripe({ secret }), { scope: "billing", dedupe: { store } });
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): RedisStore {
  const connection = connectionOf(client);
  refuseUnknownKeys("redisStore", options, ["prefix", "allowVolatile"]);
  const { prefix = DEFAULT_PREFIX, allowVolatile = false } = options;
  if (typeof prefix !== "string" || /[{}]/.test(prefix)) {
    throw new TypeError(`redisStore: prefix must be a string without { and }; got ${JSON.stringify(prefix)}`);
  }
  if (typeof allowVolatile !== "boolean") {
    throw new TypeError(`redisStore: allowVolatile must be a boolean; got ${JSON.stringify(allowVolatile)}`);
  }
  return new RedisBacked(client, connection, prefix, allowVolatile);
}

class RedisBacked implements RedisStore {
  readonly name = "redisStore";
  readonly isShared = true;
  readonly #client: RedisClient;
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  readonly #reports = new Set<(message: string) => void>();
  /** Claims nobody waits for any more, by key and token, as long as their answer is still to come. */
  readonly #abandoned = new Set<string>();
  #warnings: readonly string[] | undefined;
  #mustAsk: boolean;

  constructor(client: RedisClient, connection: RedisConnection, prefix: string, allowVolatile: boolean) {
    this.#client = client;
    this.#connection = connection;
    this.#prefix = prefix;
    this.#mustAsk = !allowVolatile;
  }

  attach({ report }: StoreNeeds): void {
    if (report === undefined || this.#reports.has(report)) return;
    this.#reports.add(report);
    for (const warning of this.#warnings ?? []) report(warning);
    // Of one client there is one thing to say, whoever hears it.
    if (this.#reports.size === 1) watchReconnect(this.#client, report);
    // One that is not connected yet is asked after its first answer: a check must not be what connects it.
    if (this.#mustAsk && this.#connection.isReady()) this.#ask();
  }

  claim({ key, token, leaseSeconds, bodyDigest }: ClaimRequest): Promise<ClaimAnswer> {
    const claimId = `${key} ${token}`;
    // Asked again: from now on somebody does wait for it, and a late answer to the first must not release it.
    this.#abandoned.delete(claimId);
    return this.#run("claim", this.#eventKey(key), [token, inMs(leaseSeconds), bodyDigest], toClaimAnswer, {
      onLate: () => this.#abandoned.add(claimId),
      // Otherwise the event would be blocked for a lease, by nobody. (A client may queue commands while it is offline, and
      // a server that hung goes on with what lies in its socket.)
      onLateAnswer: (late) => {
        const isUnwanted = this.#abandoned.delete(claimId) && late?.state === "claimed";
        if (isUnwanted) this.release(key, token).catch(() => undefined);
      },
    });
  }

  renew(key: string, token: string, leaseSeconds: number): Promise<HolderAnswer> {
    return this.#run("renew", this.#eventKey(key), [token, inMs(leaseSeconds)], toHolderAnswer);
  }

  complete(key: string, token: string, { reply }: DoneRecord, retentionSeconds: number): Promise<HolderAnswer> {
    const args = [token, inMs(retentionSeconds)];
    if (reply !== undefined) args.push(reply);
    return this.#run("complete", this.#eventKey(key), args, toHolderAnswer);
  }

  release(key: string, token: string, progress?: string): Promise<HolderAnswer> {
    const args = progress === undefined ? [token] : [token, progress];
    return this.#run("release", this.#eventKey(key), args, toHolderAnswer);
  }

  advance(entityKey: string, version: number, retentionSeconds: number): Promise<OrderAnswer> {
    const args = [String(version), inMs(retentionSeconds)];
    return this.#run("advance", `${this.#prefix}order:{${entityKey}}`, args, toOrderAnswer);
  }

  /** The braces make a hash tag: whatever else is ever kept of an event goes into the same slot of a cluster. */
  #eventKey(key: string): string {
    return `${this.#prefix}{${key}}`;
  }

  #run<T>(op: ScriptName, key: string, args: string[], read: (answer: Answer) => T, late?: Late<T>): Promise<T> {
    const readRaw = (raw: unknown): T => {
      if (this.#mustAsk) this.#ask();
      const answer = Array.isArray(raw) ? raw.map(textOf) : [];
      if (answer[0] === "unreadable") throw unreadable(op, key, answer[1]);
      return read(answer);
    };
    return unlessLate(op, this.#connection.run(SCRIPTS[op], key, args), readRaw, late);
  }

  #ask(): void {
    this.#mustAsk = false;
    keepingWarnings(this.#connection).then(
      (warnings) => {
        this.#warnings = warnings;
        for (const report of this.#reports) for (const warning of warnings) report(warning);
      },
      () => {
        this.#mustAsk = true;
      },
    );
  }
}

/** A script's answer, its texts as text. */
type Answer = readonly (string | undefined)[];

function toClaimAnswer([state, first, second, third]: Answer): ClaimAnswer {
  switch (state) {
    case "claimed":
      return { state, fence: Number(first), attempt: Number(second), progress: third };
    case "in_flight":
      return { state, retryAfterSeconds: Math.max(1, Math.ceil(Number(first) / 1000)) };
    case "done":
      return { state, isSameBody: first === "same", reply: second };
    default:
      throw notOurs();
  }
}

function toHolderAnswer([answer]: Answer): HolderAnswer {
  if (answer === "held" || answer === "lost") return answer;
  throw notOurs();
}

function toOrderAnswer([answer]: Answer): OrderAnswer {
  if (answer === "newest" || answer === "older") return answer;
  throw notOurs();
}

function notOurs(): Error {
  return new Error("redisStore: the server gave an answer that is not the script's");
}

/** Never "new": a later version may have written it, or something else than this store. */
function unreadable(op: string, key: string, format: string | undefined): Error {
  const reason = format === "1" || format === "" ? "damaged, or not a record" : `of format ${format}`;
  return new Error(`redisStore: ${op} found a record that this version cannot read (${reason}) at ${key}`);
}

/** At least 1: Redis takes 0 for "delete". */
function inMs(seconds: number): string {
  return String(Math.max(1, Math.ceil(seconds * 1000)));
}
