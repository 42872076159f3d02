// The public names of hookgate/auth.
export type { Auth, Covers, Proof, ProofContext, Proven, Refusal, SignableRequest } from "./auth.js";
export { type BasicAuthOptions, basicAuth } from "./basic-auth.js";
export { type BearerJwtOptions, bearerJwt, type JwtAlgorithm } from "./bearer-jwt.js";
export { type BearerTokenOptions, bearerToken } from "./bearer-token.js";
export { allOf, anyOf } from "./combine.js";
export type { KeyForm } from "./key-form.js";
export { mac } from "./mac.js";
export type { MacAlgorithm, MacOptions } from "./mac-plan.js";
export type { Secret, SecretAnswer, SecretFunction, Secrets, UnverifiedDelivery } from "./secrets.js";
export { type ListForm, type PairsForm, param, type SignatureOptions, type SignatureParam } from "./signature.js";
export { type StaticTokenOptions, staticToken } from "./static-token.js";
