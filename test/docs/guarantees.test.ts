// Each row of "A crash at this point does that" in docs/guarantees.md, with a process that is killed there.

import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteInbox } from "hookgate/inbox/sqlite";
import { postgresStore } from "hookgate/stores/postgres";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pause } from "../../src/testing/inbox-contract/bench.js";
import { compiled } from "../support/compiled.js";
import { type PostgresServer, startPostgres } from "../support/postgres-server.js";
import { until } from "../support/until.js";
import type { Mode, Point } from "./guarantee-process.js";

const program = compiled(new URL("guarantee-process.ts", import.meta.url));
const children: ChildProcess[] = [];
const folders: string[] = [];
let server: PostgresServer;
let pool: pg.Pool;

beforeAll(async () => {
  server = await startPostgres();
  pool = server.pool();
  await postgresStore(pool).migrate();
  await pool.query("CREATE TABLE effects (event text NOT NULL)");
}, 60_000);
afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  await server.close();
});

/** What one test's processes share, so that tests run beside each other. */
function scene() {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-guarantees-"));
  folders.push(folder);

  function start(mode: Mode, point: Point): Promise<number> {
    const child = fork(program, [mode, point, folder, server.url], { execArgv: [] });
    children.push(child);
    return new Promise((resolve, reject) => {
      child.once("message", (port) => resolve(port as number));
      child.once("exit", (code) => reject(new Error(`ended with ${code} before it listened`)));
    });
  }

  /** The attempts that were started, in their order. */
  function runs(): readonly number[] {
    const file = join(folder, "runs");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
  }

  return { folder, start, runs };
}

/** The status that the sender hears; `undefined` where the connection broke. */
function deliver(port: number, id = "e1"): Promise<number | undefined> {
  const headers = {
    authorization: "Bearer 0123456789abcdef0123456789abcdef",
    "content-type": "application/json",
    "x-event-id": id,
  };
  return new Promise((resolve) => {
    request({ host: "127.0.0.1", port, method: "POST", headers, agent: false }, (res) => {
      res.resume();
      resolve(res.statusCode);
    })
      .once("error", () => resolve(undefined))
      .end("{}");
  });
}

describe.concurrent("direct, on a shared store", () => {
  it("before the claim: nothing is left, and the next attempt runs", async () => {
    const { start, runs } = scene();
    expect(await deliver(await start("direct", "before the claim"))).toBeUndefined();
    expect(await deliver(await start("direct", "never"))).toBe(200);
    expect(runs()).toEqual([1]);
  });

  it.each<[Point]>([["in the handler"], ["before the completion"]])(
    "%s: 503 within the lease, and then the handler runs again",
    async (point) => {
      const { start, runs } = scene();
      const next = await start("direct", "never");
      expect(await deliver(await start("direct", point))).toBeUndefined();
      const heard: (number | undefined)[] = [];
      await until(async () => {
        heard.push(await deliver(next));
        return heard.at(-1) === 200;
      });
      expect(heard[0]).toBe(503);
      expect(runs()).toEqual([1, 2]);
    },
  );

  it("after the completion, before the answer: the next attempt is a duplicate", async () => {
    const { start, runs } = scene();
    expect(await deliver(await start("direct", "after the completion"))).toBeUndefined();
    expect(await deliver(await start("direct", "never"))).toBe(200);
    expect(runs()).toEqual([1]);
  });
});

describe.concurrent("inbox", () => {
  const isDoneIn = async (folder: string): Promise<boolean> => {
    const inbox = sqliteInbox(join(folder, "events.db"));
    const counts = await inbox.counts();
    await inbox.close();
    return counts.done === 1;
  };

  it("before the event is on the disk: nothing is kept, and the next attempt is kept", async () => {
    const { folder, start, runs } = scene();
    expect(await deliver(await start("inbox", "before the put"))).toBeUndefined();
    expect(await deliver(await start("inbox", "never"))).toBe(200);
    await until(() => isDoneIn(folder));
    expect(runs()).toEqual([1]);
  });

  it("after the event is on the disk, before the answer: it is handled, and the next attempt is a duplicate", async () => {
    const { folder, start, runs } = scene();
    expect(await deliver(await start("inbox", "after the put"))).toBeUndefined();
    const next = await start("inbox", "never");
    await until(() => isDoneIn(folder));
    expect(await deliver(next)).toBe(200);
    await pause(200);
    expect(runs()).toEqual([1]);
  });

  it.each<[Point]>([["in the handler"], ["after the run"]])(
    "%s: it runs again once the hold has ended, without a retry",
    async (point) => {
      const { folder, start, runs } = scene();
      await deliver(await start("inbox", point));
      await until(() => runs().length === 1);
      await start("inbox", "never");
      await until(() => isDoneIn(folder));
      expect(runs()).toEqual([1, 2]);
    },
  );

  it("three times in a row in its handler: it is dead, and not started again", async () => {
    const { folder, start, runs } = scene();
    await deliver(await start("inbox", "in the handler"));
    for (const at of [2, 3]) {
      // The event may be there to run before the process listens.
      await start("inbox", "in the handler").catch(() => undefined);
      await until(() => runs().length === at);
    }
    await start("inbox", "never");
    const inbox = sqliteInbox(join(folder, "events.db"));
    await until(async () => (await inbox.counts()).dead === 1);
    expect((await inbox.list({ state: "dead" }))[0]?.reason).toContain("started 3 times");
    await inbox.close();
    expect(runs()).toEqual([1, 2, 3]);
  });
});

describe.concurrent("transactional", () => {
  function transactionalScene() {
    const id = randomUUID();
    const effects = async (): Promise<number> =>
      (await pool.query("SELECT 1 FROM effects WHERE event = $1", [id])).rows.length;
    return { ...scene(), id, effects };
  }

  it.each<[Point]>([["before the claim"], ["in the handler"], ["before the completion"]])(
    "%s: nothing stands, and the next attempt does it once, without waiting for a lease",
    async (point) => {
      const { start, runs, id, effects } = transactionalScene();
      expect(await deliver(await start("transactional", point), id)).toBeUndefined();
      expect(await effects()).toBe(0);
      const next = await start("transactional", "never");
      await until(async () => (await deliver(next, id)) === 200);
      expect(await effects()).toBe(1);
      expect(runs().at(-1), "the attempt of a killed process is not counted").toBe(1);
    },
  );

  it("after the commit, before the answer: both stand, and the next attempt is a duplicate", async () => {
    const { start, runs, id, effects } = transactionalScene();
    expect(await deliver(await start("transactional", "after the completion"), id)).toBeUndefined();
    expect(await effects()).toBe(1);
    expect(await deliver(await start("transactional", "never"), id)).toBe(200);
    expect(await effects()).toBe(1);
    expect(runs()).toEqual([1]);
  });
});
