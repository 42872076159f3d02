// Options of `bearerJwt`, checked once when it is built.
import { KeyObject } from "node:crypto";
import type { JWK } from "jose";
import { nearest, refuseUnknownKeys } from "../../lib/options.js";
import { algorithmsOfKey } from "../keys/jwks-document.js";
import {
  type BearerJwtKeys,
  failOption as fail,
  KEY_SOURCES,
  type KeyPlan,
  planKeys,
  type Texts,
} from "./bearer-jwt-keys.js";

/** A claim's exact value. */
export type ClaimValue = string | number | boolean;

/** Signature algorithms that can be chosen. `none` is not one. */
export type JwtAlgorithm =
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "EdDSA"
  | "Ed25519"
  | "HS256"
  | "HS384"
  | "HS512";

/** What every token is held to, whatever the key. */
export interface BearerJwtRules {
  /** Accepted values of `iss`, compared exactly. Google signs with two spellings. */
  readonly issuer: Texts;
  /** Accepted values of `aud`. A token for several audiences passes when ours is one of them. */
  readonly audience: Texts;
  /** Accepted algorithms. Default: RS*, PS*, ES* and EdDSA; with `secret` HS256 alone. Never both kinds. */
  readonly algorithms?: readonly JwtAlgorithm[];
  /** Largest accepted difference between the issuer's clock and ours, seconds, 0 to 300. Default 60. */
  readonly clockToleranceSeconds?: number;
  /** Oldest accepted token, in seconds since its `iat`, which is then required. Default: `exp` alone decides. */
  readonly maxTokenAgeSeconds?: number;
  /** The kind of token, its `typ` header (RFC 8725 section 3.11): `at+jwt`. Default: any. */
  readonly type?: string;
  /** The exact `sub`. Default: any. */
  readonly subject?: string;
  /** Claims that must have exactly these values: `{ email: "hooks@p.iam.gserviceaccount.com", email_verified: true }`. */
  readonly claims?: Readonly<Record<string, ClaimValue>>;
  /** The claim whose text names the tenant; a token without it is refused. */
  readonly tenantClaim?: string;
}

export type BearerJwtOptions = BearerJwtRules & BearerJwtKeys;

/** The options, checked. */
export interface BearerJwtPlan {
  readonly issuers: readonly [string, ...string[]];
  readonly audiences: readonly [string, ...string[]];
  readonly algorithms: readonly string[];
  readonly clockToleranceSeconds: number;
  readonly maxTokenAgeSeconds: number | undefined;
  readonly type: string | undefined;
  readonly subject: string | undefined;
  readonly claims: readonly (readonly [string, ClaimValue])[];
  readonly tenantClaim: string | undefined;
  readonly keys: KeyPlan;
}

const KNOWN = [
  ...KEY_SOURCES,
  "issuer",
  "audience",
  "algorithms",
  "clockToleranceSeconds",
  "maxTokenAgeSeconds",
  "type",
  "subject",
  "claims",
  "tenantClaim",
];

const ASYMMETRIC = /* @__PURE__ */ "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");
const SYMMETRIC = ["HS256", "HS384", "HS512"];

const MAX_CLOCK_TOLERANCE_SECONDS = 300;
const DEFAULT_CLOCK_TOLERANCE_SECONDS = 60;
/** These have options or rules of their own. */
const RESERVED_CLAIMS: Readonly<Record<string, string>> = {
  iss: "use `issuer`",
  aud: "use `audience`",
  sub: "use `subject`",
  exp: "it is always checked",
  nbf: "it is always checked",
  iat: "use `maxTokenAgeSeconds`",
};

export function planBearerJwt(options: BearerJwtOptions): BearerJwtPlan {
  refuseUnknownKeys("bearerJwt", options, KNOWN);
  const keys = planKeys(options);
  const { maxTokenAgeSeconds, clockToleranceSeconds = DEFAULT_CLOCK_TOLERANCE_SECONDS } = options;
  checkSeconds("clockToleranceSeconds", clockToleranceSeconds, 0, MAX_CLOCK_TOLERANCE_SECONDS);
  if (maxTokenAgeSeconds !== undefined)
    checkSeconds("maxTokenAgeSeconds", maxTokenAgeSeconds, 1, Number.MAX_SAFE_INTEGER);
  return {
    issuers: texts("issuer", options.issuer),
    audiences: texts("audience", options.audience),
    algorithms: planAlgorithms(options, keys),
    clockToleranceSeconds,
    maxTokenAgeSeconds,
    type: options.type === undefined ? undefined : text("type", options.type),
    subject: options.subject === undefined ? undefined : text("subject", options.subject),
    claims: planClaims(options.claims),
    tenantClaim: options.tenantClaim === undefined ? undefined : text("tenantClaim", options.tenantClaim),
    keys,
  };
}

