// Verifies Fireblocks' deliveries and locates their events.
import { anyOf } from "../auth/combine.js";
import { detachedJws } from "../auth/jwt/detached-jws.js";
import type { PublicKeyText } from "../auth/keys/parse-public-key.js";
import { publicKey } from "../auth/schemes/public-key.js";
import { json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

/** Options of `fireblocks`. */
export interface FireblocksOptions {
  /** Webhooks v2: where your environment's keys are, of the US one `https://keys.fireblocks.io/.well-known/jwks.json`. */
  readonly jwksUrl?: string;
  /** Webhooks v1: your environment's public key. Give both while you change. */
  readonly publicKey?: PublicKeyText | readonly PublicKeyText[];
}

const V2: EventRow = {
  id: /* @__PURE__ */ json("id"),
  type: /* @__PURE__ */ json("eventType"),
  timestamp: /* @__PURE__ */ json("createdAt", "unix-milliseconds"),
};
const V1: EventRow = {
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("timestamp", "unix-milliseconds"),
};

/** Fireblocks' webhooks. Types are `transaction.created` (v2) or `TRANSACTION_CREATED` (v1). */
export const fireblocks: SenderFactory<FireblocksOptions> = /* @__PURE__ */ senderFactory({
  factory: "fireblocks",
  name: "fireblocks",
  options: ["jwksUrl", "publicKey"],
  define({ jwksUrl, publicKey: legacyKey }) {
    const v1 =
      legacyKey === undefined
        ? undefined
        : publicKey({
            publicKey: legacyKey,
            algorithm: "rsa-v1_5-sha512",
            signature: { header: "fireblocks-signature", encoding: "base64" },
          });
    const v2 =
      jwksUrl === undefined
        ? undefined
        : detachedJws({ header: "fireblocks-webhook-signature", algorithms: ["RS512"], jwksUrl });
    const auth = v1 === undefined || v2 === undefined ? (v2 ?? v1) : anyOf(v2, v1);
    if (auth === undefined) {
      throw new TypeError(
        "fireblocks: give jwksUrl (webhooks v2), publicKey (v1), or both; is the environment variable set?",
      );
    }
    return {
      auth,
      event: (_delivery, payload) => (memberOf(payload, "eventType") === undefined ? V1 : V2),
      privateHeaders: ["fireblocks-signature", "fireblocks-webhook-signature"],
      reply: {
        successStatuses: [200],
        retryHorizonSeconds: 30 * 86_400,
        honoursRetryAfter: false,
        unsubscribes: [],
      },
    };
  },
});
