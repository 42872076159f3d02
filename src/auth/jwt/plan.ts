// Checks the options of `jwt` and `bearerJwt` once, when the scheme is built.
import type { Refusal } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { refuseUnknownKeys } from "../../lib/options.js";
import type { TimeFormat } from "../../lib/time.js";
import { checkUnverifiedField, type UnverifiedField } from "../request/unverified-fields.js";
import { JWS_KEY_SOURCES } from "./jws-key-source.js";
import type { HashClaim, JwtOptions, JwtRules } from "./options.js";

/** How a preset of `jwt` differs from it. */
export interface JwtPreset {
  /** For messages. */
  readonly where: string;
  readonly scheme: string;
  readonly challenge?: string;
  /** Reads the token, in place of `at` and `prefix`. */
  read?(headers: Delivery["headers"]): string | Refusal;
}

export const JWT: JwtPreset = { where: "jwt", scheme: "jwt" };

/** The options, checked. */
export interface JwtPlan {
  readonly at: "body" | UnverifiedField;
  readonly prefix: string;
  readonly issuers: readonly string[] | undefined;
  readonly audiences: readonly string[] | undefined;
  readonly audienceIsUrl: boolean;
  readonly subject: string | undefined;
  readonly type: string | undefined;
  readonly claims: readonly (readonly [string, unknown])[];
  readonly requiredClaims: readonly string[];
  readonly tenantClaim: string | undefined;
  readonly signedAt: { readonly claim: string; readonly format: TimeFormat } | undefined;
  readonly requireExpiry: boolean;
  readonly maxTokenAgeSeconds: number | undefined;
  readonly clockToleranceSeconds: number;
  readonly bodyHash: Required<HashClaim> | undefined;
  readonly urlHash: Required<HashClaim> | undefined;
  /** The payload is the token's claims. */
  readonly isPayload: boolean;
}

const RULE_NAMES: readonly (keyof JwtRules)[] = [
  "issuer",
  "audience",
  "subject",
  "type",
  "claims",
  "tenantClaim",
  "maxTokenAgeSeconds",
  "clockToleranceSeconds",
];
/** Those of `bearerJwt` too. */
export const SHARED_OPTION_NAMES: readonly string[] = [...JWS_KEY_SOURCES, "key", "algorithms", ...RULE_NAMES];
const OPTION_NAMES: readonly string[] = [
  ...SHARED_OPTION_NAMES,
  "at",
  "prefix",
  "lacks",
  "audienceIsUrl",
  "requiredClaims",
  "signedAt",
  "bodyHash",
  "urlHash",
  "isPayload",
];
const MAX_CLOCK_TOLERANCE_SECONDS = 300;
const DEFAULT_CLOCK_TOLERANCE_SECONDS = 60;
const TIME_FORMATS: readonly unknown[] = ["unix-seconds", "unix-milliseconds", "rfc3339"];
/** These have options or rules of their own. */
const RESERVED_CLAIMS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ["iss", "use `issuer`"],
  ["aud", "use `audience`"],
  ["sub", "use `subject`"],
  ["exp", "it is always checked"],
  ["nbf", "it is always checked"],
  ["iat", "use `maxTokenAgeSeconds`"],
]);

/** @throws {TypeError} When an option is missing, ill-formed or unknown. */
export function planJwt(options: JwtOptions, where: string): JwtPlan {
  refuseUnknownKeys(where, options, OPTION_NAMES);
  const check = checksFor(where);
  const { lacks = {}, audienceIsUrl = false, requiredClaims = [], signedAt, maxTokenAgeSeconds } = options;
  const { clockToleranceSeconds = DEFAULT_CLOCK_TOLERANCE_SECONDS } = options;
  refuseUnknownKeys(`${where}: lacks`, lacks, ["issuer", "audience", "expiry"]);
  check.seconds("clockToleranceSeconds", clockToleranceSeconds, 0, MAX_CLOCK_TOLERANCE_SECONDS);
  if (maxTokenAgeSeconds !== undefined) check.seconds("maxTokenAgeSeconds", maxTokenAgeSeconds, 1);
  if (signedAt !== undefined && !(typeof signedAt?.claim === "string" && TIME_FORMATS.includes(signedAt.format))) {
    check.fail('signedAt must be such as { claim: "iat", format: "unix-seconds" }');
  }
  if (audienceIsUrl && options.audience !== undefined) check.fail("audience and audienceIsUrl exclude each other");
  return {
    ...placeOf(options, where),
    issuers: check.names("issuer", options.issuer, lacks.issuer),
    audiences: audienceIsUrl ? undefined : check.names("audience", options.audience, lacks.audience),
    audienceIsUrl,
    subject: check.optionalText("subject", options.subject),
    type: check.optionalText("type", options.type),
    claims: exactClaims(options.claims, check.fail),
    requiredClaims: requiredClaims.map((name) => check.text("requiredClaims", name)),
    tenantClaim: check.optionalText("tenantClaim", options.tenantClaim),
    signedAt,
    requireExpiry: check.optionalText("lacks.expiry", lacks.expiry) === undefined,
    maxTokenAgeSeconds,
    clockToleranceSeconds,
    bodyHash: hashClaim(options.bodyHash, "bodyHash", check.fail, where),
    urlHash: hashClaim(options.urlHash, "urlHash", check.fail, where),
  };
}

