import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { entryPoints, root } from "./scripts/entry-points.js";

export const STATELESS: string[] = [
  "test/senders/*.test.ts",
  "test/{adapters,body-formats,diagnosis,ip,lib,sender,test-sender}/**/*.test.ts",
  "test/receiver/{checks,processing}/*.test.ts",
];
/**
 * Of those folders, what replaces something of the process. The timer of all deadlines is such a thing: one that was set on a
 * test's own clock never fires for the next file, and one of the next file is not on the test's clock.
 */
export const REPLACES: string[] = ["test/lib/{deadline,across-builds}.test.ts", "test/adapters/examples.test.ts"];

export default defineConfig({
  resolve: {
    // Tests import the package by name, and get the sources.
    alias: [
      ...entryPoints()
        .filter(({ isCommand }) => !isCommand)
        .map(({ specifier, source }) => ({
          find: new RegExp(`^${specifier}$`),
          replacement: fileURLToPath(new URL(source, root)),
        })),
      { find: /^hookgate\/senders\/([^/]+)$/, replacement: fileURLToPath(new URL("src/senders/$1.ts", root)) },
    ],
  },
  test: {
    projects: [
      // What these load keeps no state, so that a worker loads it once for all of them.
      { extends: true, test: { name: "stateless", include: STATELESS, exclude: REPLACES, isolate: false } },
      { extends: true, test: { name: "isolated", include: ["test/**/*.test.ts"], exclude: STATELESS } },
      { extends: true, test: { name: "replaces", include: REPLACES } },
    ],
    // Many tests wait for servers and processes: on two cores one worker would leave most of the machine idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Concurrent tests wait for stores and timers.
    maxConcurrency: 50,
    // Bounds for what hangs, and no measurements: a machine whose cores are busy must not reach them.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000, interval: 10 } },
    typecheck: { enabled: false },
  },
});
