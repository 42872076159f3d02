// Checks a signed timestamp against the tolerance, in both directions.

import { passed, type TraceLine } from "../../core/trace.js";
import type { Check } from "./check.js";

export interface FreshnessSettings {
  /** `null`: the sender's time says nothing about freshness. */
  readonly toleranceSeconds: number | null;
  /** `WWW-Authenticate` of the scheme: a stale delivery gets the same reply as every failed authentication. */
  readonly challenge?: string | undefined;
}

/** Both times count in whole seconds, so a tolerance of 0 means "the same second", and the edge itself is accepted. */
export function freshnessCheck({ toleranceSeconds, challenge }: FreshnessSettings): Check {
  const fresh = passed("freshness");
  const untimed: TraceLine = Object.freeze({
    check: "freshness",
    result: "noted",
    hint: "no signed time: only the event id shows a replay",
  });
  return function freshness(ctx) {
    const sentAtMs = ctx.proof?.sentAtMs;
    if (sentAtMs === undefined || toleranceSeconds === null) {
      ctx.trace.add(untimed);
      return undefined;
    }
    const ageSeconds = Math.floor(ctx.receivedAtMs / 1000) - Math.floor(sentAtMs / 1000);
    if (Math.abs(ageSeconds) <= toleranceSeconds) {
      ctx.trace.add(fresh);
      return undefined;
    }
    const distance = ageSeconds > 0 ? `${ageSeconds} s ago` : `${-ageSeconds} s in the future`;
    const hint = `genuine, but signed ${distance} (tolerance ${toleranceSeconds} s): a replay, or a clock is wrong; ours says ${new Date(ctx.receivedAtMs).toISOString()}`;
    ctx.trace.add({ check: "freshness", result: "refused", hint });
    return { name: "unauthenticated", hint, ...(challenge === undefined ? {} : { challenge }) };
  };
}
