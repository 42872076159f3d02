// A Worker that runs the contract suites of stores on workerd, one case a request.

import { type D1Database, d1Store } from "../../../src/stores/d1/index.js";
import { NOW } from "../../../src/stores/d1/statements.js";
import type { DedupeObjectState, DurableObjectNamespace } from "../../../src/stores/durable-object/index.js";
import { DedupeObject, durableObjectStore } from "../../../src/stores/durable-object/index.js";
import { dedupeStoreCases } from "../../../src/testing/store-contract/cases.js";
import { type DedupeStoreHarness, runDedupeStoreCase } from "../../../src/testing/store-contract/index.js";

interface Env {
  readonly DEDUPE: DurableObjectNamespace;
  readonly DB: D1Database;
}

/** With a clock that a request moves. */
export class Dedupe extends DedupeObject {
  readonly #clock: { aheadMs: number };

  constructor(state: DedupeObjectState, env: unknown) {
    const clock = { aheadMs: 0 };
    const nowMs = (): number => Date.now() + clock.aheadMs;
    super(state, env, { monotonicMs: nowMs, wallMs: nowMs });
    this.#clock = clock;
  }

  override async fetch(request: Request): Promise<Response> {
    if (!request.url.endsWith("/advance")) return super.fetch(request);
    this.#clock.aheadMs += Number(await request.text()) * 1000;
    return new Response();
  }
}

function inObject(namespace: DurableObjectNamespace, name: string): DedupeStoreHarness {
  const stub = namespace.get(namespace.idFromName(name) as never);
  return {
    store: durableObjectStore(namespace, { name }),
    peers: [durableObjectStore(namespace, { name })],
    advance: async (seconds) => {
      await stub.fetch("https://hookgate/advance", { method: "POST", body: String(seconds) });
    },
  };
}

/** The database's own clock cannot be moved, so its expression is. */
function inDatabase(database: D1Database): DedupeStoreHarness {
  let aheadMs = 0;
  const moved: D1Database = {
    prepare: (sql) => database.prepare(sql.replaceAll(NOW, `(${NOW} + ${aheadMs})`)),
    batch: (statements) => database.batch(statements),
  };
  return {
    store: d1Store(moved),
    peers: [d1Store(moved)],
    advance: (seconds) => {
      aheadMs += seconds * 1000;
    },
  };
}

export default {
  /** `/<store>/<number of the case>`; 200, or the failure. */
  async fetch(request: Request, env: Env): Promise<Response> {
    const [, store, at] = new URL(request.url).pathname.split("/");
    const one = dedupeStoreCases[Number(at)];
    if (store === "migrate") await d1Store(env.DB).migrate();
    if (one === undefined) return new Response(String(dedupeStoreCases.length));
    try {
      const harness = () => (store === "d1" ? inDatabase(env.DB) : inObject(env.DEDUPE, `case ${at}`));
      await runDedupeStoreCase(one, harness, 1);
      return new Response("passed");
    } catch (error) {
      return new Response((error as Error).stack ?? String(error), { status: 500 });
    }
  },
};
