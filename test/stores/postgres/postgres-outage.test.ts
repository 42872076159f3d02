// A receiver on a PostgreSQL that is killed, stopped, or says nothing.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bearerToken } from "../../../src/auth/index.js";
import { createReceiver, defineSender, json } from "../../../src/index.js";
import { postgresStore } from "../../../src/stores/postgres/postgres-store.js";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.js";
import { quietLogger } from "../../support/quiet.js";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(async () => await server?.close());

const TOKEN = "a-token-for-the-outage-0123456789";
/** The store's limit is a second; without a limit the answer would not come at all. */
const ANSWER_MS = 10_000;

/** A whole receiver on a pool that has no `error` listener of the application's. */
async function receiving(config: pg.PoolConfig = {}) {
  const pool = server.pool({ max: 5, ...config });
  const store = postgresStore(pool);
  await store.migrate();
  const runs: (string | undefined)[] = [];
  const sender = defineSender({
    name: "outage",
    auth: bearerToken({ token: TOKEN }),
    event: { id: json("id"), type: json("type") },
  });
  const receiver = createReceiver(sender, { scope: randomUUID(), dedupe: { store }, logger: quietLogger });
  receiver.on("a", (event) => {
    runs.push(event.id);
  });
  const deliver = async (id: string) => {
    const startedMs = performance.now();
    const response = await receiver.fetch(
      new Request("http://localhost/", {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
        body: JSON.stringify({ id, type: "a" }),
      }),
    );

    return { status: response.status, ms: performance.now() - startedMs };
  };
  return { pool, deliver, runs };
}

/** Delivers until it is handled. */
async function recovered(deliver: (id: string) => Promise<{ status: number }>, id: string): Promise<void> {
  for (;;) {
    const { status } = await deliver(id);
    if (status === 200) return;
    expect(status).toBe(503);
    await sleep(50);
  }
}

describe("while PostgreSQL is down, the sender gets 503 in time, no handler runs, and the receiver recovers by itself", () => {
  it.each(["kill", "stop"] as const)("%s", async (how) => {
    const { deliver, runs, pool } = await receiving();
    await Promise.all(Array.from({ length: 8 }, (_, at) => deliver(`before-${at}`)));
    expect(pool.idleCount).toBeGreaterThan(1);
    await server[how]();
    for (let at = 0; at < 10; at++) {
      const { status, ms } = await deliver("during");
      expect(status).toBe(503);
      expect(ms).toBeLessThan(ANSWER_MS);
    }
    expect(runs).toHaveLength(8);
    await server.start();
    // How soon is for the fault suite to say: here others share the machine.
    await recovered(deliver, "during");
    expect(runs.filter((id) => id === "during")).toHaveLength(1);
    // What was done before is still known.
    expect((await deliver("before-0")).status).toBe(200);
    expect(runs).toHaveLength(9);
  });

  it("after the server stopped answering on open connections", async () => {
    const { deliver, runs } = await receiving();
    await deliver("before");
    await server.pause();
    try {
      const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => deliver(`during-${at}`)));
      for (const { status, ms } of answers) {
        expect(status).toBe(503);
        expect(ms).toBeLessThan(ANSWER_MS);
      }
      // Hung connections are closed, not waited for.
      await sleep(2_500);
      expect((await deliver("during-0")).status).toBe(503);
    } finally {
      await server.resume();
    }
    expect(runs).toEqual(["before"]);
    await recovered(deliver, "after");
    expect(runs).toEqual(["before", "after"]);
  });
});

describe("a transaction that is open when the server is killed", () => {
  it("is not taken for success, does not end the process, and the event runs after it", async () => {
    const pool = server.pool({ max: 4 });
    const store = postgresStore(pool, { transactional: true });
    await store.migrate();
    await pool.query("CREATE TABLE effects (id text)");
    const claim = { key: "k".repeat(43), token: "t", leaseSeconds: 60, bodyDigest: "d" };
    const first = await store.begin?.(claim);
    if (first?.state !== "claimed") throw new Error("expected claimed");
    await first.transaction.tx.query("INSERT INTO effects VALUES ('a')");
    await server.kill();
    await expect(first.transaction.complete({ reply: undefined }, 60)).rejects.toThrow();
    await expect(store.begin?.({ ...claim, token: "u" })).rejects.toThrow();
    await server.start();
    const second = await store.begin?.({ ...claim, token: "v" });
    if (second?.state !== "claimed") throw new Error("expected claimed");
    await second.transaction.tx.query("INSERT INTO effects VALUES ('a')");
    await second.transaction.complete({ reply: undefined }, 60);
    expect((await pool.query("SELECT id FROM effects")).rows).toEqual([{ id: "a" }]);
  });
});
