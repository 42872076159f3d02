// Checks the claims of a verified token (RFC 7519 section 4.1, RFC 8725 section 3).
import { createHash } from "node:crypto";
import { type Refusal, refuse } from "../../core/auth.js";
import { parseTime, type TimeFormat } from "../../lib/time.js";
import type { HashClaim } from "./options.js";
import type { JwtPlan } from "./plan.js";

export type Claims = Readonly<Record<string, unknown>>;

const MAX_TENANT_CHARS = 512;

/** Own properties only, so that `constructor` is never a claim. */
export function claimOf(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

/** Why the claims are refused. `undefined` if they are accepted. */
export function refuseClaims(claims: Claims, plan: JwtPlan, nowMs: number): Refusal | undefined {
  return refuseTimes(claims, plan, nowMs) ?? refuseNames(claims, plan) ?? refuseOthers(claims, plan);
}

function refuseTimes(claims: Claims, plan: JwtPlan, nowMs: number): Refusal | undefined {
  const toleranceSeconds = plan.clockToleranceSeconds;
  const nowSeconds = Math.floor(nowMs / 1000);
  const [exp, nbf, iat] = ["exp", "nbf", "iat"].map((name) => claimOf(claims, name)) as [unknown, unknown, unknown];
  for (const [name, value] of Object.entries({ exp, nbf })) {
    // 1e400 is Infinity, and a comparison with a string that is no number is always false.
    if (value !== undefined && !Number.isSafeInteger(value)) {
      return wrong(`the token's "${name}" is not a whole number of seconds`);
    }
  }
  if (exp === undefined && plan.requireExpiry) return wrong('the token has no "exp" claim');
  if (exp !== undefined && (exp as number) + toleranceSeconds <= nowSeconds) {
    return wrong("the token has expired; if it is fresh, compare the clocks");
  }
  if (nbf !== undefined && (nbf as number) - toleranceSeconds > nowSeconds) {
    return wrong("the token is not valid yet; compare the clocks");
  }
  // In a payload `iat` may mean anything; it is only checked with `maxTokenAgeSeconds`.
  if (plan.maxTokenAgeSeconds === undefined && (plan.isPayload || iat === undefined)) return undefined;
  if (typeof iat !== "number" || Math.abs(iat) > Number.MAX_SAFE_INTEGER) {
    return wrong(iat === undefined ? 'the token has no "iat" claim' : 'the token\'s "iat" is not a number of seconds');
  }
  if (plan.maxTokenAgeSeconds === undefined) return undefined;
  const isOld = nowSeconds - iat > plan.maxTokenAgeSeconds + toleranceSeconds;
  if (!isOld && iat - toleranceSeconds <= nowSeconds) return undefined;
  return wrong('the token\'s "iat" is older than `maxTokenAgeSeconds`, or in the future; compare the clocks');
}

function refuseNames(claims: Claims, { issuers, audiences, subject }: JwtPlan): Refusal | undefined {
  const iss = claimOf(claims, "iss");
  if (issuers !== undefined && !(typeof iss === "string" && issuers.includes(iss))) {
    return wrong(
      iss === undefined
        ? 'the token has no "iss" claim'
        : `the token's "iss" is ${quoted(iss)}, which is not in \`issuer\``,
    );
  }
  const refusal = audiences === undefined ? undefined : refuseAudience(claims, audiences, "`audience`");
  if (refusal !== undefined) return refusal;
  if (subject === undefined || claimOf(claims, "sub") === subject) return undefined;
  return wrong('the token\'s "sub" is not `subject`');
}

/** The token is verified, so its `aud` may be shown. */
export function refuseAudience(claims: Claims, accepted: readonly string[], where: string): Refusal | undefined {
  const aud = claimOf(claims, "aud");
  if (aud === undefined) return wrong('the token has no "aud" claim');
  const all: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!all.every((one) => typeof one === "string")) {
    return wrong('the token\'s "aud" holds something that is not a string');
  }
  if (all.some((one) => accepted.includes(one as string))) return undefined;
  return wrong(`the token's "aud" is ${quoted(aud)}, and nothing of it is in ${where}`);
}

function refuseOthers(claims: Claims, plan: JwtPlan): Refusal | undefined {
  const missing = [...plan.claims.map(([name]) => name), ...plan.requiredClaims].find(
    (name) => claimOf(claims, name) === undefined,
  );
  if (missing !== undefined) return wrong(`the token has no "${missing}" claim, so it is not one of the sender's`);
  const other = plan.claims.find(([name, value]) => claimOf(claims, name) !== value);
  if (other !== undefined) return wrong(`the token's "${other[0]}" is not the value that \`claims\` requires`);
  if (plan.tenantClaim === undefined || tenantOf(claims, plan.tenantClaim) !== undefined) return undefined;
  return wrong(
    `the token's "${plan.tenantClaim}" names no tenant: it must be a string of 1 to ${MAX_TENANT_CHARS} characters`,
  );
}

export function tenantOf(claims: Claims, name: string): string | undefined {
  const tenant = claimOf(claims, name);
  return typeof tenant === "string" && tenant !== "" && tenant.length <= MAX_TENANT_CHARS ? tenant : undefined;
}

/** The signed time of the token, or a refusal. */
export function signedTimeOf(
  claims: Claims,
  { claim, format }: { claim: string; format: TimeFormat },
): number | Refusal {
  const value = claimOf(claims, claim);
  const noTime = `the token's "${claim}" is no time`;
  if (format === "rfc3339") return (typeof value === "string" && parseTime(value, format)) || wrong(noTime);
  // Some issuers write fractions of a second, which RFC 7519 allows. They are cut off.
  if (typeof value !== "number" || !(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) return wrong(noTime);
  return parseTime(String(Math.floor(value)), format) ?? wrong(noTime);
}

/** A refusal unless the claim is the hash of one of the texts. */
export function refuseHash(
  claims: Claims,
  rule: Required<HashClaim>,
  texts: readonly (string | Uint8Array)[],
  what: string,
): Refusal | undefined {
  const value = claimOf(claims, rule.claim);
  if (rule.isAbsentWhenEmpty && texts.every((text) => text.length === 0)) {
    return value === undefined ? undefined : wrong(`the token has "${rule.claim}", and the ${what} is empty`);
  }
  if (typeof value !== "string") return wrong(`the token has no "${rule.claim}" claim, so the ${what} is not bound`);
  // The hash is not secret.
  const isOne = texts.some((text) => createHash(rule.hash).update(text).digest(rule.encoding) === value);
  return isOne ? undefined : wrong(`the token's "${rule.claim}" is the hash of another ${what}`);
}

function wrong(hint: string): Refusal {
  return refuse("unauthenticated", hint);
}

/** Short and printable, for one log line. */
function quoted(value: unknown): string {
  const json = JSON.stringify(value).replace(/[^\x20-\x7e]/g, "?");
  return json.length > 100 ? `${json.slice(0, 100)}…` : json;
}
