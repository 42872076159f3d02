// Events in the inbox of a Durable Object survive the end of workerd.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripe } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { afterAll, describe, expect, it } from "vitest";
import { FILES } from "../../scripts/fetch-runtimes.js";
import { buildWorker } from "./build.js";
import { getText, launchWorker } from "./launch.js";

const isSkipped = !existsSync(FILES.miniflare) && process.env.CI !== "true";
const folder = mkdtempSync(join(tmpdir(), "hookgate-inbox-object-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(isSkipped)("durableObjectInbox", () => {
  const secret = "whsec_0123456789abcdef";
  const file = join(folder, "worker.js");
  const start = (count: number) =>
    launchWorker(file, {
      durableObjects: { BILLING: { className: "Billing", useSQLite: true } },
      durableObjectsPersist: join(folder, "objects"),
      bindings: { SECRET: secret, START: count },
    });
  const runs = async (port: number) =>
    JSON.parse(await getText(port, "/")) as { id: string; start: number; attempt: number }[];

  it("runs an accepted event after workerd was started again, and a duplicate of it never", async () => {
    await buildWorker("app/inbox-object.ts", file);
    const sender = createTestSender(stripe({ secret }));
    const first = await start(1);
    const sent = await sender.send(`http://127.0.0.1:${first.port}/`, { type: "invoice.paid", id: "evt_1" });
    expect(sent.status).toBe(200);
    await expect.poll(() => runs(first.port)).toContainEqual({ id: "evt_1", start: 1, attempt: 1 });
    await first.stop();

    const second = await start(2);
    try {
      await expect
        .poll(async () => (await runs(second.port)).filter((run) => run.start === 2))
        .toEqual([{ id: "evt_1", start: 2, attempt: expect.any(Number) }]);
      const again = await sender.send(`http://127.0.0.1:${second.port}/`, { type: "", duplicateOf: sent });
      expect(again.status).toBe(200);
      expect((await runs(second.port)).filter((run) => run.start === 2)).toHaveLength(1);
    } finally {
      await second.stop();
    }
  });
});
