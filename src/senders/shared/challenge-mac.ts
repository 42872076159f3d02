// Answers a challenge with its HMAC, for senders that want to see that the receiver holds their secret.
import { type BinaryToTextEncoding, createHmac } from "node:crypto";
import { compileSecrets, type KeySet, type Secrets } from "../../auth/keys/secrets.js";
import { type Auth, type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { Ending, Reply } from "../../core/outcome.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";

/**
 * Answers with an HMAC-SHA256 over a challenge.
 *
 * @param keyIndex - Which of the secrets, where the challenge was signed. Else the first, so while rotating the newest
 * goes first.
 */
export type ChallengeMac = (
  delivery: Delivery,
  challenge: unknown,
  encoding: BinaryToTextEncoding,
  reply: (mac: string, challenge: string) => Reply,
  keyIndex?: number,
) => MaybePromise<Reply | Ending>;

const NOT_A_CHALLENGE: Ending = {
  name: "bad_credentials",
  hint: "the challenge is not written as the sender writes its challenges, so it is not answered",
};
const IS_A_CHALLENGE = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the body could be a challenge, and the MAC of a challenge is given to anybody who asks",
);

/**
 * @param form - What a challenge looks like, from its first character to its last. Nothing else gets a MAC: the same key
 * signs deliveries, so the MAC of a text that somebody picks would be a signature.
 * @throws {TypeError} When the secret is missing or malformed.
 */
export function challengeMac(factory: string, secret: Secrets, form: RegExp): ChallengeMac {
  const secrets = compileSecrets<string>(secret, { where: `${factory}: secret`, toKey: (text) => text });
  return function answerChallenge(delivery, challenge, encoding, reply, keyIndex = 0) {
    if (typeof challenge !== "string" || !form.test(challenge)) return NOT_A_CHALLENGE;
    const found = secrets.fixed ?? secrets.lookUp(delivery);
    const answer = (keys: KeySet<string> | Refusal): Reply | Ending => {
      if (!keys.ok) return { name: keys.outcome, hint: keys.hint };
      const key = keys.keys[keyIndex];
      if (key === undefined) return { name: "unauthenticated", hint: "there is no secret for this delivery" };
      return reply(createHmac("sha256", key).update(challenge, "utf8").digest(encoding), challenge);
    };
    return isPromise(found) ? found.then(answer) : answer(found);
  };
}

/** Refuses a body that is itself a challenge, such as the number `12345`, where the sender signs nothing but the body. */
export function exceptChallenges(auth: Auth, form: RegExp, maxLength: number): Auth {
  return {
    ...auth,
    verify: (delivery, context) =>
      delivery.body.length <= maxLength && form.test(delivery.body.toString("latin1"))
        ? IS_A_CHALLENGE
        : auth.verify(delivery, context),
  };
}
