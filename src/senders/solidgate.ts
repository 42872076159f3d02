// Verifies Solidgate's deliveries and locates their events.
import type { Secrets } from "../auth/keys/secrets.js";
import { hmac } from "../auth/schemes/hmac.js";
import { header } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

/** Options of `solidgate`. */
export interface SolidgateOptions {
  /** The webhook public key, `wh_pk_…`: it is part of the signed text. */
  readonly publicKey: string | undefined;
  /** The webhook secret key, `wh_sk_…`. */
  readonly secret: Secrets;
}

/** Solidgate's webhooks. Types are a header: `card_gate.order.updated`. */
export const solidgate: SenderFactory<SolidgateOptions> = /* @__PURE__ */ senderFactory({
  factory: "solidgate",
  name: "solidgate",
  options: ["publicKey", "secret"],
  define({ publicKey, secret }) {
    if (typeof publicKey !== "string" || !/^[\w-]+$/.test(publicKey)) {
      throw new TypeError('solidgate: publicKey must be the webhook public key, "wh_pk_…"');
    }
    return {
      auth: hmac({
        secret,
        algorithm: "sha512",
        signed: `${publicKey}{body}${publicKey}`,
        signature: { header: "signature", encoding: "base64-of-hex" },
      }),
      event: { id: header("solidgate-event-id"), type: header("solidgate-event-type") },
      reply: { timeLimitSeconds: 30, retryHorizonSeconds: 56 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
