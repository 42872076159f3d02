import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { entryPoints, root } from "./scripts/entry-points.js";

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
      // A vendor's file keeps no state: all of them share what they have loaded.
      { extends: true, test: { name: "vendors", include: ["test/senders/*.test.ts"], isolate: false } },
      {
        extends: true,
        test: { name: "rooms", include: ["test/**/*.test.ts"], exclude: ["test/senders/*.test.ts"] },
      },
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
