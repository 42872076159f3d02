// The key that a delivery is compared with where no secret is known for it, so that the answer comes as late as for a wrong signature.
import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";

/** As long as the longest HMAC digest, which is what RFC 7518 asks of a key. */
const KEY_BYTES = 64;

let keys: readonly KeyObject[] | undefined;

/** One random key of this process. Made when first needed: Cloudflare Workers refuse random bytes where a receiver is built. */
export function dummyKeys(): readonly KeyObject[] {
  keys ??= [createSecretKey(randomBytes(KEY_BYTES))];
  return keys;
}
