// Examples of shared stores and inboxes, as programs with the servers that they start; and their apps, against forged deliveries.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { PgBoss } from "pg-boss";
import { afterAll, describe, expect, it, vi } from "vitest";
import * as bullmq from "../../examples/inbox-bullmq.js";
import * as pgBoss from "../../examples/inbox-pg-boss.js";
import * as sqlite from "../../examples/inbox-sqlite.js";
import * as ledger from "../../examples/ledger-postgres.js";
import * as spill from "../../examples/spill.js";
import * as three from "../../examples/three-instances-redis.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { createTestSender, type TestTarget } from "../../src/testing/index.js";
import { compileAll } from "../support/compiled.js";
import { startPostgres } from "../support/postgres-server.js";
import { describeWithRedis, startRedis } from "../support/redis-server.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM_MS = 90_000;
const folder = mkdtempSync(join(tmpdir(), "hookgate-examples-"));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const FILES = [
  ...["inbox-sqlite.ts", "ledger-postgres.ts", "inbox-pg-boss.ts"],
  ...["three-instances-redis.ts", "inbox-bullmq.ts", "spill.ts"],
];
const compiled = compileAll(FILES.map((file) => new URL(`../../examples/${file}`, import.meta.url)));

/** Runs an example to its end. @returns What it wrote, by line. */
function linesOf(file: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const args = [compiled[FILES.indexOf(file)] ?? file];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    let complained = "";
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
    });
    child.stderr.on("data", (chunk: Buffer) => {
      complained += chunk.toString("utf8");
    });
    child.on("exit", (code) => {
      if (code === 0) resolve(said.split("\n").map((line) => line.trim()));
      else reject(new Error(`${file} ended with ${code}:\n${said}\n${complained}`));
    });
  });
}

/** What is signed is taken, and what is not is refused. */
async function takesAndRefuses(app: unknown, sender: Parameters<typeof createTestSender>[0], path: string) {
  const test = createTestSender(sender).to(app as TestTarget);
  const payload = { ref: "refs/heads/main", commits: [], data: { object: { id: "in_1", account: "acme", amount: 1 } } };
  const type = path.endsWith("github") ? "push" : "invoice.paid";
  let accepted = await test.send(type, payload, { path });
  // A store that is slow on a busy machine is retried, as a sender does.
  while (accepted.status === 503) accepted = await test.send(type, undefined, { duplicateOf: accepted, path });
  const statuses = [
    accepted.status,
    (await test.send(type, payload, { path, wrongKey: true })).status,
    (await test.send(type, payload, { path, tamper: true })).status,
  ];
  await test.close();
  expect(statuses).toEqual([200, 401, 401]);
}

// Programs with servers of their own, which mostly wait: all of them run at once.
describe.concurrent("on SQLite", () => {
  it(
    "inbox-sqlite.ts accepts, handles, retries, buries, and redrives",
    async () => {
      const lines = await linesOf("inbox-sqlite.ts");
      expect(lines.filter((line) => line.startsWith("waiting"))).toEqual([
        "waiting 3, running 0, done 0, dead 0",
        "waiting 0, running 0, done 2, dead 1",
        "waiting 0, running 0, done 3, dead 0",
      ]);
      expect(lines.filter((line) => line.startsWith("booked")).sort()).toEqual([
        "booked in_1, at attempt 1",
        "booked in_2, at attempt 2",
        "booked in_3, at attempt 1",
      ]);
      expect(lines.filter((line) => line.startsWith("event_dead"))).toHaveLength(1);
      expect(lines.filter((line) => line.includes("the sender got 200"))).toHaveLength(5);
    },
    PROGRAM_MS,
  );

  it("inbox-sqlite.ts takes what is signed and refuses what is not", async () => {
    const { app, receiver, inbox } = sqlite.createApp(join(folder, "inbox.db"), { book: () => undefined });
    await takesAndRefuses(app, sqlite.sender as never, "/webhooks/stripe");
    expect((await inbox.counts()).waiting).toBe(1);
    await receiver.close({ graceSeconds: 0 });
    await inbox.close();
  });
});

