// Compares the token of a delivery with the configured ones, in constant time.

import { COVERS_NOTHING, type Proof, type Refusal, refuse, type SignableRequest } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { indexOfDigest, sha256 } from "../../lib/constant-time.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { IllFormedKey, type KeySet } from "../keys/key-lookup.js";
import { compileSecrets, type Secrets } from "../keys/secrets.js";
import { deliveryToSign } from "../request/signable-request.js";
import type { Unsendable } from "./credential-charset.js";

/** A shared token: its text for signing, its digest for comparing. */
interface Token {
  readonly text: string;
  readonly digest: Buffer;
}

export interface SharedToken {
  readonly warnings: readonly string[];
  /** Compares a token. A match covers nothing of the delivery. */
  judge(delivery: Delivery, presented: string): MaybePromise<Proof>;
  /**
   * The request with a token in it: the given key, the first configured token, or the first that the function returns.
   *
   * @throws {TypeError} When there is none.
   */
  sign(
    request: SignableRequest,
    key: string | undefined,
    write: (token: string) => SignableRequest,
  ): MaybePromise<SignableRequest>;
}

const WRONG: Refusal = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the token is well-formed and wrong: another endpoint's, or rotated away",
);
const NO_TOKEN: Refusal = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the secret function knows no token for this delivery",
);
/**
 * Compared if there is no token, so that an unknown tenant takes as long as a wrong token. It has the length of a digest and
 * is not computed: the first hash of a process takes 0.3 ms, which an import must not cost.
 */
const DUMMY: readonly Buffer[] = [/* @__PURE__ */ Buffer.alloc(32)];

/** @throws {TypeError} When the token is missing or malformed, or cannot be sent where it belongs. */
export function compileSharedToken(token: Secrets, where: string, unsendable: Unsendable): SharedToken {
  const secrets = compileSecrets<Token>(token, {
    where,
    toKey(text) {
      const why = unsendable(text);
      if (why !== undefined) throw new IllFormedKey(why);
      return { text, digest: sha256(text) };
    },
  });

  function compare(found: KeySet<Token> | Refusal, presented: string): Proof {
    if (!found.ok) return found;
    const digests = found.keys.map((key) => key.digest);
    const keyIndex = indexOfDigest(digests.length === 0 ? DUMMY : digests, sha256(presented));
    if (digests.length === 0) return NO_TOKEN;
    if (keyIndex < 0) return WRONG;
    const { tenant } = found;
    return { ok: true, keyIndex, covers: COVERS_NOTHING, ...(tenant === undefined ? {} : { tenant }) };
  }

  return {
    warnings: secrets.warnings,
    judge(delivery, presented) {
      const found = secrets.fixed ?? secrets.lookUp(delivery);
      return isPromise(found) ? found.then((keys) => compare(keys, presented)) : compare(found, presented);
    },
    sign(request, key, write) {
      if (key !== undefined) return write(secrets.toKey(key).text);
      const found = secrets.fixed ?? secrets.lookUp(deliveryToSign(request));
      return isPromise(found) ? found.then((keys) => write(first(keys))) : write(first(found));
    },
  };

  function first(found: KeySet<Token> | Refusal): string {
    const text = found.ok ? found.keys[0]?.text : undefined;
    if (text !== undefined) return text;
    const why = found.ok ? "the function names none for this request" : found.hint;
    throw new TypeError(`${where}: there is none to sign with: ${why}; give the key to sign with instead`);
  }
}
