// Checks the claims of a token whose signature holds (RFC 7519 section 4.1, RFC 8725 section 3).
import type { errors, JWTPayload, JWTVerifyOptions } from "jose";
import { type Refusal, refuse } from "../../core/auth.js";
import type { BearerJwtPlan } from "./bearer-jwt-options.js";

const MAX_TENANT_CHARS = 512;

/** What jose checks. The clock is the receiver's. */
export function joseOptions(plan: BearerJwtPlan, nowMs: number): JWTVerifyOptions {
  return {
    algorithms: [...plan.algorithms],
    issuer: [...plan.issuers],
    audience: [...plan.audiences],
    requiredClaims: ["exp", "iss", "aud"],
    clockTolerance: plan.clockToleranceSeconds,
    currentDate: new Date(nowMs),
    ...(plan.maxTokenAgeSeconds === undefined ? {} : { maxTokenAge: plan.maxTokenAgeSeconds }),
    ...(plan.subject === undefined ? {} : { subject: plan.subject }),
    ...(plan.type === undefined ? {} : { typ: plan.type }),
  };
}

/** What jose leaves open. */
export function refuseClaims(payload: JWTPayload, plan: BearerJwtPlan): Refusal | undefined {
  for (const name of ["exp", "nbf", "iat"]) {
    // 1e400 parses as Infinity, which is never in the past.
    if (Object.hasOwn(payload, name) && !Number.isSafeInteger(payload[name])) {
      return refuse("unauthenticated", `the token's "${name}" is not a whole number of seconds`);
    }
  }
  if (Array.isArray(payload.aud) && !payload.aud.every((one) => typeof one === "string")) {
    return refuse("unauthenticated", 'the token\'s "aud" holds something that is not a string');
  }
  for (const [name, value] of plan.claims) {
    if (!Object.hasOwn(payload, name))
      return refuse("unauthenticated", `the token has no "${name}" claim, which \`claims\` requires`);
    if (payload[name] !== value)
      return refuse("unauthenticated", `the token's "${name}" is not the value that \`claims\` requires`);
  }
  if (plan.tenantClaim !== undefined && tenantOf(payload, plan.tenantClaim) === undefined) {
    return refuse(
      "unauthenticated",
      `the token's "${plan.tenantClaim}" names no tenant: it must be a string of 1 to ${MAX_TENANT_CHARS} characters`,
    );
  }
  return undefined;
}

export function tenantOf(payload: JWTPayload, claim: string): string | undefined {
  const tenant = Object.hasOwn(payload, claim) ? payload[claim] : undefined;
  return typeof tenant === "string" && tenant !== "" && tenant.length <= MAX_TENANT_CHARS ? tenant : undefined;
}

/** Why jose refused the claims, for the operator. Only a genuine token gets here, so its `iss` and `aud` may be shown. */
export function hintOf(error: errors.JWTClaimValidationFailed | errors.JWTExpired): string {
  const { claim, reason, payload } = error;
  if (reason === "missing") return `the token has no "${claim}" claim`;
  if (reason === "invalid") return `the token's "${claim}" is not a number`;
  switch (claim) {
    case "iss":
      return `the token's "iss" is ${quoted(payload.iss)}, which is not in \`issuer\``;
    case "aud":
      return `the token's "aud" is ${quoted(payload.aud)}, and nothing of it is in \`audience\``;
    case "typ":
      return "the token's `typ` header is not what `type` requires";
    case "sub":
      return 'the token\'s "sub" is not `subject`';
    case "exp":
      return "the token has expired; if it is fresh, compare the clocks";
    case "nbf":
      return "the token is not valid yet; compare the clocks";
    default:
      return 'the token\'s "iat" is older than `maxTokenAgeSeconds`, or in the future; compare the clocks';
  }
}

/** Short and printable, so that a log line stays one line. */
function quoted(value: unknown): string {
  const json = JSON.stringify(value).replace(/[^\x20-\x7e]/g, "?");
  return json.length > 100 ? `${json.slice(0, 100)}…` : json;
}
