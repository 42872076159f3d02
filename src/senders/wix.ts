// Verifies Wix's deliveries and locates their events.
import { jwt } from "../auth/jwt/jwt.js";
import { tokenBody } from "../auth/jwt/jwt-body-format.js";
import type { PublicKeyText } from "../auth/keys/parse-public-key.js";
import { json } from "../core/field.js";
import { anyType } from "./shared/any-content-type.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

/** Options of `wix`. */
export interface WixOptions {
  /** The app's public key: PEM, as the dashboard shows it. */
  readonly publicKey: PublicKeyText | readonly PublicKeyText[];
}

/** Wix' webhooks of self-hosted apps. Types are `wix.ecom.v1.order_created`. */
export const wix: SenderFactory<WixOptions> = /* @__PURE__ */ senderFactory({
  factory: "wix",
  name: "wix",
  options: ["publicKey"],
  define: ({ publicKey }) => ({
    auth: jwt({
      at: "body",
      algorithms: ["RS256"],
      publicKey,
      requiredClaims: ["data"],
      lacks: {
        issuer: "Wix' tokens name none; the key is of one app alone",
        audience: "Wix' tokens name none; the key is of one app alone",
      },
    }),
    body: anyType(tokenBody({ jsonClaims: ["data", "data.data"] })),
    event: { id: json("data.data.id"), type: json("data.eventType"), timestamp: json("iat", "unix-seconds") },
    reply: { timeLimitSeconds: 1.25, retryHorizonSeconds: 2 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
