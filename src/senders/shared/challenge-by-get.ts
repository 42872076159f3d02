// Answers an unsigned GET challenge with an HMAC over it.
import type { Secrets } from "../../auth/keys/secrets.js";
import { queryParameter } from "../../core/delivery.js";
import type { Reply } from "../../core/reply.js";
import type { Handshake } from "../../sender/sender.js";
import { challengeHmac } from "./challenge-hmac.js";

/** How the sender writes a challenge, and how it wants the answer. */
interface Challenge {
  readonly parameter: string;
  /**
   * What the sender really sends, whole. Whoever asks gets the HMAC of it under the secret that signs deliveries, so no
   * text that is signed for a delivery may match: where one could, the scheme gets the pattern as `signsReplies`.
   */
  readonly pattern: RegExp;
  readonly encoding: "hex" | "base64";
  readonly reply: (challenge: string, hmac: string) => Reply;
}

/** A GET with a challenge, unsigned; the answer shows that we hold the secret. */
export function challengeByGet(factory: string, secret: Secrets, challenge: Challenge): Handshake {
  const { parameter, pattern, encoding, reply } = challenge;
  const answerWith = challengeHmac(factory, secret, pattern);
  return {
    name: parameter,
    methods: ["GET"],
    isUnsigned: true,
    answer(delivery) {
      const value = queryParameter(delivery.url, parameter);
      if (value === undefined) return undefined;
      return answerWith(delivery, typeof value === "string" ? value : undefined, encoding, reply);
    },
  };
}
