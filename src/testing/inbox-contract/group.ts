// Defines a group of cases as rows: the rule, its test, and what it needs of the harness.
import type { InboxCase } from "./bench.js";

export function group(
  name: string,
  cases: readonly (readonly [string, InboxCase["run"], InboxCase["needs"]?])[],
): readonly InboxCase[] {
  return cases.map(([rule, run, needs]) => ({
    group: name,
    name: rule,
    run,
    ...(needs === undefined ? {} : { needs }),
  }));
}
