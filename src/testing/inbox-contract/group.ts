// How is a group of cases written? As rows: the rule, what proves it, and what of the harness it takes.
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
