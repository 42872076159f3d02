// The Durable Object that keeps the records of `durableObjectStore`.
import { type DurableObjectStorage, durableObjectDatabase, platformClocks } from "../../lib/sqlite/durable-object.js";
import type { HostClocks } from "../../lib/sqlite/file-clock.js";
import { type SqliteStore, sqliteStore } from "../sqlite/sqlite-store.js";
import { StoreFullError } from "../store.js";
import { type Answer, type FullStore, parseCall } from "./calls.js";

/** The state that the platform gives a Durable Object. */
export interface DedupeObjectState {
  readonly storage: DurableObjectStorage;
  blockConcurrencyWhile(work: () => Promise<void>): unknown;
}

/**
 * The class of the Durable Object behind `durableObjectStore`: export it from the Worker, and name it in the configuration,
 * with SQLite storage.
 *
 * Promise: its operations are atomic, and each is durable before it is answered.
 * Not promised: access control. It answers whoever has its binding, which is the Worker alone.
 *
 * @example
 * // wrangler.toml: [[durable_objects.bindings]] name = "DEDUPE", class_name = "DedupeObject"
 * //                [[migrations]] tag = "v1", new_sqlite_classes = ["DedupeObject"]
 * export { DedupeObject } from "hookgate/stores/durable-object";
 */
export class DedupeObject {
  readonly #store: SqliteStore;

  /** Called by the platform. `clocks` is for tests. */
  constructor(state: DedupeObjectState, _env?: unknown, clocks: HostClocks = platformClocks) {
    this.#store = sqliteStore(durableObjectDatabase("DedupeObject", state.storage), { clocks });
    state.blockConcurrencyWhile(() => this.#store.migrate());
  }

  /** Answers a request of `durableObjectStore`. */
  async fetch(request: Request): Promise<Response> {
    const answer = await this.#answer(request);
    return new Response(JSON.stringify(answer), { headers: { "content-type": "application/json" } });
  }

  async #answer(request: Request): Promise<Answer> {
    try {
      const { op, args } = parseCall(await request.json());
      const store: FullStore = this.#store;
      return { value: await (store[op] as (...args: readonly unknown[]) => unknown)(...args) };
    } catch (error) {
      return { error: String(error), isFull: error instanceof StoreFullError };
    }
  }
}
