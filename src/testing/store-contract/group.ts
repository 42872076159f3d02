// How is a group of cases written? As rows: the rule, what proves it, and whether it takes a clock that can be moved on.
import type { DedupeStoreCase } from "./bench.js";

export const DAY_SECONDS = 86_400;

export function group(
  name: string,
  cases: readonly (readonly [string, DedupeStoreCase["run"], "advance"?])[],
): readonly DedupeStoreCase[] {
  return cases.map(([rule, run, need]) => ({ group: name, name: rule, needsAdvance: need === "advance", run }));
}
