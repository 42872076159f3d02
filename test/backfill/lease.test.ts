// One holder at a time, on every kind of store; a cursor that is there for whoever comes next; and no word from who has lost it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DedupeStore, memoryStore } from "hookgate";
import { redisStore } from "hookgate/stores/redis";
import { sqliteStore } from "hookgate/stores/sqlite";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CursorLease, type LeaseKeys } from "../../src/backfill/lease.js";
import { bodyDigest } from "../../src/dedupe/key.js";
import { describeWithRedis, type RedisServer, startRedis } from "../support/redis-server.js";
import { until } from "../support/until.js";

let names = 0;
function keys(): LeaseKeys {
  const of = (kind: string): string => bodyDigest(Buffer.from(`${kind} ${names}`));
  names++;
  return { lease: of("lease"), cursor: of("cursor") };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function take(
  store: DedupeStore,
  of: LeaseKeys,
  onLost: () => void = () => undefined,
  leaseSeconds = 1,
): Promise<CursorLease> {
  const taken = await CursorLease.take(store as DedupeStore<unknown>, of, leaseSeconds, onLost);
  if (taken instanceof CursorLease) return taken;
  throw new Error(`held for ${taken.retryAfterSeconds} s`);
}

/** The same store, whose holder is not heard of any more: a process that hangs, or a network that is cut. */
function cutOff(store: DedupeStore): { readonly store: DedupeStore; cut: () => void } {
  let isCut = false;
  const cut = {
    name: "cut off",
    isShared: true,
    claim: (request: Parameters<DedupeStore["claim"]>[0]) => store.claim(request),
    renew: (...given: Parameters<DedupeStore["renew"]>) =>
      isCut ? Promise.reject(new Error("cut")) : store.renew(...given),
    complete: (...given: Parameters<DedupeStore["complete"]>) => store.complete(...given),
    release: (...given: Parameters<DedupeStore["release"]>) => store.release(...given),
  };
  return {
    store: cut as DedupeStore,
    cut: () => {
      isCut = true;
    },
  };
}

/** The tests mostly wait: all stores are tested at once. */
function contract(open: () => DedupeStore): void {
  it("has one holder, and is handed on with the cursor at once when given up", async () => {
    const [store, of] = [open(), keys()];
    const first = await take(store, of);
    expect(await first.read()).toBeUndefined();
    expect(await first.save("one")).toBe(true);
    expect(await CursorLease.take(store as DedupeStore<unknown>, of, 1, () => undefined)).toMatchObject({
      retryAfterSeconds: expect.any(Number),
    });
    expect(await first.save("two")).toBe(true);
    await first.giveUp();
    const second = await take(store, of);
    expect(await second.read()).toBe("two");
    await second.giveUp();
  });

  it("is renewed for as long as its holder lives", async () => {
    const [store, of] = [open(), keys()];
    let isLost = false;
    // Longer than what a busy machine keeps a renewal waiting.
    const isGone = (): void => {
      isLost = true;
    };
    const first = await take(store, of, isGone, 3);
    await pause(4_000);
    await expect(take(store, of)).rejects.toThrow("held for");
    expect([isLost, await first.save("still mine")]).toEqual([false, true]);
    await first.giveUp();
  });

  it("goes to another holder once it lapses; the former holder is informed, and writes no more", async () => {
    const [store, of] = [open(), keys()];
    const silent = cutOff(store);
    let isLost = false;
    const first = await take(silent.store, of, () => {
      isLost = true;
    });
    await first.save("old");
    silent.cut();
    await until(() =>
      take(store, of)
        .then((next) => next.save("new"))
        .catch(() => false),
    );
    await until(() => isLost);
    expect(await first.save("old again")).toBe(false);
    await first.giveUp();
  });
}

describe.concurrent("a lease on memoryStore", () => contract(() => memoryStore()));

describe.concurrent("a lease on sqliteStore", () => {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-lease-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let files = 0;
  contract(() => sqliteStore(join(folder, `${files++}.db`)) as DedupeStore);
});

describeWithRedis(
  "a lease on redisStore",
  () => {
    let server: RedisServer;
    let client: Redis;
    beforeAll(async () => {
      server = await startRedis();
      client = new Redis(server.port, "127.0.0.1");
    });
    afterAll(async () => {
      client.disconnect();
      await server.stop();
    });
    contract(() => redisStore(client) as DedupeStore);
  },
  true,
);
