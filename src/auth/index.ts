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
export type { CertificateHeaderForm } from "./certificate-header.js";
export type { CertificateUrlOptions } from "./certificate-url.js";
export {
  type CertificateFromProxy,
  type CertificateRules,
  type ClientCertificateOptions,
  clientCertificate,
} from "./client-certificate.js";
export { allOf, anyOf } from "./combine.js";
export { type DetachedJwsOptions, detachedJws } from "./detached-jws.js";
export { type DigestAlgorithm, type DigestOptions, digest } from "./digest.js";
export type { SignatureEncoding } from "./encoding.js";
export { type ItemMacOptions, itemMac } from "./item-mac.js";
export type { JwsAlgorithm, JwsKeySource } from "./jws-keys.js";
export { type HashClaim, type JwtOptions, jwt } from "./jwt.js";
export type { KeyForm } from "./key-form.js";
export { mac } from "./mac.js";
export type { MacAlgorithm, MacOptions, SignedOptions } from "./mac-plan.js";
export { type MessageSignatureOptions, messageSignature } from "./message-signature.js";
export type {
  MessageAlgorithm,
  MessageKey,
  MessageKeyAnswer,
  MessageKeyFunction,
  MessageKeys,
  MessagePublicKeyAlgorithm,
} from "./message-signature-keys.js";
export { type AlgorithmByField, type PublicKeyOptions, publicKey } from "./public-key.js";
export type {
  PublicKeyAnswer,
  PublicKeyByIdFunction,
  PublicKeyFunction,
  PublicKeySource,
} from "./public-key-source.js";
export type { PublicKeyText } from "./public-key-text.js";
export type { Secret, SecretAnswer, SecretFunction, Secrets, UnverifiedDelivery } from "./secrets.js";
export { param, type SignatureOptions, type SignatureParam, type SignatureWriting } from "./signature.js";
export type { EcdsaForm, PublicKeyAlgorithm } from "./signature-algorithm.js";
export type { ListForm, PairsForm } from "./signature-form.js";
export { type SignedFormOptions, signedForm } from "./signed-form.js";
export type { SignedText, SignedTextInput } from "./signed-text.js";
export { type StaticTokenOptions, staticToken } from "./static-token.js";
export { type DeliveryView, viewOfJsonHeader, viewOfMultipart, withView } from "./view.js";
export type { X5cOptions } from "./x5c.js";
