// Answers a challenge with its HMAC, for senders that want to see that the receiver holds their secret.
import { type BinaryToTextEncoding, createHmac } from "node:crypto";
import type { KeySet } from "../../auth/keys/key-lookup.js";
import { compileSecrets, type Secrets } from "../../auth/keys/secrets.js";
import type { Refusal } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { Rejection } from "../../core/outcome.js";
import type { Reply } from "../../core/reply.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";

/**
 * Answers with an HMAC-SHA256 over a challenge.
 *
 * @param keyIndex - Which of the secrets, where the challenge was signed. Else the first, so while rotating the newest
 * goes first.
 */
export type ChallengeHmac = (
  delivery: Delivery,
  challenge: unknown,
  encoding: BinaryToTextEncoding,
  reply: (challenge: string, hmac: string) => Reply,
  keyIndex?: number,
) => MaybePromise<Reply | Rejection>;

const NOT_A_CHALLENGE: Rejection = {
  name: "bad_credentials",
  hint: "the challenge is not written as the sender writes its challenges, so it is not answered",
};

/**
 * @param pattern - What a challenge looks like, from its first character to its last. Nothing else gets a MAC: the same key
 * signs deliveries, so the MAC of a text that somebody picks would be a signature.
 * @throws {TypeError} When the secret is missing or malformed.
 */
export function challengeHmac(factory: string, secret: Secrets, pattern: RegExp): ChallengeHmac {
  const secrets = compileSecrets<string>(secret, { where: `${factory}: secret`, toKey: (text) => text });
  return function answerChallenge(delivery, challenge, encoding, reply, keyIndex = 0) {
    if (typeof challenge !== "string" || !pattern.test(challenge)) return NOT_A_CHALLENGE;
    const found = secrets.fixed ?? secrets.lookUp(delivery);
    const answer = (keys: KeySet<string> | Refusal): Reply | Rejection => {
      if (!keys.ok) return { name: keys.outcome, hint: keys.hint };
      const key = keys.keys[keyIndex];
      if (key === undefined) return { name: "unauthenticated", hint: "there is no secret for this delivery" };
      return reply(challenge, createHmac("sha256", key).update(challenge, "utf8").digest(encoding));
    };
    return isPromise(found) ? found.then(answer) : answer(found);
  };
}
