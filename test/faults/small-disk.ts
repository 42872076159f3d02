// A disk that is soon full: a tmpfs of a few MiB, most of it taken by a file that can be removed.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bench } from "./storm.js";

const MIB = 1_048_576;

export interface SmallDisk {
  readonly folder: string;
  readonly freeBytes: number;
  /** Takes all but so much. */
  leave(mib: number): void;
  /** Gives back what `leave` took, as an operator does. */
  makeRoom(): void;
}

/** Unmounted with the bench, or with the process. */
export function mountSmallDisk(bench: Bench, mib: number): SmallDisk {
  const folder = join(bench.folder, "small");
  mkdirSync(folder);
  // PostgreSQL runs as another user than root, and has to get here.
  chmodSync(bench.folder, 0o711);
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mib}m,mode=755`, "hookgate-faults", folder]);
  const unmount = (): void => void execFileSync("umount", ["-l", folder], { stdio: "ignore" });
  process.once("exit", unmount);
  bench.onClose(async () => {
    process.removeListener("exit", unmount);
    unmount();
  });
  const ballast = join(folder, "ballast");
  const freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(folder);
    return Number(bavail) * Number(bsize);
  };
  return {
    folder,
    get freeBytes() {
      return freeBytes();
    },
    leave: (left) => writeFileSync(ballast, Buffer.alloc(Math.max(0, freeBytes() - left * MIB))),
    makeRoom: () => rmSync(ballast),
  };
}