function placeOf(options: JwtOptions, where: string): Pick<JwtPlan, "at" | "prefix" | "isPayload"> {
  const { at: place, prefix = "" } = options;
  const at = place === "body" ? place : checkUnverifiedField(place, `${where}: at must be "body", or it`);
  if (prefix !== "" && (at === "body" || at.in !== "header")) {
    throw new TypeError(`${where}: prefix is for a token in a header`);
  }
  if (options.isPayload === true && (at === "body" || !["json", "form"].includes(at.in))) {
    throw new TypeError(
      `${where}: isPayload is for a token in a JSON property or a form field; a body that is a token is one anyway`,
    );
  }
  return { at, prefix, isPayload: at === "body" || options.isPayload === true };
}

/** The checks of single options. These are names and no secrets, so what came may be shown. */
function checksFor(where: string) {
  function fail(problem: string): never {
    throw new TypeError(`${where}: ${problem}`);
  }
  function text(name: string, value: unknown): string {
    if (typeof value !== "string" || value === "") {
      const came = value === "" ? "an empty one" : value === null ? "null" : typeof value;
      return fail(`${name} must be a non-empty string; got ${came}`);
    }
    return value.trim() === value ? value : fail(`${name} has white space around it: ${JSON.stringify(value)}`);
  }
  return {
    fail,
    text,
    optionalText: (name: string, value: unknown) => (value === undefined ? undefined : text(name, value)),
    seconds(name: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): void {
      if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return;
      const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
      fail(`${name} must be whole seconds, ${range}; got ${typeof value === "number" ? value : typeof value}`);
    },
    /** One name or several; none where the definition says why the sender's tokens have none. */
    names(name: "issuer" | "audience", value: unknown, reason: unknown): readonly string[] | undefined {
      if (reason !== undefined) {
        text(`lacks.${name}`, reason);
        return value === undefined ? undefined : fail(`${name} and lacks.${name} exclude each other`);
      }
      const all: readonly unknown[] = Array.isArray(value) ? value : [value];
      if (all.length === 0) fail(`${name} must name at least one; got an empty array`);
      return all.map((one) => text(name, one));
    },
  };
}

function exactClaims(claims: unknown, fail: (problem: string) => never): readonly (readonly [string, unknown])[] {
  if (claims === undefined) return [];
  if (typeof claims !== "object" || claims === null || Array.isArray(claims)) {
    return fail("claims must be an object of exact values");
  }
  return Object.entries(claims).map(([name, value]: [string, unknown]) => {
    const advice = RESERVED_CLAIMS.get(name);
    if (advice !== undefined) return fail(`claims.${name}: ${advice}`);
    if (typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) return [name, value];
    const came = value === null ? "null" : typeof value;
    return fail(`claims.${name} must be a string, a finite number or a boolean; got ${came}`);
  });
}

function hashClaim(
  given: HashClaim | undefined,
  name: string,
  fail: (problem: string) => never,
  where: string,
): Required<HashClaim> | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== "object" || given === null) return fail(`${name} must be such as { claim: "payload_hash" }`);
  refuseUnknownKeys(`${where}: ${name}`, given, ["claim", "hash", "encoding", "isAbsentWhenEmpty"]);
  const { claim, hash = "sha256", encoding = "hex", isAbsentWhenEmpty = false } = given;
  if (typeof claim !== "string" || claim === "") return fail(`${name}.claim must be the claim's name`);
  if (hash !== "sha256" && hash !== "sha512") return fail(`${name}.hash must be "sha256" or "sha512"`);
  if (!["hex", "base64", "base64url"].includes(encoding)) {
    return fail(`${name}.encoding must be "hex", "base64" or "base64url"`);
  }
  return { claim, hash, encoding, isAbsentWhenEmpty };
}
