// Checks a token's claims against the options, the clock and the delivery, once its signature holds.
import { createHash } from "node:crypto";
import { type Refusal, refuse } from "../../core/auth.js";
import { parseTime, type TimeFormat } from "../../lib/time.js";
import type { HashClaim, JwtPlan } from "./options.js";

export type Claims = Readonly<Record<string, unknown>>;

/** Own members only, so that `constructor` is never a claim. */
export function claimOf(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

/** What is wrong with the claims by themselves; `undefined` where all is well. */
export function refuseClaims(claims: Claims, plan: JwtPlan, nowMs: number): Refusal | undefined {
  return refuseTimes(claims, plan, nowMs) ?? refuseNames(claims, plan);
}

function refuseTimes(claims: Claims, plan: JwtPlan, nowMs: number): Refusal | undefined {
  const toleranceMs = plan.clockToleranceSeconds * 1000;
  const [exp, nbf] = [claimOf(claims, "exp"), claimOf(claims, "nbf")];
  for (const [name, value] of Object.entries({ exp, nbf })) {
    // 1e400 is Infinity, and a text is never smaller than a number.
    if (value !== undefined && !Number.isSafeInteger(value)) return wrong(`${name} is not a whole number`);
  }
  if (exp === undefined && plan.requireExpiry) return wrong("exp is missing");
  if (exp !== undefined && (exp as number) * 1000 + toleranceMs <= nowMs) return wrong("exp is in the past");
  if (nbf !== undefined && (nbf as number) * 1000 - toleranceMs > nowMs) return wrong("nbf is in the future");
  return undefined;
}

function refuseNames(claims: Claims, { issuers, audiences, claims: exact }: JwtPlan): Refusal | undefined {
  const iss = claimOf(claims, "iss");
  if (issuers !== undefined && !(typeof iss === "string" && issuers.includes(iss)))
    return wrong("iss is not the issuer");
  if (audiences !== undefined) {
    const aud = claimOf(claims, "aud");
    const all: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
    if (!all.some((one) => typeof one === "string" && audiences.includes(one))) return wrong("aud is not ours");
  }
  const other = exact.find(([name, value]) => claimOf(claims, name) !== value);
  return other === undefined ? undefined : wrong(`${other[0]} has another value`);
}

/** When the token says that it was made, or a refusal. */
export function signedTimeOf(
  claims: Claims,
  { claim, format }: { claim: string; format: TimeFormat },
): number | Refusal {
  const value = claimOf(claims, claim);
  if (format === "rfc3339")
    return (typeof value === "string" && parseTime(value, format)) || wrong(`${claim} is no time`);
  // Some issuers write fractions of a second, which RFC 7519 allows; the signed time is then the second.
  if (typeof value !== "number" || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER))
    return wrong(`${claim} is no time`);
  return parseTime(String(Math.floor(value)), format) ?? wrong(`${claim} is no time`);
}

/** Whether a claim is the hash of one of the texts; a refusal where it is not. */
export function refuseHash(
  claims: Claims,
  rule: Required<HashClaim>,
  texts: readonly (string | Uint8Array)[],
  what: string,
): Refusal | undefined {
  const value = claimOf(claims, rule.claim);
  if (rule.isAbsentWhenEmpty && texts.every((text) => text.length === 0)) {
    return value === undefined ? undefined : wrong(`${rule.claim} is there, and the ${what} is empty`);
  }
  if (typeof value !== "string") return wrong(`${rule.claim} is missing, so the ${what} is not bound`);
  // A hash of what was sent is no secret.
  const isOne = texts.some((text) => createHash(rule.hash).update(text).digest(rule.encoding) === value);
  return isOne ? undefined : wrong(`${rule.claim} is the hash of another ${what}`);
}

function wrong(what: string): Refusal {
  return refuse("unauthenticated", `the token's signature holds, but ${what}`);
}
