import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { entryPoints, root } from "./scripts/entry-points.js";

export default defineConfig({
  resolve: {
    // Tests import the package by name, and get the sources.
    alias: entryPoints()
      .filter(({ isCommand }) => !isCommand)
      .map(({ specifier, source }) => ({
        find: new RegExp(`^${specifier}$`),
        replacement: fileURLToPath(new URL(source, root)),
      })),
  },
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 20_000,
    typecheck: { enabled: false },
  },
});
