// Verifies a signed JWT that is the body, is inside the body, or is a header that covers the body by its hash.

import {
  type Auth,
  absent,
  type Covers,
  fromHead,
  type Proof,
  type ProofContext,
  type Refusal,
  refuse,
} from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { REPEATED } from "../../lib/headers.js";
import type { KeyTuning } from "../keys/public-key-source.js";
import { isParsedField, PrivateFields, readUnverified } from "../request/unverified-fields.js";
import { type Claims, refuseAudience, refuseClaims, refuseHash, signedTimeOf, tenantOf } from "./claims.js";
import { compileJwsKeys, type FoundJwsKeys } from "./jws-keys.js";
import { decodePayload, parseJws } from "./jws-parse.js";
import type { JwtOptions } from "./options.js";
import { JWT, type JwtPlan, type JwtPreset, planJwt } from "./plan.js";
import { signJwt } from "./sign.js";
import { type JwsClaim, verifyJws } from "./verify-jws.js";

export type { ClaimValue, HashClaim, JwtLacks, JwtOptions, JwtRules } from "./options.js";

/** Headers have 16 KB in all. A body with a chain and a large payload has the limit of bodies that are parsed before verification. */
const MAX_HEADER_CHARS = 8_192;
const MAX_BODY_CHARS = 1_048_576;

/**
 * Verifies a JWT that is the whole body (Kinde, Wix, Kakao), a property of it (Apple), or a header whose claims are hashes of
 * body and URL (Plaid, MessageBird). For a token in `Authorization` that covers nothing of the delivery, use `bearerJwt`.
 *
 * Shape:   `<header>.<payload>.<signature>`, canonical base64url, no white space.
 * Source:  RFC 7515, 7517, 7518, 7519, 8725; Wycheproof's JWS vectors and MessageBird's pin it.
 * Promise: the claims were signed with a configured key and one of `algorithms`. Issuer and audience are as configured and
 *          `exp` is in the future, unless `lacks` says why the sender's tokens have none. `nbf` is in the past if it is
 *          present. Body and URL match the hashes that `bodyHash` and `urlHash` name. `covers` says what is covered.
 * Not promised: that the token is new (without `signedAt` there is no freshness), or anything beside a token inside the
 * body.
 *
 * Keys come from exactly one of `publicKey`, `keys`, `jwksUrl`, `jwks`, `secret`, `x5c`. `jwk`, `jku` and `x5u` in a token are
 * never used, and `x5c` only up to a configured root. A chain must be valid at the signed time, or now without one.
 *
 * @param options.clockToleranceSeconds - For `exp` and `nbf`, in seconds, 0 to 300. Default 60.
 * @returns An `Auth` whose `verify` is synchronous with fixed keys. Its `sign` needs a private key, or for `x5c` a private key followed by its chain, all PEM; with `secret` none. Where the token is the payload, the request's JSON body becomes its claims.
 * @throws {TypeError} When built without algorithms, issuer or audience, with HS* beside public keys, a secret shorter than the hash, or an ill-formed key or option. Never per delivery.
 * @example
 * jwt({
 *   at: header("plaid-verification"),
 *   algorithms: ["ES256"],
 *   lacks: {
 *     issuer: "Plaid's tokens name none",
 *     audience: "Plaid's tokens name none; the key is asked for with our client id",
 *     expiry: "the signed time decides",
 *   },
 *   keys: async (keyId) => fetchPlaidKey(keyId),
 *   signedAt: { claim: "iat", format: "unix-seconds" },
 *   bodyHash: { claim: "request_body_sha256" },
 * });
 */
export function jwt(options: JwtOptions): Auth {
  return createJwt(options);
}

/** `jwt` with adjustable lifetimes of key sets, for tests, or as a preset. */
export function createJwt(options: JwtOptions, tuning?: KeyTuning, preset: JwtPreset = JWT): Auth {
  const plan = planJwt(options, preset.where);
  const keys = compileJwsKeys(options, options.algorithms, preset.where, tuning);
  const covers = coversOf(plan);

  function conclude({ claims, delivery, context }: Claim, found: FoundJwsKeys, keyIndex: number): Proof {
    const time = plan.signedAt === undefined ? undefined : signedTimeOf(claims, plan.signedAt);
    if (typeof time === "object") return time;
    const refusal =
      found.refusalAt?.(time ?? context.nowMs) ??
      refuseClaims(claims, plan, context.nowMs) ??
      refuseBindings(plan, claims, delivery, context);
    if (refusal !== undefined) return refusal;
    const tenant = plan.tenantClaim === undefined ? found.tenant : tenantOf(claims, plan.tenantClaim);
    return {
      ok: true,
      keyIndex: keys.isOrdered ? keyIndex : 0,
      covers,
      ...(time === undefined ? {} : { sentAtMs: time }),
      ...(tenant === undefined ? {} : { tenant }),
    };
  }

  const auth: Auth = {
    scheme: preset.scheme,
    covers,
    signsTime: plan.signedAt !== undefined,
    credentialHeaders: plan.at !== "body" && plan.at.in === "header" ? [plan.at.name] : [],
    ...(plan.at !== "body" && plan.at.in === "query" ? { credentialQuery: [plan.at.name] } : {}),
    needsPublicUrl: plan.urlHash !== undefined || plan.audienceIsUrl,
    ...(preset.challenge === undefined ? {} : { challenge: preset.challenge }),
    warnings: keys.warnings,
    // A body that is a token is written as a whole: `*` stands for the whole body.
    writes: [plan.at === "body" ? { in: "json", name: "*" } : { in: plan.at.in, name: plan.at.name }],

    verify(delivery, context) {
      const token = preset.read === undefined ? tokenOf(plan, delivery) : preset.read(delivery.headers);
      if (typeof token !== "string") return token;
      const claim = readClaim(plan, keys.algorithms, token, { delivery, context });
      return claim.ok ? verifyJws(keys, claim, (found, keyIndex) => conclude(claim, found, keyIndex)) : claim;
    },

    sign: (request, key) => signJwt(plan, keys, request, key, preset.where),
  };
  const isInHead = plan.at !== "body" && (plan.at.in === "header" || plan.at.in === "query");
  return isInHead && plan.bodyHash === undefined ? fromHead(auth) : auth;
}

