// sqliteStore on a disk that is full.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sqliteStore } from "../../../src/stores/sqlite/sqlite-store.js";
import { StoreFullError } from "../../../src/stores/store.js";
import { open, temporaryFolder } from "./sqlite-bench.js";

const DISK_BYTES = 2 * 1024 * 1024;

const folder = temporaryFolder();
const disk = mountSmallDisk(join(folder.path, "disk"));
afterAll(() => {
  // Lazily: a driver may keep its files open until it is collected.
  if (disk !== undefined) execFileSync("umount", ["--lazy", disk]);
  folder.remove();
});

/** A file system of 2 MiB in memory; only root may. */
function mountSmallDisk(path: string): string | undefined {
  try {
    mkdirSync(path);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "hookgate-test", path], { stdio: "pipe" });
    return path;
  } catch (error) {
    console.warn(`sqliteStore is NOT tested on a full disk: no tmpfs could be mounted (${String(error)})`);
    return undefined;
  }
}

function bytesLeft(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

describe.skipIf(disk === undefined)("sqliteStore on a full disk", () => {
  it("refuses with StoreFullError, keeps the file whole and its records readable, and goes on when there is room", async () => {
    const path = join(disk as string, "events.db");
    const store = sqliteStore(path);
    const claim = async (key: string) => await store.claim({ key, token: "a", leaseSeconds: 60, bodyDigest: "digest" });
    await claim("first");
    await store.complete("first", "a", { reply: "kept" }, 3600);
    const ballast = join(disk as string, "ballast");
    writeFileSync(ballast, Buffer.alloc(Math.max(0, bytesLeft(disk as string) - 200_000)));

    const claimed: string[] = [];
    let failure: unknown;
    for (let i = 0; i < 5000 && failure === undefined; i++) {
      try {
        await claim(`key-${i}`);
        claimed.push(`key-${i}`);
      } catch (error) {
        failure = error;
      }
    }
    expect(failure).toBeInstanceOf(StoreFullError);
    expect(claimed.length).toBeGreaterThan(10);
    const settled = await Promise.allSettled(["x", "y", "z"].map(claim));
    for (const one of settled) expect(one).toMatchObject({ status: "rejected", reason: expect.any(StoreFullError) });

    expect(await claim("first")).toMatchObject({ state: "done", reply: "kept" });
    rmSync(ballast);
    expect(await claim("afterwards")).toMatchObject({ state: "claimed" });
    await store.close();
    const aside = open(path);
    expect(aside.prepare("PRAGMA integrity_check").get()).toMatchObject({ integrity_check: "ok" });
    expect(aside.prepare("SELECT count(*) AS n FROM hookgate_dedupe").get()).toMatchObject({ n: claimed.length + 2 });
    aside.close();
  });
});
