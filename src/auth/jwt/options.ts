// The options of `jwt` and `bearerJwt`, checked once, when a proof is built.
import type { Refusal } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { Field } from "../../core/field.js";
import { refuseUnknownKeys } from "../../lib/options.js";
import type { TimeFormat } from "../../lib/time.js";
import { checkUnverifiedField, type UnverifiedField } from "../request/unverified-fields.js";
import type { JwsAlgorithm } from "./jws-algorithms.js";
import { JWS_KEY_SOURCES, type JwsKeySource } from "./jws-keys.js";

/** A claim's exact value. */
export type ClaimValue = string | number | boolean;

/** `undefined` so that `process.env.X` type-checks; refused when built. */
type Texts = string | undefined | readonly (string | undefined)[];

/** A claim that is the hash of something in the delivery. */
export interface HashClaim {
  /** The claim's name: `"request_body_sha256"`. */
  readonly claim: string;
  /** Default `"sha256"`. */
  readonly hash?: "sha256" | "sha512";
  /** Default `"hex"`, lower case. */
  readonly encoding?: "hex" | "base64" | "base64url";
  /** Of the body's hash: where the body is empty the claim is not there, and must not be (MessageBird). Default: it is there. */
  readonly isAbsentWhenEmpty?: boolean;
}

/** What every token is held to, whatever the key, the place and the sender. */
export interface JwtRules {
  /** Accepted values of `iss`, exact. Google signs with two spellings. */
  readonly issuer?: Texts;
  /** Accepted values of `aud`, exact; a token for several passes when ours is one of them. */
  readonly audience?: Texts;
  /** The exact `sub`. Default: any. */
  readonly subject?: string;
  /** The kind of token, its `typ` header (RFC 8725 section 3.11): `"secevent+jwt"`. Default: any. */
  readonly type?: string;
  /** Claims that must have exactly these values: `{ email: "hooks@p.iam.gserviceaccount.com", email_verified: true }`. */
  readonly claims?: Readonly<Record<string, ClaimValue>>;
  /** The claim whose text names the tenant; a token without it is refused. */
  readonly tenantClaim?: string;
  /** Oldest accepted token, in seconds since its `iat`, which is then required. Default: `exp` alone decides. */
  readonly maxTokenAgeSeconds?: number;
  /** Largest accepted difference between the sender's clock and ours for `exp`, `nbf` and `iat`, in seconds, 0 to 300. Default 60. */
  readonly clockToleranceSeconds?: number;
}

/** Why a sender's tokens lack what every token should have: a sentence each. */
export interface JwtLacks {
  readonly issuer?: string;
  readonly audience?: string;
  readonly expiry?: string;
}

/** Options of `jwt`: where the token is, what it must say, and where its keys are. */
export type JwtOptions = JwsKeySource &
  JwtRules & {
    /** Where the token is: `"body"` for the whole body, `header("plaid-verification")`, `json("signedPayload")`. */
    readonly at: "body" | Field<"text">;
    /** Fixed text before the token in a header, exactly: `"Bearer "`. */
    readonly prefix?: string;
    /** Accepted algorithms. There is no default: a sender uses one. */
    readonly algorithms: readonly JwsAlgorithm[];
    /**
     * `issuer`, `audience` and `exp` are required. Where the sender's tokens have none, say here why: `{ expiry: "signed
     * once, kept for ever" }`. Without an issuer and an audience any other token of the same keys passes, so name what
     * tells it from them in `claims` or `requiredClaims`.
     */
    readonly lacks?: JwtLacks;
    /** The audience is the URL as registered with the sender; `publicUrl` is then required. Instead of `audience`. */
    readonly audienceIsUrl?: boolean;
    /** Claims that must be there, whatever they say: they tell this kind of token from others of the same keys. */
    readonly requiredClaims?: readonly string[];
    /** When the token was made: `{ claim: "iat", format: "unix-seconds" }`. It is then required, and is the signed time. */
    readonly signedAt?: { readonly claim: string; readonly format: TimeFormat };
    /** The claim that binds the body of the delivery. */
    readonly bodyHash?: HashClaim;
    /** The claim that binds the URL as registered with the sender; `publicUrl` is then required. */
    readonly urlHash?: HashClaim;
    /**
     * The token is in a JSON property or a form field, and its claims are the payload: the sender's body format decodes it.
     * What stands beside it is then not read by anybody, so the payload is bound as a whole.
     */
    readonly isPayload?: boolean;
  };

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
