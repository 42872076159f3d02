// Finds keys in a fixed key set.
import { type Refusal, refuse } from "../../core/auth.js";
import type { MaybePromise } from "../../lib/maybe-promise.js";
import type { PublicKeyAlgorithm } from "./algorithms.js";
import { candidatesOf, type FoundPublicKeys, type JwksKey } from "./jwks-document.js";

/** A search for a key of a set. */
export interface KeySetQuery {
  readonly algorithm: PublicKeyAlgorithm;
  /** `undefined`: the delivery names no key, so every key for the algorithm is tried. */
  readonly kid: string | undefined;
}

export interface KeySetSource {
  /** @param tried - Keys that did not match a delivery without key id. A newer set may have one that matches. */
  find(query: KeySetQuery, tried?: FoundPublicKeys): MaybePromise<FoundPublicKeys | Refusal>;
}

export const NO_KEY: Refusal = /* @__PURE__ */ refuse(
  "unauthenticated",
  "no key of the key set fits the token's `kid` and `alg`",
);
export const NO_FIT: Refusal = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the signature fits none of the keys of the key set",
);
/** A key set given as an object. */
export function localKeySet(set: readonly JwksKey[]): KeySetSource {
  return {
    find({ algorithm, kid }, tried) {
      if (tried !== undefined) return NO_FIT;
      const keys = candidatesOf(set, algorithm, kid);
      return keys.length === 0 ? NO_KEY : { ok: true, keys };
    },
  };
}
