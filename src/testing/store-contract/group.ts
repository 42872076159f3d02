// Defines a group of cases as rows: the rule, its test, and whether it moves the clock.
import type { DedupeStoreCase } from "./bench.js";

export const DAY_SECONDS = 86_400;

export function group(
  name: string,
  cases: readonly (readonly [string, DedupeStoreCase["run"], "advance"?])[],
): readonly DedupeStoreCase[] {
  return cases.map(([rule, run, need]) => ({ group: name, name: rule, needsAdvance: need === "advance", run }));
}
