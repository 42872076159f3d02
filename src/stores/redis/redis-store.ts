// The dedupe store in Redis. Each operation is one script and one round trip.
import { checkOptions, FLAG } from "../../lib/options.js";
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
  /** The prefix of every key. Default `hookgate:`. */
  readonly prefix?: string;
  /** Suppresses the warnings about a Redis that may lose events in a crash or for lack of memory. Default false. */
  readonly allowVolatile?: boolean;
}

/** A dedupe store whose operations return promises. */
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
 * The application owns the client: connect it, listen to its `error` event, close it. Do not use a database that is flushed.
 *
 * Configure the client to reconnect within 250 ms. `ioredis` and node-redis both wait up to 2 s by default, and senders get
 * 503 meanwhile. With `ioredis`: `retryStrategy: (times) => Math.min(times * 50, 250)`. With node-redis: `socket: {
 * reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 250) }`.
 *
 * Shape:   a hash at `<prefix>{<key>}` for each event, a string at `<prefix>order:{<key>}` for each ordered entity. All
 *          keys expire, so Redis removes them.
 * Promise: one claim at a time per event, on the server's clock; a holder whose lease has passed never overwrites another. A
 *          record that cannot be read, of a newer version for example, is an error and never "new". On a full server,
 *          running events can still be completed.
 * Not promised: that Redis keeps what it acknowledged. Replication is asynchronous, so a failover loses the last writes, and
 *          a retry of these events runs them again. So does a crash without `appendonly yes` (with `appendfsync everysec`, a
 *          power cut loses the last second). A replica with another clock moves leases by the difference. Where a second run
 *          is worse than a slower one, use a transactional store.
 *
 * @param client - A client of `ioredis` 5 or 6 or `redis` (node-redis) 5 or 6, of a server or a cluster. Recognised by its shape.
 * @param options.prefix - The prefix of every key, without braces: they would put all events into one slot of a cluster.
 * @param options.allowVolatile - Suppresses the warnings about settings that lose events. Default false.
 * @returns A store for `dedupe.store`.
 * @throws {TypeError} When built with another client, or an option that is unknown or malformed.
 * @throws {StoreFullError} From `claim`, when the server has reached its `maxmemory`. The sender gets 503 and retries.
 * @example
 * const retryStrategy = (times: number) => Math.min(times * 50, 250);
 * const store = redisStore(new Redis(process.env.REDIS_URL ?? "", { retryStrategy }));
 * createReceiver(stripe({ secret }), { scope: "billing", dedupe: { store } });
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): RedisStore {
  const connection = connectionOf(client);
  checkOptions<RedisStoreOptions>("redisStore", options, {
    prefix: { must: "be a string without { and }", fits: (value) => typeof value === "string" && !/[{}]/.test(value) },
    allowVolatile: { must: "be a boolean", fits: FLAG.fits },
  });
  const { prefix = DEFAULT_PREFIX, allowVolatile = false } = options;
  return new RedisBacked(client, connection, prefix, allowVolatile);
}

class RedisBacked implements RedisStore {
  readonly name = "redisStore";
  readonly isShared = true;
  readonly #client: RedisClient;
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  readonly #reports = new Set<(message: string) => void>();
  /** Claims, by key and token, that exceeded the time limit and whose answers have not arrived. */
  readonly #abandoned = new Set<string>();
  #warnings: readonly string[] | undefined;
  #mustCheck: boolean;

  constructor(client: RedisClient, connection: RedisConnection, prefix: string, allowVolatile: boolean) {
    this.#client = client;
    this.#connection = connection;
    this.#prefix = prefix;
    this.#mustCheck = !allowVolatile;
  }

  attach({ report }: StoreNeeds): void {
    if (report === undefined || this.#reports.has(report)) return;
    this.#reports.add(report);
    for (const warning of this.#warnings ?? []) report(warning);
    // One warning per client, to one receiver.
    if (this.#reports.size === 1) watchReconnect(this.#client, report);
    // A client that is not connected yet is checked after its first answer: the check must not connect it.
    if (this.#mustCheck && this.#connection.isReady()) this.#checkPersistence();
  }

  claim({ key, token, leaseSeconds, bodyDigest }: ClaimRequest): Promise<ClaimAnswer> {
    const claimId = `${key} ${token}`;
    // A retry of the claim: its caller waits, so a late answer to the first attempt must not release it.
    this.#abandoned.delete(claimId);
    return this.#run("claim", this.#eventKey(key), [token, inMs(leaseSeconds), bodyDigest], toClaimAnswer, {
      onLate: () => this.#abandoned.add(claimId),
      // Otherwise the claim would block its event for a whole lease. (A client may queue commands while it is offline, and
      // a server that hung executes the commands in its socket once it resumes.)
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

  /** The braces make a hash tag, so that all keys of an event are in one slot of a cluster. */
  #eventKey(key: string): string {
    return `${this.#prefix}{${key}}`;
  }

  #run<T>(op: ScriptName, key: string, args: string[], read: (answer: Answer) => T, late?: Late<T>): Promise<T> {
    const readRaw = (raw: unknown): T => {
      if (this.#mustCheck) this.#checkPersistence();
      const answer = Array.isArray(raw) ? raw.map(textOf) : [];
      if (answer[0] === "unreadable") throw unreadable(op, key, answer[1]);
      return read(answer);
    };
    return unlessLate(op, this.#connection.run(SCRIPTS[op], key, args), readRaw, late);
  }

  #checkPersistence(): void {
    this.#mustCheck = false;
    keepingWarnings(this.#connection).then(
      (warnings) => {
        this.#warnings = warnings;
        for (const report of this.#reports) for (const warning of warnings) report(warning);
      },
      () => {
        this.#mustCheck = true;
      },
    );
  }
}

/** A script's answer, decoded to strings. */
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
      throw unexpected();
  }
}

function toHolderAnswer([answer]: Answer): HolderAnswer {
  if (answer === "held" || answer === "lost") return answer;
  throw unexpected();
}

function toOrderAnswer([answer]: Answer): OrderAnswer {
  if (answer === "newest" || answer === "older") return answer;
  throw unexpected();
}

function unexpected(): Error {
  return new Error("redisStore: the server returned an answer that the script does not give");
}

/** Never "new": a later version, or something other than this store, may have written the record. */
function unreadable(op: string, key: string, format: string | undefined): Error {
  const reason = format === "1" || format === "" ? "damaged, or not a record" : `of format ${format}`;
  return new Error(`redisStore: ${op} found a record that this version cannot read (${reason}) at ${key}`);
}

/** At least 1: Redis deletes a key with an expiry of 0. */
function inMs(seconds: number): string {
  return String(Math.max(1, Math.ceil(seconds * 1000)));
}
