// The dedupe store in a Durable Object of Cloudflare, for all isolates of a Worker.
import { refuseUnknownKeys } from "../../lib/options.js";
import {
  type ClaimAnswer,
  type ClaimRequest,
  type DedupeStore,
  type DoneRecord,
  type HolderAnswer,
  type OrderAnswer,
  StoreFullError,
} from "../store.js";
import type { Answer, Call } from "./calls.js";

/** The binding of a Durable Object class, as `env.DEDUPE`. */
export interface DurableObjectNamespace {
  idFromName(name: string): unknown;
  get(id: never): { fetch(url: string, init: { method: string; body: string }): Promise<Response> };
}

/** Options of `durableObjectStore`. */
export interface DurableObjectStoreOptions {
  /**
   * The name of the object that keeps the records. Default `"hookgate"`. One object takes some hundred operations a second:
   * give each receiver of a busy Worker a name of its own. Another name is another memory.
   */
  readonly name?: string;
}

const NAME = "durableObjectStore";

/**
 * Remembers events in the SQLite storage of a Durable Object, for all isolates of a Worker in all places.
 *
 * Promise: one run per event among all isolates. Answers are durable before they are given.
 * Not promised: speed. Each operation is a request to the place where the object lives, which is near the first request.
 *
 * @param namespace - The binding of the class `DedupeObject`.
 * @param options.name - Which object. Default `"hookgate"`.
 * @returns A store for `dedupe.store`.
 * @throws {TypeError} When the namespace is no binding of a Durable Object, or an option is unknown or malformed.
 * @throws {StoreFullError} From any operation while the storage of the object is full.
 * @example
 * const receiver = createReceiver(stripe({ secret: env.STRIPE_SECRET }), {
 *   scope: "billing",
 *   dedupe: { store: durableObjectStore(env.DEDUPE) },
 * });
 */
export function durableObjectStore(
  namespace: DurableObjectNamespace,
  options: DurableObjectStoreOptions = {},
): DedupeStore {
  refuseUnknownKeys(NAME, options, ["name"]);
  const { name = "hookgate" } = options;
  if (typeof name !== "string" || name === "") throw new TypeError(`${NAME}: name must be a text; got ${String(name)}`);
  if (typeof namespace?.idFromName !== "function" || typeof namespace.get !== "function") {
    throw new TypeError(`${NAME}: give the binding of the class DedupeObject, such as env.DEDUPE`);
  }
  return new ObjectStore(namespace, name);
}

class ObjectStore implements DedupeStore {
  readonly name = NAME;
  readonly isShared = true;
  readonly #namespace: DurableObjectNamespace;
  readonly #objectName: string;

  constructor(namespace: DurableObjectNamespace, objectName: string) {
    this.#namespace = namespace;
    this.#objectName = objectName;
  }

  claim(claim: ClaimRequest): Promise<ClaimAnswer> {
    return this.#ask<ClaimAnswer>("claim", claim);
  }

  renew(key: string, token: string, leaseSeconds: number): Promise<HolderAnswer> {
    return this.#ask("renew", key, token, leaseSeconds);
  }

  complete(key: string, token: string, { reply }: DoneRecord, retentionSeconds: number): Promise<HolderAnswer> {
    return this.#ask("complete", key, token, { reply }, retentionSeconds);
  }

  release(key: string, token: string, progress?: string): Promise<HolderAnswer> {
    return this.#ask("release", key, token, ...(progress === undefined ? [] : [progress]));
  }

  advance(entityKey: string, version: number, retentionSeconds: number): Promise<OrderAnswer> {
    return this.#ask("advance", entityKey, version, retentionSeconds);
  }

  /** A stub belongs to the request that made it, so each operation makes its own. */
  async #ask<T>(op: Call["op"], ...args: readonly unknown[]): Promise<T> {
    const call: Call = { op, args };
    const stub = this.#namespace.get(this.#namespace.idFromName(this.#objectName) as never);
    const response = await stub.fetch("https://hookgate/", { method: "POST", body: JSON.stringify(call) });
    const answer = (await response.json()) as Answer;
    if ("value" in answer) return answer.value as T;
    throw answer.isFull ? new StoreFullError(answer.error) : new Error(`${NAME}: ${answer.error}`);
  }
}
