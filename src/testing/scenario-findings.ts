// What do the steps of a scenario show, taken together?
import { mustBeRefused, type Problem, problemsIn } from "./scenario-judge.js";
import type { Step } from "./scenario-step.js";

/** What a scenario found. */
export interface Findings {
  readonly steps: readonly Step[];
  readonly problems: readonly string[];
  readonly notes?: readonly string[];
}

/** What is found where one delivery had to be refused. */
export function refusal(step: Step, harm: string): Findings {
  return { steps: [step], problems: problemsIn(mustBeRefused(step, harm)) };
}

/** Whether the handler ran again for what came before, as far as that can be told from here. */
export function ranAgain(
  isIdless: boolean,
  counts: readonly number[] | undefined,
  again: readonly Step[],
  failed: readonly string[],
): Pick<Findings, "problems" | "notes"> {
  if (isIdless) {
    const note = "this sender gives events no id that stays the same: handlers must bear duplicates";
    return { problems: failed, notes: [note] };
  }
  if (counts !== undefined) {
    const [before = 0, once = 0, after = 0] = counts;
    // Work that is only queued may be counted late, so the first one need not be seen yet.
    const isAgain = after - before > Math.max(1, once - before);
    const ran = "an event that came again was handled again: remember the ids of what was handled";
    return { problems: isAgain ? [...failed, ran] : failed };
  }
  const [second, third] = again.map((step) => step.sent?.body);
  if (failed.length === 0 && second !== third) {
    const ran =
      "the answers to one event differ each time, as where it is handled each time: remember the ids of what was handled";
    return { problems: [ran] };
  }
  return { problems: failed, notes: ["whether it was handled once cannot be seen from outside; `effects` tells"] };
}

/** Copies that fail alike are one problem. */
export function withoutNumber(problem: Problem): Problem {
  return problem?.replace(/^copy \d+/, "one of several copies that came at once");
}
