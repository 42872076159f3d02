// Registered, delivered, down past the sender's patience, given up, backfilled: every event is handled exactly once.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { BackfillReport } from "hookgate/backfill";
import { ensureEndpoint, signedRoundTrip, stripeWebhooks } from "hookgate/endpoints";
import { stripe } from "hookgate/senders";
import { postgresStore } from "hookgate/stores/postgres";
import type pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { STRIPE_KEY, type StripeApi, stripeApi } from "../endpoints/servers/stripe-api.js";
import { compiled } from "../support/compiled.js";
import { freePort } from "../support/listen.js";
import { type PostgresServer, startPostgres } from "../support/postgres-server.js";
import { until } from "../support/until.js";
import type { InstanceSettings, Told } from "./instance.js";

const MODULE = compiled(new URL("./instance.ts", import.meta.url));
/** Stripe's patience, in a time that a test has. */
const RETRIES_MS = [30, 60];
/** A sender that lives to see a receiver on a busy machine answer. */
const PATIENT_MS = Array.from({ length: 60 }, () => 250);

let postgres: PostgresServer;
let admin: pg.Pool;
let pool: pg.Pool;
let api: StripeApi;
let databases = 0;
const children: Instance[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  admin = postgres.pool();
  admin.on("error", () => undefined);
}, 60_000);
afterAll(() => postgres.close());

beforeEach(async () => {
  const name = `life${databases++}`;
  await admin.query(`CREATE DATABASE ${name}`);
  pool = postgres.pool({ database: name, connectionString: postgres.url.replace(/postgres$/, name) });
  pool.on("error", () => undefined); // one test kills the server
  await postgresStore(pool).migrate();
  // No unique key: nothing but hookgate keeps an event from being written twice.
  await pool.query("CREATE TABLE ledger (event text NOT NULL, by integer NOT NULL)");
  api = await stripeApi();
});
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
  await api.close();
});

