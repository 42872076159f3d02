// A plan of steps, as data and as text.
import { plainText } from "../lib/plain-text.js";

/** One step. Steps are listed in the order of execution. */
export type PlanStep =
  | { readonly action: "create"; readonly url: string; readonly events: readonly string[] }
  | { readonly action: "update"; readonly id: string; readonly url: string; readonly changes: readonly string[] }
  | { readonly action: "prove"; readonly url: string; readonly by: "ping" | "round trip" }
  | { readonly action: "remove"; readonly id: string; readonly url: string }
  | { readonly action: "keep"; readonly id: string; readonly url: string; readonly why: string }
  | { readonly action: "by hand"; readonly text: string };

/** What has to change at the sender, in the order in which it is done. */
export interface EndpointPlan {
  /** The place at the sender: `GitHub acme/shop`. */
  readonly title: string;
  readonly steps: readonly PlanStep[];
  /** Whether there is nothing to do. */
  readonly isInOrder: boolean;
}

export function planOf(title: string, steps: readonly PlanStep[]): EndpointPlan {
  return { title, steps, isInOrder: steps.every(({ action }) => action === "keep") };
}

const MARKS: Readonly<Record<PlanStep["action"], string>> = {
  create: "+",
  update: "~",
  prove: "?",
  remove: "-",
  keep: "=",
  "by hand": "!",
};

/** Writes one line per step. Text from the sender's API cannot start a line, and there is no secret in it. */
export function describePlan(plan: EndpointPlan): string {
  const lines = plan.steps.map((step) => `  ${MARKS[step.action]} ${plainText(describeStep(step))}`);
  return [plan.title, ...lines, plan.isInOrder ? "nothing to do" : ""].filter((line) => line !== "").join("\n");
}

/** A step of a plan as one line of text. */
export function describeStep(step: PlanStep): string {
  switch (step.action) {
    case "create":
      return `create ${step.url} for ${step.events.join(", ")}`;
    case "update":
      return `update ${step.url} (${step.id}): ${step.changes.join("; ")}`;
    case "prove":
      return `verify ${step.url} by ${step.by === "ping" ? "the sender's ping" : "a signed round trip"}`;
    case "remove":
      return `remove ${step.url} (${step.id})`;
    case "keep":
      return `keep ${step.url} (${step.id}): ${step.why}`;
    case "by hand":
      return step.text;
  }
}
