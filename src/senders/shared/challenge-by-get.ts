// What several of these senders share: x, linkedin, tiktok.
import type { Secrets } from "../../auth/keys/secrets.js";
import { queryOf } from "../../core/delivery.js";
import type { Reply } from "../../core/outcome.js";
import type { Handshake } from "../../sender/sender.js";
import { challengeMac } from "./challenge-mac.js";
import { checkChallenge } from "./handshakes.js";

/** How the answer to a challenge is written. */
interface Answer {
  readonly parameter: string;
  readonly encoding: "hex" | "base64";
  readonly reply: (challenge: string, mac: string) => Reply;
}

/** A GET with a challenge, unsigned; the answer shows that we hold the secret, and says nothing else. */
export function challengeByGet(factory: string, secret: Secrets, { parameter, encoding, reply }: Answer): Handshake {
  const answerWith = challengeMac(factory, secret);
  return {
    name: parameter,
    methods: ["GET"],
    isUnsigned: true,
    answer(delivery) {
      const values = new URLSearchParams(queryOf(delivery.url) ?? "").getAll(parameter);
      if (values.length === 0) return undefined;
      const challenge = checkChallenge(values.length === 1 ? values[0] : undefined);
      if (typeof challenge !== "string") return challenge;
      return answerWith(delivery, challenge, encoding, (mac) => reply(challenge, mac));
    },
  };
}
