// What do factories take whose vendor signs with a private key?
import type { PublicKeyByIdFunction, PublicKeyFunction } from "../auth/public-key-source.js";
import type { PublicKeyText } from "../auth/public-key-text.js";

/** The vendor's public key, several while one replaces another, or a function that finds it. */
export interface PublicKeySenderOptions {
  readonly publicKey: PublicKeyText | readonly PublicKeyText[] | PublicKeyFunction;
}

/**
 * The vendor's public keys by the id that a delivery names: an object, or a function that asks the vendor's API and keeps
 * the answers. The id is a stranger's text until the signature holds.
 */
export interface KeysByIdOptions {
  readonly keys: Readonly<Record<string, PublicKeyText | readonly PublicKeyText[]>> | PublicKeyByIdFunction;
}
