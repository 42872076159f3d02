// A receiver whose Redis is down, hangs, and comes back.

import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, describe, expect, it, vi } from "vitest";
import type { RedisClient } from "../../../src/stores/redis/client.js";
import { redisStore } from "../../../src/stores/redis/redis-store.js";
import { build, event, newId, send } from "../../receiver/harness.js";
import { closeServers, listen } from "../../support/listen.js";
import { describeWithRedis, type RedisServer, startRedis } from "../../support/redis-server.js";

/** A second is the store's limit; without a limit the answer would not come at all. */
const ANSWER_MS = 10_000;
const closers: (() => unknown)[] = [];

afterAll(async () => {
  await closeServers();
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(): Promise<RedisServer> {
  const server = await startRedis({ keeps: "everything" });
  closers.push(() => server.stop());
  return server;
}

/** As a program makes them; with BullMQ's setting, under which ioredis keeps commands for as long as it is offline. */
const CLIENTS: readonly (readonly [string, (server: RedisServer) => Promise<RedisClient>])[] = [
  [
    "ioredis",
    async (server) => {
      const client = new Redis(server.port, "127.0.0.1", { maxRetriesPerRequest: null });
      client.on("error", () => undefined);
      closers.push(() => client.disconnect());
      await client.ping();
      return client;
    },
  ],
  [
    "node-redis",
    async (server) => {
      const client = createClient({ url: server.url });
      client.on("error", () => undefined);
      closers.push(() => client.destroy());
      await client.connect();
      return client;
    },
  ],
];

/** A receiver on the store, behind real HTTP. */
async function receiving(client: RedisClient) {
  const built = build({ scope: "test", dedupe: { store: redisStore(client) } });
  const ran: string[] = [];
  built.receiver.on("order.created", (one) => {
    ran.push(String(one.id));
  });
  const port = await listen(built.receiver);
  const deliver = async (id: string) => {
    const startedMs = performance.now();
    const { status } = await send(port, { body: event("order.created", id) });
    return { status, tookMs: performance.now() - startedMs };
  };
  return { ...built, ran, deliver };
}

const PATIENCE = { timeout: 30_000, interval: 20 };

/** Sent again until it is taken, as a sender does. */
async function handled(deliver: (id: string) => Promise<{ status: number }>, id: string): Promise<void> {
  await vi.waitFor(async () => expect((await deliver(id)).status).toBe(200), PATIENCE);
}

function claimOf(client: RedisClient) {
  const store = redisStore(client);
  return async (key: string, token: string) =>
    await store.claim({ key, token, leaseSeconds: 60, bodyDigest: "digest" });
}

describeWithRedis("redisStore, when Redis fails", () => {
  // Each test waits for a Redis of its own.
  describe.concurrent.each(CLIENTS)("with %s", (_, connect) => {
    it("answers 503 while it is down, goes on by itself when it is back, and knows what was done before", async () => {
      const server = await start();
      const { ran, deliver, errors } = await receiving(await connect(server));
      const [before, ...during] = Array.from({ length: 6 }, newId) as [string, ...string[]];
      expect(await deliver(before)).toMatchObject({ status: 200 });
      await server.crash();
      // Enough of them for the store to be left alone after that.
      for (const ids of [during, during]) {
        for (const { status, tookMs } of await Promise.all(ids.map(deliver))) {
          expect(status).toBe(503);
          expect(tookMs).toBeLessThan(ANSWER_MS);
        }
      }
      expect(errors.length).toBeGreaterThan(0);
      await server.restart();
      for (const id of during) await handled(deliver, id);
      expect(await deliver(before)).toMatchObject({ status: 200 });
      expect([...ran].sort()).toEqual([before, ...during].sort());
    });

    it("answers 503 in time while it hangs, and runs nothing; then each event once", async () => {
      const server = await start();
      const { ran, deliver } = await receiving(await connect(server));
      const ids = Array.from({ length: 4 }, newId);
      await deliver(ids[0] as string);
      server.hang();
      const answers = await Promise.all(ids.map(deliver));
      for (const { status, tookMs } of answers) {
        expect(status).toBe(503);
        expect(tookMs).toBeLessThan(ANSWER_MS);
      }
      expect(ran).toEqual(ids.slice(0, 1));
      server.goOn();
      for (const id of ids) await handled(deliver, id);
      expect([...ran].sort()).toEqual([...ids].sort());
    });

    it("gives back a claim that a hung server makes after everybody has gone", async () => {
      const server = await start();
      const claim = claimOf(await connect(server));
      const key = randomUUID();
      await claim("warm", "t");
      server.hang();
      await expect(claim(key, "late")).rejects.toThrow("redisStore: claim was not answered within 900 ms");
      server.goOn();
      await vi.waitFor(
        async () => expect(await claim(key, "next")).toMatchObject({ state: "claimed", attempt: 2 }),
        PATIENCE,
      );
    });

    it("gives back a claim that the client had queued while it was offline", async () => {
      const server = await start();
      const claim = claimOf(await connect(server));
      const key = randomUUID();
      await server.crash();
      await expect(claim(key, "late")).rejects.toThrow();
      await server.restart();
      await vi.waitFor(async () => expect(await claim(key, "next")).toMatchObject({ state: "claimed" }), PATIENCE);
    });

    it("leaves a late claim alone that was asked for again meanwhile", async () => {
      const server = await start();
      const client = await connect(server);
      const claim = claimOf(client);
      const key = randomUUID();
      await claim("warm", "t");
      server.hang();
      await expect(claim(key, "same")).rejects.toThrow("900 ms");
      const again = claim(key, "same");
      server.goOn();
      expect(await again).toMatchObject({ state: "claimed", attempt: 1 });
      await claim("warm", "t");
      expect(await claim(key, "other")).toMatchObject({ state: "in_flight" });
    });
  });
});
