// The public names of hookgate/auth.

export type { MaybePromise } from "../internal/maybe-promise.js";
export type {
  Auth,
  Covers,
  Proof,
  ProofContext,
  Proven,
  Refusal,
  SignableRequest,
  WrittenPlace,
} from "./auth.js";
export { type BasicAuthOptions, basicAuth } from "./basic-auth.js";
export {
  type BearerJwtKeys,
  type BearerJwtOptions,
  type BearerJwtRules,
  bearerJwt,
  type ClaimValue,
  type JwtAlgorithm,
} from "./bearer-jwt.js";
export { type BearerTokenOptions, bearerToken } from "./bearer-token.js";
export { allOf, anyOf } from "./combine.js";
export type { SignatureEncoding } from "./encoding.js";
export type { KeyForm } from "./key-form.js";
export { mac } from "./mac.js";
export type { MacAlgorithm, MacOptions } from "./mac-plan.js";
export type { Secret, SecretAnswer, SecretFunction, Secrets, UnverifiedDelivery } from "./secrets.js";
export { param, type SignatureOptions, type SignatureParam, type SignatureWriting } from "./signature.js";
export type { ListForm, PairsForm } from "./signature-form.js";
export type { SignedText, SignedTextInput } from "./signed-text.js";
export { type StaticTokenOptions, staticToken } from "./static-token.js";