/** What is read from a delivery before a key is used. */
interface Claim extends JwsClaim {
  readonly ok: true;
  readonly claims: Claims;
}

const NO_TOKEN = /* @__PURE__ */ absent("no token came where the sender puts it");
const TWICE = /* @__PURE__ */ refuse("bad_credentials", "the token came more than once");
const NO_PREFIX = /* @__PURE__ */ absent("the header does not begin with the text that stands before a token");
const NOT_CLAIMS = /* @__PURE__ */ refuse("bad_credentials", "the token's payload is not a JSON object");
const OTHER_TYPE = /* @__PURE__ */ refuse("unauthenticated", "the token is of another kind: its typ");
const NO_PUBLIC_URL = /* @__PURE__ */ refuse(
  "misconfigured",
  "the sender signs the URL; set publicUrl to the one that is registered there",
);

function readClaim(
  plan: JwtPlan,
  algorithms: readonly string[],
  token: string,
  { delivery, context }: Pick<JwsClaim, "delivery" | "context">,
): Claim | Refusal {
  const maxChars = plan.at !== "body" && plan.at.in === "header" ? MAX_HEADER_CHARS : MAX_BODY_CHARS;
  const jws = parseJws(token, { algorithms, maxChars, isDetached: false });
  if (!jws.ok) return jws;
  const parsed = decodePayload(jws.encodedPayload);
  if (!parsed.ok || !isClaims(parsed.value)) return NOT_CLAIMS;
  if (plan.type !== undefined && !isType(jws.header.typ, plan.type)) return OTHER_TYPE;
  const input = Buffer.from(`${jws.encodedHeader}.${jws.encodedPayload}`, "latin1");
  return { ok: true, jws, inputs: [input], claims: parsed.value, delivery, context };
}

function tokenOf({ at, prefix }: JwtPlan, delivery: Delivery): string | Refusal {
  if (at === "body") {
    if (delivery.body.length === 0) return NO_TOKEN;
    return delivery.body.length > MAX_BODY_CHARS ? BODY_TOO_LONG : delivery.body.toString("latin1");
  }
  const value =
    at.in === "header"
      ? delivery.headers.once(at.name) // no token holds a comma
      : readUnverified(at, delivery, isParsedField(at) ? new PrivateFields(delivery) : undefined);
  if (value === REPEATED) return TWICE;
  if (value === undefined) return NO_TOKEN;
  if (typeof value !== "string") return value;
  return value.startsWith(prefix) ? value.slice(prefix.length) : NO_PREFIX;
}
const BODY_TOO_LONG = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is longer than 1 MiB, and was expected to be a token",
);

function isClaims(value: unknown): value is Claims {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** RFC 7515 section 4.1.9: `application/` may be left out; media types are compared in any case. */
function isType(typ: string | undefined, wanted: string): boolean {
  const short = (text: string) => text.toLowerCase().replace(/^application\//, "");
  return typ !== undefined && short(typ) === short(wanted);
}

function refuseBindings(plan: JwtPlan, claims: Claims, delivery: Delivery, context: ProofContext): Refusal | undefined {
  if (plan.bodyHash !== undefined) {
    const refusal = refuseHash(claims, plan.bodyHash, [delivery.body], "body");
    if (refusal !== undefined) return refusal;
  }
  if (plan.urlHash === undefined && !plan.audienceIsUrl) return undefined;
  const urls = context.publicUrls();
  if (urls.length === 0) return NO_PUBLIC_URL;
  if (plan.audienceIsUrl) return refuseAudience(claims, urls, "`publicUrl`");
  return plan.urlHash === undefined ? undefined : refuseHash(claims, plan.urlHash, urls, "URL");
}

function coversOf({ at, isPayload, bodyHash, urlHash }: JwtPlan): Covers {
  const isField = at !== "body" && (at.in === "json" || at.in === "form");
  return Object.freeze({
    body: isPayload || bodyHash !== undefined,
    method: false,
    url: urlHash !== undefined,
    headers: [],
    ...(isField && !isPayload ? { fields: [at.name] } : {}),
  });
}
