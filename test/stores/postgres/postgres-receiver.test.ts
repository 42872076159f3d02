// Whole receivers on a transactional store: what the sender hears, and what is in the database then.

import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { bearerToken } from "../../../src/auth/index.js";
import { createReceiver, defineSender, json, RetryLater } from "../../../src/index.js";
import { ABANDON_GRACE_MS } from "../../../src/receiver/processing/handler-run.js";
import { postgresStore } from "../../../src/stores/postgres/postgres-store.js";
import { type PostgresServer, startPostgres } from "../../support/postgres-server.js";
import { quietLogger } from "../../support/quiet.js";
import { until } from "../../support/until.js";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(async () => await server?.close());

const TOKEN = "a-token-for-transactions-0123456789";
async function receiving(options: { max?: number; handlerTimeoutSeconds?: number } = {}) {
  const { max = 5, handlerTimeoutSeconds = 10 } = options;
  const table = `t_${randomUUID().slice(0, 8)}`;
  const pool = server.pool({ max });
  const outside = server.pool({ max: 2 });
  const store = postgresStore(pool, { table, transactional: true });
  await store.migrate();
  await outside.query(`CREATE TABLE ${table}_effects (id text)`);
  const sender = defineSender({
    name: "bank",
    auth: bearerToken({ token: TOKEN }),
    event: { id: json("id"), type: json("type") },
  });
  const receiver = createReceiver(sender, {
    scope: table,
    dedupe: { store },
    handlerTimeoutSeconds,
    logger: quietLogger,
  });
  const deliver = async (id: string): Promise<number> => {
    const request = new Request("http://localhost/", {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ id, type: "paid" }),
    });
    return (await receiver.fetch(request)).status;
  };
  const insert = (tx: pg.PoolClient, id: string | undefined) =>
    tx.query(`INSERT INTO ${table}_effects (id) VALUES ($1)`, [id]);
  const effects = async (): Promise<string[]> =>
    (await outside.query(`SELECT id FROM ${table}_effects ORDER BY 1`)).rows.map((row) => row.id);
  return { receiver, deliver, insert, effects, pool };
}

describe("a receiver on a transactional store", () => {
  it("stores effect and completion together; duplicates get success and run nothing", async () => {
    const { receiver, deliver, insert, effects } = await receiving();
    receiver.on("paid", (event, { tx }) => insert(tx, event.id));
    const statuses = await Promise.all(Array.from({ length: 20 }, () => deliver("a")));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await deliver("a")).toBe(200);
    expect(await effects()).toEqual(["a"]);
  });

  it("undoes what a handler wrote that throws, and counts its attempts", async () => {
    const { receiver, deliver, insert, effects } = await receiving();
    const attempts: number[] = [];
    receiver.on("paid", async (event, { tx, attempt }) => {
      attempts.push(attempt);
      await insert(tx, event.id);
      if (attempt < 3) throw attempt === 1 ? new Error("no") : new RetryLater();
    });
    expect([await deliver("a"), await deliver("a"), await deliver("a"), await deliver("a")]).toEqual([
      500, 503, 200, 200,
    ]);
    expect(attempts).toEqual([1, 2, 3]);
    expect(await effects()).toEqual(["a"]);
  });

  it("keeps what `once` remembered over the rollback", async () => {
    const { receiver, deliver } = await receiving();
    let charges = 0;
    receiver.on("paid", async (_, { once, attempt }) => {
      await once("charge", () => ++charges);
      if (attempt === 1) throw new Error("no");
    });
    expect([await deliver("a"), await deliver("a")]).toEqual([500, 200]);
    expect(charges).toBe(1);
  });

  it("answers 503 where the handler swallowed an error of its own transaction", async () => {
    const { receiver, deliver, insert, effects } = await receiving();
    receiver.on("paid", async (event, { tx, attempt }) => {
      await insert(tx, event.id);
      if (attempt === 1) await tx.query("SELECT 1 / 0").catch(() => undefined);
    });
    expect(await deliver("a")).toBe(503);
    expect(await effects()).toEqual([]);
    expect(await deliver("a")).toBe(200);
    expect(await effects()).toEqual(["a"]);
  });

  it("answers 503 and not 500 where the handler failed because its transaction's connection was lost", async () => {
    const { receiver, deliver, insert, effects, pool } = await receiving();
    let runs = 0;
    receiver.on("paid", async (event, { tx }) => {
      await insert(tx, event.id);
      if (runs++ > 0) return;
      const { rows } = await tx.query("SELECT pg_backend_pid() AS pid");
      await pool.query("SELECT pg_terminate_backend($1)", [rows[0].pid]);
      await insert(tx, "never");
    });
    expect(await deliver("a")).toBe(503);
    expect(await effects()).toEqual([]);
    expect(await deliver("a")).toBe(200);
    expect(await effects()).toEqual(["a"]);
  });

  it("ends the transaction of a handler that runs past its time, and refuses its late writes", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"], shouldAdvanceTime: true });
    onTestFinished(() => void vi.useRealTimers());
    const { receiver, deliver, insert, effects } = await receiving({ max: 2, handlerTimeoutSeconds: 0.2 });
    const late: { insert?: () => Promise<unknown> } = {};
    receiver.on("paid", async (event, { tx }) => {
      await insert(tx, event.id);
      if (late.insert !== undefined) return;
      late.insert = async () => await insert(tx, "late");
      await new Promise(() => undefined);
    });
    const first = deliver("a");
    await until(() => late.insert !== undefined);
    // Given up some time after its limit; until then the event is in flight.
    await vi.advanceTimersByTimeAsync(ABANDON_GRACE_MS + 1_000);
    expect(await first).toBe(503);
    await until(async () => (await deliver("a")) === 200);
    await expect(late.insert?.()).rejects.toThrow(TypeError);
    expect(await effects()).toEqual(["a"]);
  });

  it("answers 503 where every transaction is taken, and the rest of the application goes on", async () => {
    const { receiver, deliver, pool } = await receiving({ max: 2 });
    let finish = (): void => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let isRunning = false;
    receiver.on("paid", (event) => {
      isRunning = true;
      return event.id === "slow" ? finished : undefined;
    });
    const slow = deliver("slow");
    await until(() => isRunning);
    expect(await deliver("other")).toBe(503);
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    finish();
    expect(await slow).toBe(200);
    expect(await deliver("other")).toBe(200);
  });

  it("gives the handler what is a client to everybody, but not its release", async () => {
    const { receiver, deliver } = await receiving();
    const seen: unknown[] = [];
    receiver.on("paid", (_, { tx }) => {
      seen.push(tx instanceof pg.Client, typeof tx.query);
      tx.release();
    });
    expect(await deliver("a")).toBe(500);
    expect(seen).toEqual([true, "function"]);
  });
});
