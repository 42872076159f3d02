// Runs the scenarios of `hookgate check` and turns each result into a probe.

import { bad, noted, ok, type Probe, type ProbeName, skipped } from "../../diagnosis/probe.js";
import {
  runScenario,
  type ScenarioName,
  type ScenarioOptions,
  type ScenarioResult,
} from "../../testing/scenarios/index.js";
import type { Signer } from "./signer.js";

const SCENARIOS: readonly (readonly [ScenarioName, ProbeName, fine: string])[] = [
  ["valid", "signed", "a signed delivery is accepted"],
  ["duplicate", "duplicate", "a duplicate event is answered with success"],
  ["unsigned", "unsigned", "unsigned deliveries are rejected"],
  ["tampered", "tampered", "tampered deliveries are rejected"],
  ["wrong-secret", "wrong-secret", "deliveries signed with another secret are rejected"],
  ["stale", "stale", "old deliveries are rejected"],
  ["large", "size", "large deliveries are accepted, and deliveries above the sender's maximum are rejected"],
];
/** Above this share of the sender's time limit the check fails. hookgate itself answers before it. */
const LATE_SHARE = 0.8;
const SLOW_SHARE = 0.5;
/** Waits longer than the sender, to measure how late an answer is. */
const WAIT_FACTOR = 1.5;

export async function deliveries(
  { sender, url, signing }: Signer,
  event: Pick<ScenarioOptions, "type" | "payload" | "headers" | "body" | "effects" | "signal">,
  limitSeconds: number,
): Promise<readonly Probe[]> {
  const options: ScenarioOptions = { ...signing, ...event, timeLimitSeconds: limitSeconds * WAIT_FACTOR };
  const probes: Probe[] = [];
  let cause: ScenarioResult | undefined;
  for (const [name, check, fine] of SCENARIOS) {
    if (event.signal?.aborted === true) break;
    const blocked = cause === undefined ? undefined : blockedBy(cause, name);
    if (blocked !== undefined) {
      probes.push(skipped(check, blocked));
      continue;
    }
    const result = await runScenario(name, sender, url, options);
    if (name !== "valid") probes.push(probeOf(result, check, fine));
    else {
      cause = result;
      probes.push(...signedProbes(result, check, fine, limitSeconds));
    }
  }
  return probes;
}

/** A late answer is a problem of `time` alone. An answer other than success is a problem of `signed` alone. */
function signedProbes(result: ScenarioResult, check: ProbeName, fine: string, limitSeconds: number): readonly Probe[] {
  const [step] = result.steps;
  const isLate = step !== undefined && step.status === undefined && step.error?.startsWith("no answer within") === true;
  if (isLate) return [skipped(check, "not checked: no answer in time"), timeOf(result, limitSeconds)];
  const signed = probeOf(result, check, fine);
  return result.result === "passed" ? [signed, timeOf(result, limitSeconds)] : [signed];
}

/** Scenarios of genuine deliveries. They fail wherever `valid` fails. */
const GENUINE: ReadonlySet<ScenarioName> = new Set(["duplicate", "large"]);

/** Why a scenario says nothing after `valid` failed: one cause is one problem. `undefined` when it is still worth running. */
function blockedBy({ result, steps }: ScenarioResult, name: ScenarioName): string | undefined {
  if (result !== "failed") return undefined;
  const status = steps[0]?.status;
  // A receiver that checks deliveries answers a 4xx of its own. Everything else answers the same to any delivery.
  const isReceiver = status !== undefined && (status < 300 || [400, 401, 403, 409, 413, 415, 422].includes(status));
  if (isReceiver && !GENUINE.has(name)) return undefined;
  return `not checked: a genuine delivery is not accepted (${status ?? "no answer"})`;
}

function probeOf({ result, problems, notes, steps, name }: ScenarioResult, check: ProbeName, fine: string): Probe {
  const statuses = steps.map(({ status }) => status ?? "no answer").join(", ");
  if (result === "skipped") return skipped(check, notes.join("; "));
  if (result === "failed") return bad(check, problems.join("; "), "", { statuses });
  if (name === "duplicate" && notes.length > 0)
    return noted(check, `${fine}; ${notes.join("; ").replace("`effects`", "--effects")}`, "", { statuses });
  return ok(check, `${fine} (${statuses})`, { statuses });
}

function timeOf({ steps }: ScenarioResult, limitSeconds: number): Probe {
  const answeredMs = Math.round(steps[0]?.answeredMs ?? 0);
  const message = `answered in ${answeredMs} ms; the sender waits ${limitSeconds} s`;
  const fix = "Answer first and do the work afterwards, with an inbox or your own queue.";
  if (steps[0]?.status === undefined) return bad("time", `slow: no answer within ${limitSeconds * WAIT_FACTOR} s`, fix);
  if (answeredMs > limitSeconds * 1000 * LATE_SHARE) return bad("time", `slow: ${message}`, fix, { answeredMs });
  return answeredMs > limitSeconds * 1000 * SLOW_SHARE
    ? noted("time", message, fix, { answeredMs })
    : ok("time", message, { answeredMs });
}
