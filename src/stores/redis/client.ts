// Uses ioredis or node-redis by their shape, without importing them.

import { StoreFullError } from "../store.js";
import type { Script } from "./lua-scripts.js";

/** The part of `ioredis` 5 and 6 that is used: of `new Redis()` and `new Cluster()`. */
export interface IoredisClient {
  readonly status: string;
  defineCommand(name: string, definition: { lua: string; numberOfKeys?: number }): void;
  evalsha(sha1: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
  eval(source: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>;
  config(subcommand: "GET", parameter: string): Promise<unknown>;
}

/** The part of `redis` (node-redis) 5 and 6 that is used: of `createClient()`, `createCluster()` and `createSentinel()`. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  /** Absent on a cluster of version 5. */
  readonly isReady?: boolean;
  evalSha(sha1: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  eval(source: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  configGet(parameter: string): Promise<unknown>;
}

/** The clients that `redisStore` accepts. */
export type RedisClient = IoredisClient | NodeRedisClient;

/** The commands that the store uses, the same for every client. */
export interface RedisConnection {
  isReady(): boolean;
  /** One round trip; two on a server that does not have the script yet, or lost it in SCRIPT FLUSH or a failover. */
  run(script: Script, key: string, args: string[]): Promise<unknown>;
  /** `undefined` when the server has no such parameter. */
  config(parameter: string): Promise<string | undefined>;
}

/** @throws {TypeError} When the client is none of the known ones. */
export function connectionOf(client: RedisClient): RedisConnection {
  if (isIoredis(client)) {
    return connection(
      () => client.status === "ready",
      (script, key, args) => client.evalsha(script.sha1, 1, key, ...args),
      (script, key, args) => client.eval(script.source, 1, key, ...args),
      (parameter) => client.config("GET", parameter),
    );
  }
  if (isNodeRedis(client)) {
    return connection(
      () => client.isReady ?? client.isOpen,
      (script, key, args) => client.evalSha(script.sha1, { keys: [key], arguments: args }),
      (script, key, args) => client.eval(script.source, { keys: [key], arguments: args }),
      (parameter) => client.configGet(parameter),
    );
  }
  throw new TypeError(
    `redisStore: client must be an ioredis client (new Redis(), new Cluster()) or a node-redis 5 or 6 client (createClient(), createCluster()); got ${described(client)}`,
  );
}

type Ask = (script: Script, key: string, args: string[]) => Promise<unknown>;

function connection(
  isReady: () => boolean,
  byHash: Ask,
  bySource: Ask,
  config: (parameter: string) => Promise<unknown>,
): RedisConnection {
  return {
    isReady,
    run(script, key, args) {
      // A server without the script has executed nothing. EVAL executes it and stores it on the node that owns the key.
      return byHash(script, key, args).catch((error: unknown) =>
        isErrorReply(error, "NOSCRIPT") ? bySource(script, key, args).catch(refused) : refused(error),
      );
    },
    async config(parameter) {
      const answer = await config(parameter);
      if (answer instanceof Map) return textOf(answer.get(parameter));
      if (Array.isArray(answer)) return textOf(answer[answer.findIndex((one) => textOf(one) === parameter) + 1]);
      return textOf((answer as Readonly<Record<string, unknown>> | null)?.[parameter]);
    },
  };
}

function refused(error: unknown): never {
  if (!isErrorReply(error, "OOM")) throw error;
  const full = new StoreFullError("redisStore: the server is at its maxmemory; raise it");
  full.cause = error;
  throw full;
}

/** An error of the server starts with its kind. In an error from a script of Redis 6 the kind follows a hyphen. */
function isErrorReply(error: unknown, kind: "NOSCRIPT" | "OOM"): boolean {
  return error instanceof Error && error.message.split(/[ -]/).includes(kind);
}

/** A client can be configured to return Buffers or numbers. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  return typeof value === "number" || typeof value === "bigint" ? String(value) : undefined;
}

function isIoredis(client: RedisClient): client is IoredisClient {
  // node-redis 3 has evalsha as well, with callbacks; only ioredis has defineCommand.
  return has(client, ["evalsha", "eval", "config", "defineCommand"]);
}

function isNodeRedis(client: RedisClient): client is NodeRedisClient {
  return has(client, ["evalSha", "eval", "configGet"]);
}

function has(client: unknown, methods: readonly string[]): boolean {
  const members = Object(client) as Readonly<Record<string, unknown>>;
  return methods.every((name) => typeof members[name] === "function");
}

function described(client: unknown): string {
  if (client === null || typeof client !== "object") return client === null ? "null" : typeof client;
  const hint = typeof (client as { then?: unknown }).then === "function" ? ": await it first" : "";
  return `an object of ${client.constructor?.name ?? "no class"}${hint}`;
}
