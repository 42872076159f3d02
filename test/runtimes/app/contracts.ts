// A Worker that runs the contract suites of stores and inboxes on workerd, one case a request.

import {
  type DurableObjectInbox,
  durableObjectInbox,
  type InboxObjectState,
} from "../../../src/inbox/durable-object/index.js";
import { type D1Database, d1Store } from "../../../src/stores/d1/index.js";
import { NOW } from "../../../src/stores/d1/statements.js";
import type { DedupeObjectState, DurableObjectNamespace } from "../../../src/stores/durable-object/index.js";
import { DedupeObject, durableObjectStore } from "../../../src/stores/durable-object/index.js";
import { inboxCases } from "../../../src/testing/inbox-contract/cases.js";
import { type InboxHarness, runInboxCase } from "../../../src/testing/inbox-contract/index.js";
import { dedupeStoreCases } from "../../../src/testing/store-contract/cases.js";
import { type DedupeStoreHarness, runDedupeStoreCase } from "../../../src/testing/store-contract/index.js";

interface Env {
  readonly DEDUPE: DurableObjectNamespace;
  readonly DB: D1Database;
  readonly INBOX: DurableObjectNamespace;
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

/** Runs a case on inboxes over its own storage, as an object does: it is woken by its alarm alone. */
export class InboxBench {
  readonly #state: InboxObjectState;
  #alive = new Set<DurableObjectInbox>();
  #endAlarm: () => void = () => {};

  constructor(state: InboxObjectState) {
    this.#state = state;
  }

  async fetch(request: Request): Promise<Response> {
    const one = inboxCases[Number(await request.text())];
    if (one === undefined) return new Response("no such case", { status: 500 });
    return resultOf(() => runInboxCase(one, () => this.#harness()));
  }

  async alarm(): Promise<void> {
    // An object that ends takes its alarm with it.
    const ended = new Promise<void>((resolve) => {
      this.#endAlarm = resolve;
    });
    await Promise.race([ended, Promise.allSettled([...this.#alive].map((inbox) => inbox.alarm()))]);
  }

  #harness(): InboxHarness {
    const options = { leaseSeconds: 2, maxWaiting: 200 };
    const inboxes: DurableObjectInbox[] = [];
    let isBuilt = false;
    for (let at = 0; at < 4; at++) {
      inboxes.push(
        durableObjectInbox(
          mortal(this.#state, () => isBuilt && !this.#alive.has(inboxes[at] as DurableObjectInbox)),
          options,
        ),
      );
    }
    this.#alive = new Set(inboxes);
    isBuilt = true;
    const [inbox, ...peers] = inboxes as [DurableObjectInbox, ...DurableObjectInbox[]];
    return {
      inbox,
      peers,
      maxWaiting: options.maxWaiting,
      crash: (one) => {
        this.#alive.delete(one as DurableObjectInbox);
        this.#endAlarm();
      },
      recoverySeconds: 15,
      patienceSeconds: 30,
      withRetention: (retention) => durableObjectInbox(this.#state, { ...options, ...retention }),
    };
  }
}

/** The state of an object that may end: then nothing of it reaches the storage. */
function mortal({ storage }: InboxObjectState, isDead: () => boolean): InboxObjectState {
  const alive = <T>(act: () => T): T => {
    if (isDead()) throw new Error("the object has ended");
    return act();
  };
  return {
    storage: {
      sql: { exec: (query, ...bindings) => alive(() => storage.sql.exec(query, ...bindings)) },
      transactionSync: (closure) => alive(() => storage.transactionSync(closure)),
      setAlarm: (atMs) => alive(() => storage.setAlarm(atMs)),
    },
  };
}

async function resultOf(run: () => Promise<void>): Promise<Response> {
  try {
    await run();
    return new Response("passed");
  } catch (error) {
    return new Response((error as Error).stack ?? String(error), { status: 500 });
  }
}

export default {
  /** `/<store or inbox>/<number of the case>`; `passed`, or the failure. */
  async fetch(request: Request, env: Env): Promise<Response> {
    const [, suite, at = ""] = new URL(request.url).pathname.split("/");
    if (suite === "inbox") {
      const stub = env.INBOX.get(env.INBOX.idFromName(at) as never);
      return stub.fetch("https://hookgate/", { method: "POST", body: at });
    }
    if (suite === "migrate") await d1Store(env.DB).migrate();
    const one = dedupeStoreCases[Number(at)];
    if (suite === "migrate" || one === undefined) return new Response("no such case", { status: 500 });
    const harness = () => (suite === "d1" ? inDatabase(env.DB) : inObject(env.DEDUPE, `case ${at}`));
    return resultOf(() => runDedupeStoreCase(one, harness, 1));
  },
};