function checkSeconds(name: string, value: unknown, least: number, most: number): void {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
  fail(`${name} must be whole seconds, ${range}; got ${typeof value === "number" ? value : typeof value}`);
}

/** Names, not secrets, so what came may be shown. */
function text(name: string, value: unknown): string {
  if (typeof value !== "string" || value === "") {
    return fail(
      `${name} must be a non-empty string; got ${value === "" ? "an empty one" : value === null ? "null" : typeof value}`,
    );
  }
  if (value.trim() !== value) fail(`${name} has white space around it: ${JSON.stringify(value)}`);
  return value;
}

function texts(name: string, value: unknown): readonly [string, ...string[]] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  const [first, ...others] = all.map((one) => text(name, one));
  return first === undefined ? fail(`${name} must name at least one; got an empty array`) : [first, ...others];
}

function planAlgorithms(options: BearerJwtOptions, keys: KeyPlan): readonly string[] {
  const isSecret = keys.kind === "secret";
  const possible = isSecret ? SYMMETRIC : ASYMMETRIC;
  const chosen = options.algorithms === undefined ? (isSecret ? ["HS256"] : ASYMMETRIC) : options.algorithms;
  if (!Array.isArray(chosen) || chosen.length === 0) fail("algorithms must be a non-empty array");
  for (const name of chosen) {
    const problem = problemWith(name, possible);
    if (problem !== undefined) fail(`algorithms: ${problem}`);
  }
  if (keys.kind !== "public") return [...chosen];
  const fitting = chosen.filter((name) => algorithmsOf(keys.key, options.publicKey).includes(name));
  return fitting.length > 0 ? fitting : fail(`algorithms: none of ${chosen.join(", ")} can be used with the publicKey`);
}

/** What is wrong with an algorithm's name beside these keys. */
function problemWith(name: unknown, possible: readonly string[]): string | undefined {
  if (typeof name !== "string") return `must hold strings; got ${typeof name}`;
  if (possible.includes(name)) return undefined;
  if (name.toLowerCase() === "none") return '"none" means unsigned, which proves nothing';
  if (SYMMETRIC.includes(name)) {
    return `${name} needs \`secret\`; beside public keys anyone could sign with the public key's text`;
  }
  if (ASYMMETRIC.includes(name)) return `${name} needs a public key or key set, not \`secret\``;
  const near = nearest(name, possible);
  return `unknown ${JSON.stringify(name)}; ${near === undefined ? `known are ${possible.join(", ")}` : `did you mean "${near}"?`}`;
}

/** A JWK may say for which algorithm alone it is. */
function algorithmsOf(key: KeyObject, given: unknown): readonly string[] {
  const pinned = given instanceof KeyObject || typeof given !== "object" ? undefined : (given as JWK).alg;
  return pinned === undefined ? algorithmsOfKey(key) : algorithmsOfKey(key).filter((name) => name === pinned);
}

function planClaims(claims: unknown): readonly (readonly [string, ClaimValue])[] {
  if (claims === undefined) return [];
  if (typeof claims !== "object" || claims === null || Array.isArray(claims))
    return fail("claims must be an object of exact values");
  return Object.entries(claims).map(([name, value]: [string, unknown]) => {
    const advice = Object.hasOwn(RESERVED_CLAIMS, name) ? RESERVED_CLAIMS[name] : undefined;
    if (advice !== undefined) return fail(`claims.${name}: ${advice}`);
    if (typeof value === "string" || typeof value === "boolean" || Number.isFinite(value))
      return [name, value as ClaimValue] as const;
    return fail(
      `claims.${name} must be a string, a finite number or a boolean; got ${value === null ? "null" : typeof value}`,
    );
  });
}
