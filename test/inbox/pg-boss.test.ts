// pgBossInbox on a real PostgreSQL, with the real pg-boss.
import { PgBoss } from "pg-boss";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pgBossInbox } from "../../src/inbox/pg-boss/index.js";
import { describeInbox } from "../../src/testing/inbox-contract/index.js";
import { type PostgresServer, startPostgres } from "../support/postgres-server.js";

let server: PostgresServer;
const bosses: PgBoss[] = [];

async function startBoss(): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: server.url,
    max: 4,
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
  });
  boss.on("error", () => undefined);
  await boss.start();
  bosses.push(boss);
  return boss;
}

beforeAll(async () => {
  server = await startPostgres();
  await startBoss();
  await startBoss();
}, 60_000);
afterAll(async () => {
  await Promise.all(bosses.map((boss) => boss.stop({ graceful: false })));
  await server.close();
});

describe.each([
  ["without order", false],
  ["with order", true],
])("%s", (_name, keepsOrder) => {
  describeInbox(
    "pgBossInbox",
    () => {
      const [one, two] = bosses as [PgBoss, PgBoss];
      const options = { keepsOrder, pollSeconds: 0.2, maxWaiting: 200, prefix: keepsOrder ? "ordered" : "plain" };
      const inbox = pgBossInbox(one, options);
      const peer = pgBossInbox(two, options);
      return {
        inbox,
        peers: [peer],
        patienceSeconds: 30,
        maxWaiting: 200,
        withRetention: (retention) => pgBossInbox(one, { ...options, ...retention }),
        close: async () => {
          await inbox.close();
          await peer.close();
        },
      };
    },
    // Cases mostly wait, and each has a source of its own.
    { describe, it: it.concurrent },
  );
});

describe("pgBossInbox", () => {
  it("refuses what is no pg-boss, and options it does not know", () => {
    expect(() => pgBossInbox({} as never)).toThrow("boss must be a PgBoss of pg-boss 12");
    expect(() => pgBossInbox(bosses[0] as PgBoss, { keepOrder: true } as never)).toThrow('did you mean "keepsOrder"?');
  });

  it("says how to get order when a receiver needs it and the queue has none", () => {
    const inbox = pgBossInbox(bosses[0] as PgBoss);
    const needs = {
      receiver: "erp",
      source: "erp",
      minRetentionSeconds: 1,
      handlerTimeoutSeconds: 1,
      report: () => undefined,
    };
    expect(() => inbox.attach({ ...needs, needsOrder: true })).toThrow("keepsOrder: true");
  });
});
