// Verifies Neon Auth's deliveries and locates their events.
import { detachedJws } from "../auth/jwt/detached-jws.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { header } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { type KeySetOptions, keySourceOf } from "./shared/key-set-options.js";

/** The detached payload is `<time>.<base64url of the body>`, which the JWS encodes once more. */
const NEON_PAYLOAD: SignedText = {
  covers: { body: true, method: false, url: false, headers: [] },
  usesTimestamp: true,
  texts: ({ body }, { timestamp }) => [`${timestamp}.${body.toString("base64url")}`],
};

/** Neon Auth's webhooks. Types are `user.created`, `send.otp`. */
export const neonAuth: SenderFactory<KeySetOptions> = /* @__PURE__ */ senderFactory({
  factory: "neonAuth",
  name: "neon-auth",
  options: ["jwksUrl", "publicKey"],
  define: (options) => ({
    auth: detachedJws({
      header: "x-neon-signature",
      algorithms: ["EdDSA"],
      ...keySourceOf("neonAuth", options),
      signed: NEON_PAYLOAD,
      timestamp: header("x-neon-timestamp", "unix-milliseconds"),
    }),
    event: {
      id: header("x-neon-event-id"),
      type: header("x-neon-event-type"),
      attempt: header("x-neon-delivery-attempt"),
    },
    privateHeaders: ["x-neon-signature-kid"],
    reply: { retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