describe.concurrent("on PostgreSQL", () => {
  it(
    "ledger-postgres.ts undoes both writes in a crash, and does both once after it",
    async () => {
      const lines = await linesOf("ledger-postgres.ts");
      expect(lines.filter((line) => line.startsWith("balance"))).toEqual([
        "balance 0, entries 0, events remembered 0",
        "balance 100, entries 1, events remembered 1",
        "balance 100, entries 1, events remembered 1",
      ]);
      expect(lines).toContain("(both rows are written; the process is killed before it commits)");
      expect(lines).toContain("the sender got nothing: the connection broke, so it will retry");
    },
    PROGRAM_MS,
  );

  it(
    "inbox-pg-boss.ts writes one row for each event, of which one had failed after its write",
    async () => {
      const lines = await linesOf("inbox-pg-boss.ts");
      expect(lines).toContain("waiting in the inbox: 6");
      expect(lines.filter((line) => line.includes("written at"))).toEqual([
        "evt_1, written at attempt 1",
        "evt_2, written at attempt 2",
        ...["evt_3", "evt_4", "evt_5", "evt_6"].map((id) => `${id}, written at attempt 1`),
      ]);
    },
    PROGRAM_MS,
  );

  it(
    "their apps take what is signed and refuse what is not",
    async () => {
      const server = await startPostgres();
      const pool = server.pool();
      await ledger.migrate(pool);
      await takesAndRefuses(ledger.createApp(pool), ledger.sender as never, "/webhooks/stripe");
      const boss = new PgBoss({ connectionString: server.url, max: 2 });
      boss.on("error", () => undefined);
      await boss.start();
      await takesAndRefuses(pgBoss.createApp(boss), pgBoss.sender as never, "/webhooks/stripe");
      await boss.stop({ graceful: false });
      await server.close();
    },
    PROGRAM_MS,
  );
});

describeWithRedis(
  "on Redis",
  () => {
    it(
      "three-instances-redis.ts handles each of 20 events once, of 120 deliveries to three processes",
      async () => {
        const lines = await linesOf("three-instances-redis.ts");
        expect(lines).toContain("Events handled: 20; handled more than once: 0.");
        const handled = lines.flatMap((line) => /^Instance \w handled \d+: (.*)$/.exec(line)?.[1]?.split(" ") ?? []);
        expect(handled.filter((id) => id !== "").sort()).toEqual(
          Array.from({ length: 20 }, (_, at) => `evt_${at + 1}`).sort(),
        );
        expect(lines.find((line) => line.startsWith("Answered"))).toMatch(/120 times 200/);
      },
      PROGRAM_MS,
    );

    it(
      "inbox-bullmq.ts loses no event with the worker that is killed",
      async () => {
        const lines = await linesOf("inbox-bullmq.ts");
        expect(lines).toContain("first worker: evt_5 … and the worker is killed");
        expect(lines).toContain("second worker: evt_5");
        expect(lines).toContain("8 of 8 events are handled.");
      },
      PROGRAM_MS,
    );

    it(
      "spill.ts keeps what comes while Redis is down, and handles it after, once",
      async () => {
        const lines = await linesOf("spill.ts");
        expect(lines.filter((line) => line.includes("GitHub got"))).toEqual([
          "one: GitHub got 200 (processed)",
          "two: GitHub got 200 (accepted)",
          "three: GitHub got 200 (accepted)",
          "three: GitHub got 200 (duplicate)",
          "one: GitHub got 200 (duplicate)",
          "two: GitHub got 200 (duplicate)",
        ]);
        const built = ["one", "two", "three"].map((branch) => `built refs/heads/${branch}`);
        expect(lines.filter((line) => line.startsWith("built")).sort()).toEqual(built.sort());
      },
      PROGRAM_MS,
    );

    it("their apps take what is signed and refuse what is not", async () => {
      vi.spyOn(console, "log").mockImplementation(() => undefined);
      const server = await startRedis({ keeps: "everything" });
      const redis = new Redis(server.port, "127.0.0.1");
      const queue = new Queue("example", { connection: { host: "127.0.0.1", port: server.port } });
      const inbox = sqliteInbox(join(folder, "spill.db"));
      const handled: string[] = [];
      const instance = three.createApp(redis, (id) => handled.push(id));
      await takesAndRefuses(instance.app, three.sender as never, "/webhooks/stripe");
      expect(handled).toHaveLength(1);
      await takesAndRefuses(bullmq.createApp(queue), bullmq.sender as never, "/webhooks/stripe");
      const spilling = spill.createApp(redis, inbox, () => undefined);
      await takesAndRefuses(spilling.app, spill.sender as never, "/webhooks/github");
      await Promise.all([instance.receiver.close({ graceSeconds: 0 }), spilling.receiver.close({ graceSeconds: 0 })]);
      await inbox.close();
      await queue.close();
      redis.disconnect();
      await server.stop();
      vi.restoreAllMocks();
    });
  },
  true,
);
