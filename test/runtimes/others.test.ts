// Every sender on Bun, Deno and workerd, over real HTTP. `npx tsx scripts/fetch-runtimes.ts` fetches them.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillCell, OTHERS, prepared } from "./cells.js";
import { runtimesPage } from "./page.js";

let place: Awaited<ReturnType<typeof prepared>>;
beforeAll(async () => {
  place = await prepared();
});
afterAll(() => place.remove());

const isCI = process.env.CI === "true";

describe.each(OTHERS)("$name", (runtime) => {
  // In CI one that is missing fails.
  const isSkipped = !runtime.isThere && !isCI;
  if (isSkipped) console.warn(`${runtime.name} is not here; npx tsx scripts/fetch-runtimes.ts fetches it`);
  it.skipIf(isSkipped).each(runtime.forms)(
    "every sender's deliveries are answered as they must be, %s",
    async (form) => {
      expect(await fillCell(place.folder, runtime, form)).toEqual([]);
    },
  );
});

it("docs/runtimes.md is the page of a table without a failure", () => {
  expect(readFileSync(new URL("../../docs/runtimes.md", import.meta.url), "utf8")).toBe(runtimesPage([]));
});
