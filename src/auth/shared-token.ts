// Does a presented token equal one that we share with the sender? Whatever place it came in.
import type { Delivery } from "../delivery.js";
import { indexOfDigest, sha256 } from "../internal/constant-time.js";
import { isPromise, type MaybePromise } from "../internal/maybe-promise.js";
import { COVERS_NOTHING, type Proof, type Refusal, refuse } from "./auth.js";
import { compileSecrets, type KeySet, type Secrets } from "./secrets.js";

/** A shared token: its text for signing, its digest for comparing. */
interface Token {
  readonly text: string;
  readonly digest: Buffer;
}

export interface SharedToken {
  readonly warnings: readonly string[];
  /** A token proves that its holder sent something; it binds nothing of what was sent. */
  judge(delivery: Delivery, presented: string): MaybePromise<Proof>;
  /** The text to present: the first one, or the one that stands in for it. */
  present(key: string | undefined): string;
}

const WRONG: Refusal = refuse(
  "unauthenticated",
  "the token is well-formed and wrong: another endpoint's, or rotated away",
);
const NO_TOKEN: Refusal = refuse("unauthenticated", "the secret function knows no token for this delivery");
/** Compared when there is nothing to compare with, so that an unknown tenant is answered as late as a wrong token. */
const DUMMY: readonly Buffer[] = [sha256("no token")];

/** @throws {TypeError} When the token is missing or malformed. */
export function compileSharedToken(token: Secrets, where: string): SharedToken {
  const secrets = compileSecrets<Token>(token, { where, toKey: (text) => ({ text, digest: sha256(text) }) });

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
    present(key) {
      if (key !== undefined) return secrets.toKey(key).text;
      const first = secrets.fixed?.keys[0];
      if (first === undefined)
        throw new TypeError(`${where}: a function names the token per delivery; to sign, give the key`);
      return first.text;
    },
  };
}
