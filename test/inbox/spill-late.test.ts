// An event spills because nobody heard that its claim was made: it must not wait for the lease of that claim.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, expect, it, vi } from "vitest";
import { spillTo } from "../../src/inbox/spill.js";
import { sqliteInbox } from "../../src/inbox/sqlite/index.js";
import { redisStore } from "../../src/stores/redis/redis-store.js";
import { startTcpProxy } from "../faults/tcp-proxy.js";
import { build, event, newId, send } from "../receiver/harness.js";
import { closeServers, listen } from "../support/listen.js";
import { describeWithRedis, startRedis } from "../support/redis-server.js";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  await closeServers();
  for (const close of closers.splice(0).reverse()) await close();
});

describeWithRedis("an event that spilled while its claim was made after all", () => {
  it("is handled once Redis answers again, long before the lease of that claim ends", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hookgate-spill-"));
    closers.push(() => rmSync(folder, { recursive: true, force: true }));
    const server = await startRedis();
    closers.push(() => server.stop());
    const proxy = await startTcpProxy(server.port);
    closers.push(() => proxy.close());
    const redis = new Redis(proxy.port, "127.0.0.1", { autoResendUnfulfilledCommands: false });
    redis.on("error", () => undefined);
    closers.push(() => redis.disconnect());
    const inbox = sqliteInbox(join(folder, "spill.db"));
    closers.push(() => inbox.close());
    const { receiver } = build({
      scope: "test",
      dedupe: {
        store: redisStore(redis, { allowVolatile: true }),
        leaseSeconds: 600,
        onStoreFailure: spillTo(inbox),
      },
    });
    closers.push(() => receiver.close({ graceSeconds: 0 }));
    const ran: string[] = [];
    receiver.on("order.created", (one) => void ran.push(String(one.id)));
    const port = await listen(receiver);
    const [first, spilled] = [newId(), newId()];
    expect((await send(port, { body: event("order.created", first) })).status).toBe(200);

    proxy.mute();
    expect((await send(port, { body: event("order.created", spilled) })).status).toBe(200);
    expect(ran).toEqual([first]);
    // The cause: Redis holds a claim of it that nobody knows of.
    expect(await server.ask("DBSIZE")).toBe(":2");
    receiver.work({ backoffBaseSeconds: 0.2, backoffCapSeconds: 1 });
    proxy.heal();
    await vi.waitFor(() => expect(ran).toEqual([first, spilled]), { timeout: 25_000, interval: 50 });
    expect((await send(port, { body: event("order.created", spilled) })).status).toBe(200);
    expect(ran).toEqual([first, spilled]);
  }, 60_000);
});
