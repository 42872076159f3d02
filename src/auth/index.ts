// The public names of hookgate/auth.

export type {
  Auth,
  Covers,
  Proof,
  ProofContext,
  Proven,
  Refusal,
  SignableRequest,
  WrittenPlace,
} from "../core/auth.js";
export type { MaybePromise } from "../lib/maybe-promise.js";
export { allOf, anyOf } from "./combine.js";
export { type BearerJwtOptions, type BearerJwtRules, bearerJwt } from "./jwt/bearer-jwt.js";
export { type DetachedJwsOptions, detachedJws } from "./jwt/detached-jws.js";
export type { JwsAlgorithm, JwsAlgorithm as JwtAlgorithm } from "./jwt/jws-algorithms.js";
export type { JwsKeySource, JwsKeySource as BearerJwtKeys } from "./jwt/jws-key-source.js";
export { type ClaimValue, type HashClaim, type JwtLacks, type JwtOptions, type JwtRules, jwt } from "./jwt/jwt.js";
export type { X5cOptions } from "./jwt/x5c.js";
export type { EcdsaForm, PublicKeyAlgorithm } from "./keys/algorithms.js";
export type { CertificateUrlOptions } from "./keys/certificate-url.js";
export type { Secret } from "./keys/fixed-secrets.js";
export type { JwkSet } from "./keys/jwks-document.js";
export type { Jwk, PublicKeyText } from "./keys/parse-public-key.js";
export type {
  PublicKeyAnswer,
  PublicKeyByIdFunction,
  PublicKeyFunction,
  PublicKeySource,
} from "./keys/public-key-source.js";
export type { KeyForm } from "./keys/secret-encoding.js";
export type { SecretAnswer, SecretFunction, Secrets } from "./keys/secrets.js";
export type { UnverifiedDelivery } from "./keys/unverified-delivery.js";
export { bodySecrets } from "./request/body-secrets.js";
export type { SignatureEncoding } from "./request/encoding.js";
export { type BasicAuthOptions, basicAuth } from "./schemes/basic-auth.js";
export { type BearerTokenOptions, bearerToken } from "./schemes/bearer-token.js";
export { type DigestAlgorithm, type DigestOptions, digest } from "./schemes/digest.js";
export { hmac } from "./schemes/hmac.js";
export { type ItemHmacOptions, itemHmac } from "./schemes/item-hmac.js";
export { type AlgorithmByField, type PublicKeyOptions, publicKey } from "./schemes/public-key.js";
export { type SignedFormOptions, signedForm } from "./schemes/signed-form.js";
export { type StaticTokenOptions, staticToken } from "./schemes/static-token.js";
export type { HmacAlgorithm, HmacOptions, SignedOptions } from "./signature/compile.js";
export { param, type SignatureOptions, type SignatureParam, type SignatureWriting } from "./signature/signature.js";
export type { ListForm, PairsForm } from "./signature/signature-format.js";
export type { SignedText, SignedTextInput } from "./signature/signed-content.js";
export { unwrapped, viewOfJsonHeader, viewOfMultipart, type Wrapping } from "./unwrap.js";
