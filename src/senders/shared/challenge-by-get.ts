// Answers an unsigned GET that asks for the HMAC of a challenge.
import type { Secrets } from "../../auth/keys/secrets.js";
import { queryOf } from "../../core/delivery.js";
import type { Reply } from "../../core/outcome.js";
import type { Handshake } from "../../sender/sender.js";
import { challengeMac } from "./challenge-mac.js";

/** How the answer to a challenge is written. */
interface Answer {
  readonly parameter: string;
  /** What the sender's challenges look like; see `challengeMac`. */
  readonly form: RegExp;
  readonly encoding: "hex" | "base64";
  readonly reply: (mac: string, challenge: string) => Reply;
}

/** A GET with a challenge, unsigned; the answer shows that we hold the secret, and says nothing else. */
export function challengeByGet(
  factory: string,
  secret: Secrets,
  { parameter, form, encoding, reply }: Answer,
): Handshake {
  const answerWith = challengeMac(factory, secret, form);
  return {
    name: parameter,
    methods: ["GET"],
    isUnsigned: true,
    answer(delivery) {
      const values = new URLSearchParams(queryOf(delivery.url) ?? "").getAll(parameter);
      if (values.length === 0) return undefined;
      return answerWith(delivery, values.length === 1 ? values[0] : undefined, encoding, reply);
    },
  };
}
