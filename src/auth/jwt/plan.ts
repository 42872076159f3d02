// Checks the options of `jwt` and `bearerJwt` once, when the scheme is built.
import type { Refusal } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import {
  ANY_TEXT,
  CHECKED_LATER,
  checkOptions,
  choiceOf,
  FLAG,
  isObject,
  isText,
  type OptionRules,
  wholeNumber,
} from "../../lib/options.js";
import type { TimeFormat } from "../../lib/time.js";
import { checkUnverifiedField, type UnverifiedField } from "../request/unverified-fields.js";
import { JWS_KEY_RULES, type JwsKeySource } from "./jws-key-source.js";
import type { HashClaim, JwtLacks, JwtOptions, JwtRules } from "./options.js";

/** The differences between `jwt` and a preset of it. */
export interface JwtPreset {
  /** For messages. */
  readonly where: string;
  readonly scheme: string;
  readonly challenge?: string;
  /** Reads the token, in place of `at` and `prefix`. */
  read?(headers: Delivery["headers"]): string | Refusal;
}

export const JWT: JwtPreset = { where: "jwt", scheme: "jwt" };

/** The checked options. */
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
  /** The claims are the payload. */
  readonly isPayload: boolean;
}

const MAX_CLOCK_TOLERANCE_SECONDS = 300;
const DEFAULT_CLOCK_TOLERANCE_SECONDS = 60;
const TIME_FORMATS: readonly unknown[] = ["unix-seconds", "unix-milliseconds", "rfc3339"];
/** Claims with options or rules of their own. */
const RESERVED_CLAIMS: ReadonlyMap<string, string> = /* @__PURE__ */ new Map([
  ["iss", "use `issuer`"],
  ["aud", "use `audience`"],
  ["sub", "use `subject`"],
  ["exp", "it is always checked"],
  ["nbf", "it is always checked"],
  ["iat", "use `maxTokenAgeSeconds`"],
]);

/** The rules that `bearerJwt` shares. */
export const JWT_RULES: OptionRules<JwtRules & { readonly algorithms?: unknown }> = {
  issuer: CHECKED_LATER,
  audience: CHECKED_LATER,
  subject: CHECKED_LATER,
  type: CHECKED_LATER,
  claims: { must: "be an object of exact values", fits: isObject },
  tenantClaim: CHECKED_LATER,
  maxTokenAgeSeconds: /* @__PURE__ */ wholeNumber(1, undefined, "whole seconds"),
  clockToleranceSeconds: /* @__PURE__ */ wholeNumber(0, MAX_CLOCK_TOLERANCE_SECONDS, "whole seconds"),
  algorithms: CHECKED_LATER,
};
const OWN_RULES: OptionRules<Omit<JwtOptions, keyof JwtRules | keyof JwsKeySource | "key" | "algorithms">> = {
  at: CHECKED_LATER,
  prefix: ANY_TEXT,
  lacks: { must: "be an object of reasons", fits: isObject },
  audienceIsUrl: FLAG,
  requiredClaims: { must: "be a list of claims' names", fits: Array.isArray },
  signedAt: {
    must: 'be such as { claim: "iat", format: "unix-seconds" }',
    fits: (value) => isObject(value) && isSignedTime(value),
  },
  bodyHash: { must: 'be such as { claim: "payload_hash" }', fits: isObject },
  urlHash: { must: 'be such as { claim: "url_hash" }', fits: isObject },
  isPayload: FLAG,
};
const LACKS_RULES: OptionRules<JwtLacks> = { issuer: CHECKED_LATER, audience: CHECKED_LATER, expiry: CHECKED_LATER };
const HASH_RULES: OptionRules<HashClaim> = {
  claim: { must: "be the claim's name", fits: isText, isRequired: true },
  hash: { must: 'be "sha256" or "sha512"', fits: (value) => value === "sha256" || value === "sha512" },
  encoding: /* @__PURE__ */ choiceOf(["hex", "base64", "base64url"]),
  isAbsentWhenEmpty: FLAG,
};

function isSignedTime({ claim, format }: { claim?: unknown; format?: unknown }): boolean {
  return isText(claim) && TIME_FORMATS.includes(format);
}

/** @throws {TypeError} When an option is missing, ill-formed or unknown. */
export function planJwt(options: JwtOptions, where: string): JwtPlan {
  checkOptions<JwtOptions>(where, options, { ...JWS_KEY_RULES, ...JWT_RULES, ...OWN_RULES });
  const check = checksFor(where);
  const { lacks = {}, audienceIsUrl = false, requiredClaims = [], signedAt, maxTokenAgeSeconds } = options;
  const { clockToleranceSeconds = DEFAULT_CLOCK_TOLERANCE_SECONDS } = options;
  checkOptions(`${where}: lacks.`, lacks, LACKS_RULES);
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
    bodyHash: hashClaim(options.bodyHash, `${where}: bodyHash.`),
    urlHash: hashClaim(options.urlHash, `${where}: urlHash.`),
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

/** Checks of single options. Their values are names, not secrets, so errors may show them. */
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
    /** One name or several, or none with a reason in `lacks`. */
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

function exactClaims(
  claims: JwtRules["claims"],
  fail: (problem: string) => never,
): readonly (readonly [string, unknown])[] {
  if (claims === undefined) return [];
  return Object.entries(claims).map(([name, value]: [string, unknown]) => {
    const advice = RESERVED_CLAIMS.get(name);
    if (advice !== undefined) return fail(`claims.${name}: ${advice}`);
    if (typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) return [name, value];
    const came = value === null ? "null" : typeof value;
    return fail(`claims.${name} must be a string, a finite number or a boolean; got ${came}`);
  });
}

function hashClaim(given: HashClaim | undefined, where: string): Required<HashClaim> | undefined {
  if (given === undefined) return undefined;
  checkOptions(where, given, HASH_RULES);
  const { claim, hash = "sha256", encoding = "hex", isAbsentWhenEmpty = false } = given;
  return { claim, hash, encoding, isAbsentWhenEmpty };
}
