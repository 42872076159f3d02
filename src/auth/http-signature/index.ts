// The public names of hookgate/auth/http-signature.

export { type MessageSignatureOptions, messageSignature } from "./http-signature.js";
export type {
  MessageAlgorithm,
  MessageKey,
  MessageKeyAnswer,
  MessageKeyFunction,
  MessageKeys,
  MessagePublicKeyAlgorithm,
} from "./keys.js";
