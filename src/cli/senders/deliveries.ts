// Sends the scenarios that an endpoint is probed with, one probe each.

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
  ["duplicate", "duplicate", "an event that comes again is answered as success"],
  ["unsigned", "unsigned", "unsigned deliveries are refused"],
  ["tampered", "tampered", "changed deliveries are refused"],
  ["wrong-secret", "wrong-secret", "deliveries signed with another secret are refused"],
  ["stale", "stale", "old deliveries are refused"],
  ["large", "size", "large deliveries are accepted, and larger ones than the sender's refused"],
];
/** A receiver that needs more of the sender's patience is near to failing. hookgate itself answers by then. */
const LATE_SHARE = 0.8;
const SLOW_SHARE = 0.5;
/** Late answers are waited for, to tell how late they are. */
const PATIENCE = 1.5;

export async function deliveries(
  { sender, url, signing }: Signer,
  event: Pick<ScenarioOptions, "type" | "payload" | "headers" | "body" | "effects" | "signal">,
  limitSeconds: number,
): Promise<readonly Probe[]> {
  const options: ScenarioOptions = { ...signing, ...event, timeLimitSeconds: limitSeconds * PATIENCE };
  const probes: Probe[] = [];
  for (const [name, check, fine] of SCENARIOS) {
    if (event.signal?.aborted === true) break;
    const result = await runScenario(name, sender, url, options);
    probes.push(probeOf(result, check, fine));
    if (name === "valid" && result.steps.length > 0) probes.push(timeOf(result, limitSeconds));
  }
  return probes;
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
  const told = `answered in ${answeredMs} ms of the ${limitSeconds} s that the sender waits`;
  const fix = "Answer first and work afterwards: an inbox, or a queue of your own.";
  if (steps[0]?.status === undefined) return bad("time", `slow: no answer within ${limitSeconds * PATIENCE} s`, fix);
  if (answeredMs > limitSeconds * 1000 * LATE_SHARE) return bad("time", `slow: ${told}`, fix, { answeredMs });
  return answeredMs > limitSeconds * 1000 * SLOW_SHARE
    ? noted("time", told, fix, { answeredMs })
    : ok("time", told, { answeredMs });
}
