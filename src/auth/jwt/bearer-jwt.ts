// Verifies a JWT in `Authorization: Bearer`, as a preset of `jwt` (RFC 6750 section 2.1, RFC 7519, RFC 8725).
import type { Auth } from "../../core/auth.js";
import { header } from "../../core/field.js";
import { checkOptions } from "../../lib/options.js";
import type { KeyTuning } from "../keys/public-key-source.js";
import { authorizationReader } from "../request/authorization-header.js";
import { JWS_PUBLIC_KEY_ALGORITHMS, type JwsAlgorithm } from "./jws-algorithms.js";
import { JWS_KEY_RULES, type JwsKeySource, jwsKeySourceName } from "./jws-key-source.js";
import { createJwt } from "./jwt.js";
import type { JwtRules } from "./options.js";
import { JWT_RULES, type JwtPreset } from "./plan.js";

/** The rules for tokens. `issuer` and `audience` are required. */
export interface BearerJwtRules extends JwtRules {
  readonly issuer: JwtRules["issuer"];
  readonly audience: JwtRules["audience"];
  /** Accepted algorithms. Default: RS*, PS*, ES* and EdDSA; with `secret` HS256 alone. Never both kinds. */
  readonly algorithms?: readonly JwsAlgorithm[];
}

/** Options of `bearerJwt`: what a token must say, and where its keys are. */
export type BearerJwtOptions = BearerJwtRules & JwsKeySource;

/**
 * Verifies a JWT in `Authorization` from a trusted issuer, for your audience (Google Pub/Sub push, your own OpenID issuer).
 *
 * Shape:   `Authorization: Bearer <header>.<payload>.<signature>`, once, at most 8 KB, canonical base64url.
 * Source:  RFC 7519, RFC 8725 (best practices), RFC 7517 (key sets); Wycheproof's JWS vectors pin the signature path.
 * Promise: the issuer signed this token with one of the configured algorithms, for one of your audiences, and it is valid now.
 * Not promised: anything about the body, the URL, or this delivery. The token covers none of them, so who sees one
 * can send other bodies until it expires. Use TLS, short lifetimes, and ids that the sender's body carries.
 *
 * `iss`, `aud` and `exp` are required; `exp` and `nbf` must be whole numbers. Keys come from exactly one of `jwksUrl`,
 * `jwks`, `publicKey`, `keys`, `secret`, `x5c`; a key named or carried by the token is never used. A key set behind a URL
 * is fetched with the first token (5 s, 256 KB, no redirect), kept for 10 minutes, and used for 24 hours while its URL
 * fails. An unknown `kid` causes another fetch, at most two in 30 s. Without keys, or with an unknown `kid` before the
 * next fetch is due, the outcome is `undecided` (503): the sender retries.
 *
 * @param options.issuer - Accepted values of `iss`, exact. Required.
 * @param options.audience - Accepted values of `aud`, exact. Required: without it a token made for another service would pass.
 * @param options.clockToleranceSeconds - Largest accepted clock difference for `exp`, `nbf` and `iat`, in seconds, 0 to 300. Default 60.
 * @param options.maxTokenAgeSeconds - Oldest accepted `iat`, in seconds. Default: no limit but `exp`.
 * @returns An `Auth` whose `sign` makes tokens valid for 300 s; with public keys it needs a private key (PEM or JWK text).
 * @throws {TypeError} When built with an unknown option, no or two key sources, `none`, HS* beside public keys, a secret
 * shorter than the hash, a weak public key, or a URL that is not https. Never per delivery.
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

const BEARER: JwtPreset = {
  where: "bearerJwt",
  scheme: "bearer-jwt",
  challenge: "Bearer",
  read: /* @__PURE__ */ authorizationReader("Bearer"),
};

/** `bearerJwt` with adjustable lifetimes of key sets, for tests. */
export function createBearerJwt(options: BearerJwtOptions, tuning?: KeyTuning): Auth {
  checkOptions<BearerJwtOptions>(BEARER.where, options, { ...JWS_KEY_RULES, ...JWT_RULES });
  const isSecret = jwsKeySourceName(options, BEARER.where) === "secret";
  const algorithms = options.algorithms ?? (isSecret ? ["HS256"] : JWS_PUBLIC_KEY_ALGORITHMS);
  return createJwt({ ...options, algorithms, at: header("authorization"), prefix: "Bearer " }, tuning, BEARER);
}
