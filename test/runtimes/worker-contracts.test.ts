// The stores and the inbox for Cloudflare Workers keep their contracts, on workerd, with real Durable Objects and a real D1.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FILES } from "../../scripts/fetch-runtimes.js";
import { inboxCases } from "../../src/testing/inbox-contract/cases.js";
import { dedupeStoreCases } from "../../src/testing/store-contract/cases.js";
import { buildWorker } from "./build.js";
import { getText, launchWorker } from "./launch.js";

const isSkipped = !existsSync(FILES.miniflare) && process.env.CI !== "true";
if (isSkipped) console.warn("workerd is not here; npx tsx scripts/fetch-runtimes.ts fetches it");

describe.skipIf(isSkipped)("on workerd", () => {
  const folder = mkdtempSync(join(tmpdir(), "hookgate-worker-"));
  let worker: Awaited<ReturnType<typeof launchWorker>>;
  beforeAll(async () => {
    const file = join(folder, "worker.js");
    await buildWorker("app/contracts.ts", file);
    worker = await launchWorker(file, {
      durableObjects: {
        DEDUPE: { className: "Dedupe", useSQLite: true },
        INBOX: { className: "InboxBench", useSQLite: true },
      },
      d1Databases: ["DB"],
    });
    await get("/migrate");
  });
  const get = (path: string): Promise<string> => getText(worker.port, path);
  afterAll(async () => {
    await worker?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  // Cases in objects each have one of their own. Those in D1 share a database, and move its clock each for itself.
  const suites = [
    ["durableObjectStore keeps the dedupe contract", "durable-object", dedupeStoreCases, it.concurrent],
    ["d1Store keeps the dedupe contract", "d1", dedupeStoreCases, it],
    ["durableObjectInbox keeps the inbox contract", "inbox", inboxCases, it.concurrent],
  ] as const;
  describe.each(suites)("%s", (_, suite, cases, test) => {
    for (const [at, { group, name }] of cases.entries()) {
      test(`${group}: ${name}`, async () => {
        expect(await get(`/${suite}/${at}`)).toBe("passed");
      });
    }
  });
});
