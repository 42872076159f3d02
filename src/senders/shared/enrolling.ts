// Handshakes in which the sender hands over the secret (Notion, Asana).
import { Unverified, type UnverifiedDelivery } from "../../auth/keys/unverified-delivery.js";
import type { WrittenPlace } from "../../core/auth.js";
import type { Rejection } from "../../core/outcome.js";
import type { Handshake } from "../../sender/sender.js";
import { checkChallenge, okText } from "./handshakes.js";
import type { SecretOptions } from "./options.js";

/**
 * Takes the secret of a new webhook: keep it where `secret` finds it, and answer `true`. Anybody can send one, so answer
 * `false` unless you are making a webhook just now.
 */
export type Enrol = (secret: string, delivery: UnverifiedDelivery) => boolean | Promise<boolean>;

/** Options of senders that hand over the secret of a new webhook themselves. */
export interface EnrollingOptions extends SecretOptions {
  /** Default: a secret is taken while `receiver.enrol()` waits for one, and else refused. */
  readonly enrol?: Enrol | undefined;
}

const NOT_NOW: Rejection = {
  name: "forbidden",
  hint: "a secret came for a webhook that nobody is making now; call receiver.enrol() while you make one",
};

/** @param place - Of the secret. @param secretOf - The secret that is offered; `undefined` where this is no such handshake. */
export function enrolment(
  place: WrittenPlace,
  enrol: Enrol | undefined,
  secretOf: (delivery: Parameters<Handshake["answer"]>[0]) => unknown,
  headersOf: (secret: string) => Readonly<Record<string, string>>,
): Handshake {
  return {
    name: place.name,
    methods: ["POST"],
    isUnsigned: true,
    enrols: true,
    secretFields: [place],
    async answer(delivery, _proof, enrolment) {
      const offered = secretOf(delivery);
      if (offered === undefined) return undefined;
      const secret = checkChallenge(offered);
      if (typeof secret !== "string") return secret;
      const isTaken = enrol === undefined ? enrolment?.offer(secret) : await enrol(secret, new Unverified(delivery));
      if (isTaken !== true) return NOT_NOW;
      return { ...okText(""), headers: headersOf(secret) };
    },
  };
}

export function checkEnrol(factory: string, enrol: unknown): void {
  if (enrol === undefined || typeof enrol === "function") return;
  throw new TypeError(`${factory}: enrol must be a function of the secret that comes, or left out`);
}
