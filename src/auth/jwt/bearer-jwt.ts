// Verifies a signed JWT in `Authorization: Bearer`: its issuer, audience and expiry.
// RFC 6750 section 2.1, RFC 7519, RFC 8725.
import { type Auth, COVERS_NOTHING, fromHead, type Proof, type Proven, refuse } from "../../core/auth.js";
import {
  type FoundKeys,
  fixedKeys,
  type JwtHeader,
  type KeySetTuning,
  type KeySource,
  loadJose,
  localKeySet,
  NO_FIT,
  remoteKeySet,
} from "../keys/jwks.js";
import { authorizationReader } from "../request/authorization-header.js";
import { hintOf, joseOptions, refuseClaims, tenantOf } from "./bearer-jwt-claims.js";
import type { KeyPlan } from "./bearer-jwt-keys.js";
import { type BearerJwtOptions, type BearerJwtPlan, planBearerJwt } from "./bearer-jwt-options.js";
import { signRequest } from "./bearer-jwt-sign.js";
import { precheckJwt } from "./jwt-precheck.js";

export type { BearerJwtKeys } from "./bearer-jwt-keys.js";
export type { BearerJwtOptions, BearerJwtRules, ClaimValue, JwtAlgorithm } from "./bearer-jwt-options.js";

const readBearer = /* @__PURE__ */ authorizationReader("Bearer");

/**
 * Proves that a delivery brings a JWT of a trusted issuer, made for us and not expired (Google Pub/Sub push, one's own OpenID issuer).
 *
 * Shape:   `Authorization: Bearer <header>.<payload>.<signature>`, once, at most 8 KB, canonical base64url.
 * Source:  RFC 7519, RFC 8725 (best practices), RFC 7517 (key sets); Wycheproof's JWS vectors pin the signature path.
 * Promise: the issuer signed this token with one of the configured algorithms, for one of our audiences, and it is valid now.
 * Not promised: anything about the body, the URL, or this delivery. The token binds none of them, so whoever sees one
 * can send other bodies until it expires. Use TLS, short lifetimes, and ids that the sender's body carries.
 *
 * `iss`, `aud` and `exp` are required; `exp`, `nbf` and `iat` must be whole numbers. Keys come from exactly one of
 * `jwksUrl`, `jwks`, `publicKey`, `secret`; a key named or carried by the token is never used. A key set behind a URL
 * is fetched with the first token (5 s, 256 KB, no redirect), kept for 10 minutes, and used for 24 hours while its URL
 * fails. An unknown `kid` causes another fetch, at most two in 30 s. Without keys the outcome is `undecided` (503): the
 * sender comes again.
 *
 * @param options.issuer - Accepted values of `iss`, exact. Required.
 * @param options.audience - Accepted values of `aud`, exact. Required: without it a token made for another service would pass.
 * @param options.clockToleranceSeconds - Largest accepted clock difference for `exp`, `nbf` and `iat`, in seconds, 0 to 300. Default 60.
 * @param options.maxTokenAgeSeconds - Oldest accepted `iat`, in seconds. Default: no limit but `exp`.
 * @returns An `Auth` whose `sign` makes tokens valid for 300 s; with public keys it needs a private key (PEM or JWK text).
 * @throws {TypeError} When built with an unknown option, no or two key sources, `none`, HS* beside public keys, a secret
 * below 32 bytes, or a URL that is not https. Never per delivery.
 * @example
 * bearerJwt({
 *   issuer: ["https://accounts.google.com", "accounts.google.com"],
 *   audience: "https://example.com/webhooks/pubsub",
 *   jwksUrl: "https://www.googleapis.com/oauth2/v3/certs",
 *   claims: { email: "pubsub@my-project.iam.gserviceaccount.com", email_verified: true },
 * });
 */
export function bearerJwt(options: BearerJwtOptions): Auth {
  return createBearerJwt(options);
}

/** `bearerJwt` with the key set's times in hand; for tests. */
export function createBearerJwt(options: BearerJwtOptions, tuning?: Partial<KeySetTuning>): Auth {
  const plan = planBearerJwt(options);
  const source = keySource(plan.keys, tuning);
  return fromHead({
    scheme: "bearer-jwt",
    covers: COVERS_NOTHING,
    signsTime: false,
    credentialHeaders: ["authorization"],
    needsPublicUrl: false,
    challenge: "Bearer",
    verify(delivery, context) {
      const token = readBearer(delivery.headers);
      if (typeof token !== "string") return token;
      const header = precheckJwt(token, plan.algorithms);
      if ("ok" in header) return header;
      return verifyToken(plan, source, token, header, context.nowMs);
    },
    sign: (request, key) => signRequest(plan, request, key),
  });
}

function keySource(keys: KeyPlan, tuning: Partial<KeySetTuning> | undefined): KeySource {
  switch (keys.kind) {
    case "url":
      return remoteKeySet(keys.url, tuning);
    case "set":
      return localKeySet(keys.set);
    case "public":
      return fixedKeys([keys.key]);
    case "secret":
      return fixedKeys(keys.secrets);
  }
}

async function verifyToken(
  plan: BearerJwtPlan,
  source: KeySource,
  token: string,
  header: JwtHeader,
  nowMs: number,
): Promise<Proof> {
  try {
    const found = await source.find(header);
    if ("ok" in found) return found;
    const proof = await proveWith(found, plan, token, nowMs);
    // A token that names its key said which one; one that does not may be signed by a key published since.
    if (proof !== undefined || header.kid !== undefined) return proof ?? NO_FIT;
    const newer = await source.find(header, found);
    if ("ok" in newer) return newer;
    return (await proveWith(newer, plan, token, nowMs)) ?? NO_FIT;
  } catch (cause) {
    // Nothing a token says leads here: a key that cannot be imported, a runtime without the algorithm.
    return { ...refuse("undecided", "the keys could not be used to verify the token"), cause };
  }
}

/** `undefined` where the signature fits none of the keys. */
async function proveWith(
  found: FoundKeys,
  plan: BearerJwtPlan,
  token: string,
  nowMs: number,
): Promise<Proof | undefined> {
  const { jwtVerify, errors } = await loadJose();
  const options = joseOptions(plan, nowMs);
  for (const [index, key] of found.keys.entries()) {
    try {
      const { payload } = await jwtVerify(token, key, options);
      const proven: Proven = {
        ok: true,
        // The order of keys in a set is the issuer's; only the order of secrets is ours.
        keyIndex: plan.keys.kind === "secret" ? index : 0,
        covers: COVERS_NOTHING,
      };
      const tenant = plan.tenantClaim === undefined ? undefined : tenantOf(payload, plan.tenantClaim);
      return refuseClaims(payload, plan) ?? (tenant === undefined ? proven : { ...proven, tenant });
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) continue;
      if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
        return refuse("unauthenticated", hintOf(error));
      }
      if (error instanceof errors.JOSEError)
        return refuse("unauthenticated", "the token is not a JWT that can be verified");
      throw error;
    }
  }
  return undefined;
}
