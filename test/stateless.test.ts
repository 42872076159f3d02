// No test file that replaces something of the process shares its modules with other files.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { REPLACES, STATELESS } from "../vitest.config.js";

const REPLACING = /useFakeTimers|setSystemTime|stubGlobal|stubEnv|resetModules|vi\.mock\(|process\.env\.\w+ = /;

/** Of the globs in vitest.config.ts: braces, stars and double stars. */
function matcher(globs: readonly string[]): RegExp {
  const sources = globs.map((glob) =>
    glob
      .replaceAll(".", "\\.")
      .replace(/\{([^}]+)\}/g, (_, names: string) => `(${names.replaceAll(",", "|")})`)
      .replaceAll("**/", "(.+/)?")
      .replaceAll(/(?<!\.)\*/g, "[^/]*"),
  );
  return new RegExp(`^(${sources.join("|")})$`);
}

const files = readdirSync("test", { recursive: true, encoding: "utf8" })
  .map((file) => `test/${file.replaceAll("\\", "/")}`)
  .filter((file) => file.endsWith(".test.ts"));
const shared = files.filter((file) => matcher(STATELESS).test(file) && !matcher(REPLACES).test(file));

it("a file that replaces a clock, the environment, globals or modules has a process of its own", () => {
  expect(shared.length).toBeGreaterThan(200);
  expect(shared.filter((file) => REPLACING.test(readFileSync(file, "utf8")))).toEqual([]);
  expect(REPLACES.length).toBeGreaterThan(0);
  expect(files.filter((file) => matcher(REPLACES).test(file)).length).toBe(3);
});
