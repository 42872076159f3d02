// Verifies Token.io's deliveries and locates their events.
import type { PublicKeyText } from "../auth/keys/parse-public-key.js";
import { publicKey } from "../auth/schemes/public-key.js";
import { header } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { PublicKeySenderOptions } from "./shared/options.js";

/** Token.io's webhooks. Types are a header: `PAYMENT_STATUS_CHANGED`. */
export const tokenIo: SenderFactory<PublicKeySenderOptions> = /* @__PURE__ */ senderFactory({
  factory: "tokenIo",
  name: "token-io",
  options: ["publicKey"],
  define: (options) => ({
    auth: publicKey({
      publicKey: asJwk(options.publicKey),
      algorithm: "ed25519",
      signature: { header: "token-signature", encoding: "base64url" },
    }),
    event: { type: header("token-event") },
    reply: { successStatuses: [200], retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** 32 bytes in base64url are the `x` of a JWK, RFC 8037 section 2. */
function asJwk(given: PublicKeySenderOptions["publicKey"]): PublicKeySenderOptions["publicKey"] {
  if (typeof given === "object" && Array.isArray(given)) return given.map((one) => asJwk(one) as PublicKeyText);
  return typeof given === "string" && /^[A-Za-z0-9_-]{43}$/.test(given)
    ? { kty: "OKP", crv: "Ed25519", x: given }
    : given;
}
