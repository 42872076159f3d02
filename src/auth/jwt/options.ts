// Options of `jwt`, checked once when it is built.
import type { Field } from "../../core/field.js";
import { refuseUnknownKeys } from "../../lib/options.js";
import type { TimeFormat } from "../../lib/time.js";
import { checkUnverifiedField, type UnverifiedField } from "../request/unverified-fields.js";
import { JWS_KEY_SOURCES, type JwsAlgorithm, type JwsKeySource } from "./jws-keys.js";

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

export type JwtOptions = JwsKeySource & {
  /** Where the token is: `"body"` for the whole body, `header("plaid-verification")`, `json("signedPayload")`. */
  readonly at: "body" | Field<"text">;
  /** Fixed text before the token in a header, exactly: `"Bearer "`. */
  readonly prefix?: string;
  /** Accepted algorithms. There is no default: a sender uses one. */
  readonly algorithms: readonly JwsAlgorithm[];
  /** Accepted values of `iss`, exact. Default: any. */
  readonly issuer?: string | readonly string[];
  /** Accepted values of `aud`, exact; a token for several passes when ours is one of them. Default: any. */
  readonly audience?: string | readonly string[];
  /** The kind of token, its `typ` header: `"secevent+jwt"`. Default: any. */
  readonly type?: string;
  /** Claims that must have exactly these values. */
  readonly claims?: Readonly<Record<string, string | number | boolean>>;
  /** The claim whose text names the tenant; a token without it is refused. */
  readonly tenantClaim?: string;
  /** When the token was made: `{ claim: "iat", format: "unix-seconds" }`. It is then required, and is the signed time. */
  readonly signedAt?: { readonly claim: string; readonly format: TimeFormat };
  /** A token without `exp` is refused. Default: `true` where the token binds neither payload nor body. */
  readonly requireExpiry?: boolean;
  /** Largest accepted difference between the sender's clock and ours for `exp` and `nbf`, in seconds, 0 to 300. Default 60. */
  readonly clockToleranceSeconds?: number;
  /** The claim that binds the body of the delivery. */
  readonly bodyHash?: HashClaim;
  /** The claim that binds the URL as registered with the sender; `publicUrl` is then required. */
  readonly urlHash?: HashClaim;
  /**
   * The token is in a JSON member or a form field, and its claims are the payload: the sender's body format decodes it.
   * What stands beside it is then not read by anybody, so the payload is bound as a whole.
   */
  readonly isPayload?: boolean;
};

/** The options, checked. */
export interface JwtPlan {
  readonly at: "body" | UnverifiedField;
  readonly prefix: string;
  readonly algorithms: readonly JwsAlgorithm[];
  readonly issuers: readonly string[] | undefined;
  readonly audiences: readonly string[] | undefined;
  readonly type: string | undefined;
  readonly claims: readonly (readonly [string, unknown])[];
  readonly tenantClaim: string | undefined;
  readonly signedAt: { readonly claim: string; readonly format: TimeFormat } | undefined;
  readonly requireExpiry: boolean;
  readonly clockToleranceSeconds: number;
  readonly bodyHash: Required<HashClaim> | undefined;
  readonly urlHash: Required<HashClaim> | undefined;
  /** The payload is the token's claims. */
  readonly isPayload: boolean;
}

const OPTION_NAMES: readonly string[] = [
  ...JWS_KEY_SOURCES,
  "key",
  "at",
  "prefix",
  "algorithms",
  "issuer",
  "audience",
  "type",
  "claims",
  "tenantClaim",
  "signedAt",
  "requireExpiry",
  "clockToleranceSeconds",
  "bodyHash",
  "urlHash",
  "isPayload",
];
const MAX_CLOCK_TOLERANCE_SECONDS = 300;
const TIME_FORMATS: readonly unknown[] = ["unix-seconds", "unix-milliseconds", "rfc3339"];

