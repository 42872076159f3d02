// Verifies the signature of a JWS, for `jwt`, `bearerJwt` and `detachedJws`.
import { type Proof, type ProofContext, type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { indexOfKey } from "../keys/algorithms.js";
import { isJwsSignedBy } from "./jws-algorithms.js";
import type { FoundJwsKeys, JwsKeyFinder } from "./jws-keys.js";
import type { ParsedJws } from "./jws-parse.js";

/** A parsed JWS, before a key is used. */
export interface JwsClaim {
  readonly jws: ParsedJws;
  /** The texts that the sender may have signed. */
  readonly inputs: readonly Buffer[];
  readonly delivery: Delivery;
  readonly context: ProofContext;
}

const NO_KEY = /* @__PURE__ */ refuse("unauthenticated", "there is no key for this token");
const WRONG = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the token is well-formed, and its signature fits none of the keys, or something that it signs was changed on its way",
);

/** @param conclude - Checks the rest after the signature has been verified. */
export function verifyJws(
  keys: JwsKeyFinder,
  claim: JwsClaim,
  conclude: (found: FoundJwsKeys, keyIndex: number) => Proof,
): MaybePromise<Proof> {
  const { jws, inputs, delivery, context } = claim;
  const query = { header: jws.header, delivery, context };

  function judge(found: FoundJwsKeys | Refusal, isRetry = false): MaybePromise<Proof> {
    if (!found.ok) return found;
    const keyIndex = indexOfKey(found.keys, (key) =>
      inputs.some((input) => isJwsSignedBy(key, jws.header.alg, input, jws.signature)),
    );
    if (typeof keyIndex !== "number") return keyIndex;
    if (keyIndex >= 0) return conclude(found, keyIndex);
    // A token without key id may be signed with a key that was published after the last fetch.
    if (!isRetry && found.set !== undefined && jws.header.kid === undefined) {
      const newer = keys.find(query, found);
      return isPromise(newer) ? newer.then((more) => judge(more, true)) : judge(newer, true);
    }
    return found.keys.length === 0 && !isRetry ? NO_KEY : WRONG;
  }

  const found = keys.find(query);
  return isPromise(found) ? found.then((more) => judge(more)) : judge(found);
}
