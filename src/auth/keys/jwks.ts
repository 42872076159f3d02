// Finds keys in a key set that is given as an object.
import { type Refusal, refuse } from "../../core/auth.js";
import type { MaybePromise } from "../../lib/maybe-promise.js";
import type { PublicKeyAlgorithm } from "./algorithms.js";
import { candidatesOf, type FoundPublicKeys, type JwksKey } from "./jwks-document.js";

/** Which key of a set is looked for. */
export interface KeySetQuery {
  readonly algorithm: PublicKeyAlgorithm;
  /** `undefined`: the delivery names none, so every key that fits the algorithm may be it. */
  readonly kid: string | undefined;
}

export interface KeySetSource {
  /** @param tried - What was found before and did not fit, of a delivery that names no key: a newer set may hold one that does. */
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