interface Instance {
  readonly port: Promise<number>;
  readonly pid: number;
  readonly errors: string[];
  readonly listed: () => number;
  /** What a run came to. */
  backfill(): Promise<BackfillReport>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

function start(more: Partial<InstanceSettings> = {}): Instance {
  const settings: InstanceSettings = {
    databaseUrl: postgres.url.replace(/postgres$/, `life${databases - 1}`),
    stripeUrl: api.url,
    apiKey: STRIPE_KEY,
    secret: "whsec_not_known_yet_0123456789",
    port: 0,
    leaseSeconds: 2,
    since: Date.now() - 3_600_000,
    handlerMs: 0,
    ...more,
  };
  const child: ChildProcess = fork(MODULE, [JSON.stringify(settings)], {
    execArgv: [],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  child.setMaxListeners(0);
  const errors: string[] = [];
  let listed = 0;
  child.on("message", (told: Told) => {
    if ("error" in told) errors.push(told.error);
    if ("progress" in told) listed = told.progress;
  });
  const heard = <T>(pick: (told: Told) => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      child.on("message", (told: Told) => {
        const found = pick(told);
        if (found !== undefined) resolve(found);
      });
      child.once("exit", () => reject(new Error("the instance has ended")));
    });
  const port = heard((told) => ("ready" in told ? told.ready : undefined));
  port.catch(() => undefined);
  const instance: Instance = {
    port,
    pid: child.pid ?? 0,
    errors,
    listed: () => listed,
    async backfill() {
      await port;
      const report = heard((told) => ("report" in told ? told.report : undefined));
      child.send("backfill");
      return report;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
    },
  };
  children.push(instance);
  return instance;
}

async function ledger(): Promise<{ readonly event: string; readonly by: number }[]> {
  return (await pool.query("SELECT event, by FROM ledger ORDER BY event")).rows;
}

const ids = (): string[] => api.events.map(({ id }) => id).sort();

async function emit(count: number, retriesMs: readonly number[] = []): Promise<void> {
  for (let at = 0; at < count; at += 20) {
    const some = Array.from({ length: Math.min(20, count - at) }, () =>
      api.emit("invoice.paid", { object: "invoice" }, retriesMs),
    );
    await Promise.all(some);
  }
}

describe("the full life of 1,000 events", () => {
  it("is handled exactly once, though the receiver was killed and stayed down past the sender's patience", async () => {
    // Registered: the receiver reads the secret that Stripe makes, so it starts again with it.
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/hook`;
    let instance: Instance | undefined;
    let secret = "";
    const { endpoint } = await ensureEndpoint({
      api: stripeWebhooks({ apiKey: STRIPE_KEY, baseUrl: api.url }),
      url,
      events: ["invoice.paid"],
      async keepSecret(made) {
        secret = made;
        instance = start({ secret, port });
        await instance.port;
      },
      prove: signedRoundTrip((made) => stripe({ secret: made }) as never),
    });
    expect(endpoint).toMatchObject({ url, isEnabled: true });

    // Delivered.
    await emit(300, PATIENT_MS);
    expect((await ledger()).map(({ event }) => event)).toEqual(ids());

    // Killed in the middle of deliveries, and down until Stripe gives up.
    const storm = emit(300, RETRIES_MS);
    await until(async () => (await ledger()).length > 340);
    await instance?.kill();
    await storm;
    await emit(300, RETRIES_MS);
    expect(api.givenUp.size).toBeGreaterThan(300);

    // Up again: what comes now is delivered, and the rest is fetched meanwhile.
    const next = start({ secret, port });
    await next.port;
    const [report] = await Promise.all([next.backfill(), emit(100, PATIENT_MS)]);
    expect(report).toMatchObject({ state: "done", skipped: 0 });
    // Given up, and not missed: those that had been committed when the process was killed, before it could answer.
    expect(report.processed).toBeGreaterThanOrEqual(api.givenUp.size - 20);
    expect(api.events).toHaveLength(1_000);
    expect((await ledger()).map(({ event }) => event)).toEqual(ids());

    // And again: nothing is left to do.
    expect(await next.backfill()).toMatchObject({ state: "done", processed: 0 });
    expect((await ledger()).map(({ event }) => event)).toEqual(ids());
  }, 120_000);
});

describe("two instances", () => {
  it("that backfill at once: one works, the other waits; a kill hands over, from the page it had", async () => {
    await emit(300);
    const [first, second] = [start({ handlerMs: 25 }), start()];
    await Promise.all([first.port, second.port]);
    const cut = first.backfill().catch(() => undefined);
    await until(() => first.listed() >= 100);
    const waiting = await second.backfill();
    expect(waiting).toMatchObject({ state: "waiting", listed: 0, reason: "another instance is running the backfill" });
    expect(waiting.retryAfterSeconds).toBeGreaterThan(0);
    await first.kill();
    await cut;
    const begun = (await ledger()).length;
    expect(begun).toBeGreaterThanOrEqual(100);
    expect(begun).toBeLessThan(300);
    let report = waiting;
    await until(async () => {
      report = await second.backfill();
      return report.state === "done";
    });
    // It went on from the page after the last whole one: the first hundred were not listed again, but for the overlap.
    expect(report).toMatchObject({ state: "done", processed: 300 - begun });
    const rows = await ledger();
    expect(rows.map(({ event }) => event)).toEqual(ids());
    expect(new Set(rows.map(({ by }) => by))).toEqual(new Set([first.pid, second.pid]));
  }, 120_000);

  it("handle everything once where the store goes away in the middle, and say why they stopped", async () => {
    await emit(250);
    const instance = start({ handlerMs: 2 });
    await instance.port;
    const cut = instance.backfill();
    await until(() => instance.listed() >= 100);
    await postgres.kill();
    const report = await cut;
    expect(report.state).not.toBe("done");
    expect(report.reason).toMatch(/store|lease/);
    await postgres.start();
    let last = report;
    await until(async () => {
      last = await instance.backfill();
      return last.state === "done";
    });
    await expect
      .poll(() =>
        ledger()
          .then((rows) => rows.map(({ event }) => event))
          .catch(() => []),
      )
      .toEqual(ids());
  }, 120_000);
});
