// The key that is used if there is no secret for a delivery, so that the refusal takes as long as for a wrong signature.
import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";

/** The length of the longest HMAC digest, which RFC 7518 requires of a key. */
const KEY_BYTES = 64;

let keys: readonly KeyObject[] | undefined;

/** One random key of this process. Made at the first use: Cloudflare Workers have no random bytes while a module is loaded. */
export function dummyKeys(): readonly KeyObject[] {
  keys ??= [createSecretKey(randomBytes(KEY_BYTES))];
  return keys;
}