/** @throws {TypeError} When an option is missing, ill-formed or unknown. */
export function planJwt(options: JwtOptions): JwtPlan {
  refuseUnknownKeys("jwt", options, OPTION_NAMES);
  const { at: place, prefix = "", algorithms, type, tenantClaim, signedAt, clockToleranceSeconds = 60 } = options;
  const at = place === "body" ? place : checkUnverifiedField(place, 'jwt: at must be "body", or it');
  const isToken = at !== "body" && at.in !== "header";
  if (prefix !== "" && (at === "body" || isToken)) throw new TypeError("jwt: prefix is for a token in a header");
  if (options.isPayload === true && (at === "body" || !["json", "form"].includes(at.in))) {
    throw new TypeError(
      "jwt: isPayload is for a token in a JSON member or a form field; a body that is a token is one anyway",
    );
  }
  for (const [name, text] of Object.entries({ type, tenantClaim })) {
    if (text !== undefined && (typeof text !== "string" || text === "")) fail(`${name} must be a non-empty string`);
  }
  const isTolerance = Number.isInteger(clockToleranceSeconds) && clockToleranceSeconds >= 0;
  if (!isTolerance || clockToleranceSeconds > MAX_CLOCK_TOLERANCE_SECONDS) {
    fail(`clockToleranceSeconds must be whole seconds, 0 to ${MAX_CLOCK_TOLERANCE_SECONDS}`);
  }
  if (signedAt !== undefined && !(typeof signedAt?.claim === "string" && TIME_FORMATS.includes(signedAt.format))) {
    fail('signedAt must be such as { claim: "iat", format: "unix-seconds" }');
  }
  const bodyHash = hashClaim(options.bodyHash, "bodyHash");
  const isPayload = at === "body" || options.isPayload === true;
  return {
    at,
    prefix,
    algorithms,
    issuers: texts(options.issuer, "issuer"),
    audiences: texts(options.audience, "audience"),
    type,
    claims: exactClaims(options.claims),
    tenantClaim,
    signedAt,
    requireExpiry: options.requireExpiry ?? (!isPayload && bodyHash === undefined),
    clockToleranceSeconds,
    bodyHash,
    urlHash: hashClaim(options.urlHash, "urlHash"),
    isPayload,
  };
}

function fail(problem: string): never {
  throw new TypeError(`jwt: ${problem}`);
}

function texts(value: unknown, name: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (all.length > 0 && all.every((one) => typeof one === "string" && one !== "")) return all as readonly string[];
  return fail(`${name} must be a non-empty string, or several`);
}

function exactClaims(claims: unknown): readonly (readonly [string, unknown])[] {
  if (claims === undefined) return [];
  if (typeof claims !== "object" || claims === null) return fail("claims must be an object of exact values");
  const entries = Object.entries(claims);
  const isExact = (value: unknown) => typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
  const bad = entries.find(([, value]) => !isExact(value));
  return bad === undefined ? entries : fail(`claims.${bad[0]} must be a string, a finite number or a boolean`);
}

function hashClaim(given: HashClaim | undefined, name: string): Required<HashClaim> | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== "object" || given === null) return fail(`${name} must be such as { claim: "payload_hash" }`);
  refuseUnknownKeys(`jwt: ${name}`, given, ["claim", "hash", "encoding", "isAbsentWhenEmpty"]);
  const { claim, hash = "sha256", encoding = "hex", isAbsentWhenEmpty = false } = given;
  if (typeof claim !== "string" || claim === "") return fail(`${name}.claim must be the claim's name`);
  if (hash !== "sha256" && hash !== "sha512") return fail(`${name}.hash must be "sha256" or "sha512"`);
  if (!["hex", "base64", "base64url"].includes(encoding)) {
    return fail(`${name}.encoding must be "hex", "base64" or "base64url"`);
  }
  return { claim, hash, encoding, isAbsentWhenEmpty };
}
