// bullmqInbox on a real Redis, with the real BullMQ.
import { randomUUID } from "node:crypto";
import { Queue } from "bullmq";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bullmqInbox } from "../../src/inbox/bullmq/index.js";
import { InboxBench } from "../../src/testing/inbox-contract/bench.js";
import { describeInbox } from "../../src/testing/inbox-contract/index.js";
import { describeWithRedis, type RedisServer, startRedis } from "../support/redis-server.js";

describeWithRedis("bullmqInbox", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis({ keeps: "everything" });
  });
  afterAll(async () => {
    await redis.stop();
  });

  function openQueue(server = redis, name = `q-${randomUUID()}`): Queue {
    return new Queue(name, { connection: { host: "127.0.0.1", port: server.port } });
  }

  describeInbox(
    "bullmqInbox",
    () => {
      const name = `q-${randomUUID()}`;
      const queues = [openQueue(redis, name), openQueue(redis, name)];
      const [inbox, peer] = queues.map((queue) => bullmqInbox(queue, { maxWaiting: 200 })) as [
        ReturnType<typeof bullmqInbox>,
        ReturnType<typeof bullmqInbox>,
      ];
      return {
        inbox,
        peers: [peer],
        maxWaiting: 200,
        source: name,
        patienceSeconds: 30,
        withRetention: (retention) => bullmqInbox(queues[0] as Queue, retention),
        close: async () => {
          await inbox.close();
          await peer.close();
          await Promise.all(queues.map((queue) => queue.close()));
        },
      };
    },
    // Cases mostly wait, and each has a queue of its own.
    { describe, it: it.concurrent },
  );

  it.each([
    ["no append-only file", { keeps: "snapshots" as const }, "appendonly is no"],
    [
      "a policy that evicts",
      { keeps: "everything" as const, settings: ["--maxmemory-policy", "allkeys-lru"] },
      "maxmemory-policy is allkeys-lru",
    ],
  ])("accepts nothing on a Redis with %s, unless it may forget", async (_name, options, says) => {
    const volatile = await startRedis(options);
    const queue = openQueue(volatile);
    const reports: string[] = [];
    const entry = new InboxBench({ inbox: bullmqInbox(queue) }).entry();
    try {
      await expect(bullmqInbox(queue).put([entry])).rejects.toThrow(says);
      expect(await queue.getJobCounts("waiting")).toEqual({ waiting: 0 });
      const willing = bullmqInbox(queue, { allowVolatile: true });
      const needs = {
        receiver: "erp",
        source: "erp",
        minRetentionSeconds: 1,
        handlerTimeoutSeconds: 1,
        needsOrder: false,
      };
      willing.attach({ ...needs, report: (message) => reports.push(message) });
      expect(await willing.put([entry])).toEqual(["stored"]);
      expect(reports.join()).toContain(says);
    } finally {
      await queue.close();
      await volatile.stop();
    }
  });

  it("is one receiver's alone, keeps no order, and refuses options it does not know", async () => {
    const queue = openQueue();
    const inbox = bullmqInbox(queue);
    const needs = {
      receiver: "erp",
      source: "erp",
      minRetentionSeconds: 1,
      handlerTimeoutSeconds: 1,
      needsOrder: false,
      report: () => undefined,
    };
    inbox.attach(needs);
    expect(() => inbox.attach({ ...needs, source: "other" })).toThrow("a queue of its own");
    expect(() => inbox.attach({ ...needs, needsOrder: true })).toThrow("keeps order, which BullMQ does not");
    expect(() => bullmqInbox(queue, { maxwaiting: 1 } as never)).toThrow('did you mean "maxWaiting"?');
    expect(() => bullmqInbox({} as never)).toThrow("queue must be a Queue of bullmq");
    await queue.close();
  });
});
