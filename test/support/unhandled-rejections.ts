// Fails a test file in which a promise was rejected and nobody listened.
import { afterAll, beforeAll, expect } from "vitest";

/** To be called at the top of a file of tests. */
export function refuseUnhandledRejections(): void {
  const unhandled: unknown[] = [];
  const keep = (reason: unknown) => unhandled.push(reason);
  beforeAll(() => {
    process.on("unhandledRejection", keep);
  });
  afterAll(() => {
    process.off("unhandledRejection", keep);
    expect(unhandled).toEqual([]);
  });
}
