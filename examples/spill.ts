// GitHub never retries, so an event that is answered 503 is lost. While Redis is down, events spill into a SQLite file on
// this machine, their sender gets success, and they are handled when Redis is back.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import express, { type Express } from "express";
import { createReceiver, type Inbox, type Outcome, spillTo } from "hookgate";
import { sqliteInbox } from "hookgate/inbox/sqlite";
import { github } from "hookgate/senders";
import { redisStore } from "hookgate/stores/redis";
import { createTestSender } from "hookgate/testing";
import { Redis } from "ioredis";
import { until } from "./instances.js";
import { startRedis } from "./servers.js";

const PATH = "/webhooks/github";

export const sender = github({ secret: process.env.GITHUB_WEBHOOK_SECRET ?? "a secret for trying it out" });

export function createApp(redis: Redis, inbox: Inbox, onOutcome: (outcome: Outcome) => void) {
  const receiver = createReceiver(sender, {
    scope: "ci",
    dedupe: { store: redisStore(redis), onStoreFailure: spillTo(inbox) },
    onOutcome,
    onError: (error) => console.log(`    ${error.code}: ${error.message}`),
  });
  receiver.on("push", (event) => console.log(`    built ${(event.payload as { ref?: string }).ref}`));
  receiver.work({ backoffCapSeconds: 5 }); // what spilled before a restart is handled as well
  const app: Express = express();
  app.use(PATH, receiver);
  return { app, receiver };
}

async function demonstrate(path: string): Promise<void> {
  const server = await startRedis();
  if (server === undefined) return;
  // Half a second at most, so that service resumes soon after Redis is back.
  const redis = new Redis(server.port, "127.0.0.1", { retryStrategy: (times) => Math.min(times * 50, 500) });
  redis.on("error", () => undefined);
  const inbox = sqliteInbox(path);
  let outcome: Outcome | undefined;
  const { app, receiver } = createApp(redis, inbox, (one) => {
    if (one.via === "delivery") outcome = one; // and not that of a run from the inbox
  });
  const test = createTestSender(sender).to(app);
  const push = async (branch: string): Promise<void> => {
    const { status } = await test.send(
      "push",
      { ref: `refs/heads/${branch}`, commits: [] },
      { id: branch, path: PATH },
    );
    console.log(`    ${branch}: GitHub got ${status} (${outcome?.name})`);
  };

  console.log("Redis is up:");
  await push("one");
  console.log("\nRedis is killed. Two pushes come, and GitHub sends the second one twice:");
  await server.kill();
  await push("two");
  await push("three");
  await push("three");
  console.log(`    waiting on the disk: ${await pending(inbox)}`);
  console.log("\nRedis is back, and what has spilled is handled:");
  await server.restart();
  await until(async () => (await inbox.counts()).done === 2);
  console.log("\nGitHub sends them again, by hand:");
  await push("one");
  await push("two");
  await test.close();
  await receiver.close({ graceSeconds: 5 });
  await inbox.close();
  redis.disconnect();
  await server.stop();
}

async function pending(inbox: Inbox): Promise<number> {
  const { waiting, running } = await inbox.counts();
  return waiting + running;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-example-"));
  await demonstrate(join(folder, "spill.db"));
  rmSync(folder, { recursive: true, force: true });
}
