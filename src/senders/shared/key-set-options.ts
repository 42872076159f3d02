// Options for a key set or one public key (FusionAuth, Neon Auth).
import type { PublicKeyText } from "../../auth/keys/parse-public-key.js";

/** A published key set, or the key itself. */
export interface KeySetOptions {
  /** Where the keys are published. Give this or `publicKey`. */
  readonly jwksUrl?: string | undefined;
  /** The key itself: PEM, a JWK or a KeyObject. */
  readonly publicKey?: PublicKeyText | readonly PublicKeyText[] | undefined;
}

type KeySource =
  | { readonly jwksUrl: string | undefined }
  | { readonly publicKey: PublicKeyText | readonly PublicKeyText[] };

/** @throws {TypeError} Where both are given, or none. What is named must be there: a missing variable is no choice. */
export function keySourceOf(factory: string, options: KeySetOptions): KeySource {
  const isSet = options.jwksUrl !== undefined;
  if (isSet !== (options.publicKey !== undefined)) {
    return isSet ? { jwksUrl: options.jwksUrl } : { publicKey: options.publicKey };
  }
  throw new TypeError(
    `${factory}: give jwksUrl (where the keys are published) or publicKey, one of them; is its environment variable set?`,
  );
}
