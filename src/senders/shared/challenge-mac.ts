// Which secret answers a challenge? Zoom, X and LinkedIn want an HMAC over theirs back, to see that we hold it.
import { type BinaryToTextEncoding, createHmac } from "node:crypto";
import { compileSecrets, type KeySet, type Secrets } from "../../auth/keys/secrets.js";
import type { Refusal } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { Ending, Reply } from "../../core/outcome.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";

/**
 * Answers with an HMAC-SHA256 over a text.
 *
 * @param keyIndex - Which of the secrets, where the challenge was signed. Else the first, so while rotating the newest
 * goes first.
 */
export type ChallengeMac = (
  delivery: Delivery,
  text: string,
  encoding: BinaryToTextEncoding,
  reply: (mac: string) => Reply,
  keyIndex?: number,
) => MaybePromise<Reply | Ending>;

/** @throws {TypeError} When the secret is missing or malformed. */
export function challengeMac(factory: string, secret: Secrets): ChallengeMac {
  const secrets = compileSecrets<string>(secret, { where: `${factory}: secret`, toKey: (text) => text });
  return function answerChallenge(delivery, text, encoding, reply, keyIndex = 0) {
    const found = secrets.fixed ?? secrets.lookUp(delivery);
    const answer = (keys: KeySet<string> | Refusal): Reply | Ending => {
      if (!keys.ok) return { name: keys.outcome, hint: keys.hint };
      const key = keys.keys[keyIndex];
      if (key === undefined) return { name: "unauthenticated", hint: "there is no secret for this delivery" };
      return reply(createHmac("sha256", key).update(text, "utf8").digest(encoding));
    };
    return isPromise(found) ? found.then(answer) : answer(found);
  };
}
