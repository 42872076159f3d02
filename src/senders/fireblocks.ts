// Fireblocks: a detached JWS (webhooks v2), or an RSA signature over the body (v1).
import { anyOf } from "../auth/combine.js";
import { detachedJws } from "../auth/jwt/detached-jws.js";
import type { PublicKeyText } from "../auth/keys/parse-public-key.js";
import { publicKey } from "../auth/schemes/public-key.js";
import { json, memberOf } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

export interface FireblocksOptions {
  /** Webhooks v2: where your environment's keys are, of the US one `https://keys.fireblocks.io/.well-known/jwks.json`. */
  readonly jwksUrl?: string;
  /** Webhooks v1: your environment's public key. Give both while you change. */
  readonly publicKey?: PublicKeyText | readonly PublicKeyText[];
}

const V2: EventRow = { id: json("id"), type: json("eventType"), timestamp: json("createdAt", "unix-milliseconds") };
const V1: EventRow = { type: json("type"), timestamp: json("timestamp", "unix-milliseconds") };

/** Fireblocks' webhooks. Types are `transaction.created` (v2) or `TRANSACTION_CREATED` (v1). */
export const fireblocks: SenderFactory<FireblocksOptions> = senderFactory({
  factory: "fireblocks",
  name: "fireblocks",
  title: "Fireblocks",
  credential:
    "v2: `jwksUrl`, where your environment's keys are (US: `https://keys.fireblocks.io/.well-known/jwks.json`). v1: `publicKey`, the PEM that the documentation shows for your environment. One of them is needed.",
  proof:
    "v2: `Fireblocks-Webhook-Signature: <header>..<signature>`, a detached JWS (RS512) over the body, whose `kid` names a key of the set. v1: `Fireblocks-Signature: <base64>`, RSA (PKCS #1 v1.5) with SHA-512 over the body.",
  exampleType: "transaction.status.updated",
  events: "v2: id `id`, type `eventType` of the signed body. v1: type `type`; no id, and so no dedupe.",
  retries: "After a 408, 429 or 5xx: 10, 30, 120, 300, 900, 1800, 3600, 7200 and 14400 s later; by hand for 30 days.",
  notes: [
    "The key set is fetched with the first delivery, and kept; while it cannot be had, Fireblocks hears 503 and comes again.",
    "v1 was to end in March 2026.",
  ],
  sources: [
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: fireblocks",
    "developers.fireblocks.com/reference/validating-webhooks",
  ],
  unconfirmed: ["the members `id`, `eventType` and `createdAt` of v2", "the time limit"],
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
