// Verifies FusionAuth's deliveries and locates their events.
import { jwt } from "../auth/jwt/jwt.js";
import type { Secrets } from "../auth/keys/secrets.js";
import { header, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { type KeySetOptions, keySourceOf } from "./shared/key-set-options.js";

/** Options of `fusionauth`. */
export interface FusionauthOptions extends KeySetOptions {
  /** Where the webhook is signed with an HMAC key: that key. Instead of the other two. */
  readonly secret?: Secrets;
}

/** FusionAuth's webhooks. Types are `user.create`, `user.login.success`. */
export const fusionauth: SenderFactory<FusionauthOptions> = /* @__PURE__ */ senderFactory({
  factory: "fusionauth",
  name: "fusionauth",
  options: ["jwksUrl", "publicKey", "secret"],
  define(options) {
    const at = header("x-fusionauth-signature-jwt");
    const bodyHash = { claim: "request_body_sha256", encoding: "base64" } as const;
    const lacks = {
      issuer: "FusionAuth's webhook tokens name none",
      audience: "FusionAuth's webhook tokens name none, and bind the body by its hash",
      expiry: "FusionAuth's webhook tokens have none",
    };
    const isShared = "secret" in options;
    return {
      auth: isShared
        ? jwt({ at, bodyHash, lacks, secret: options.secret, algorithms: ["HS256", "HS384", "HS512"] })
        : jwt({
            at,
            bodyHash,
            lacks,
            ...keySourceOf("fusionauth", options),
            algorithms: ["RS256", "RS384", "RS512", "ES256", "ES384", "EdDSA"],
          }),
      event: {
        id: json("event.id"),
        type: json("event.type"),
        timestamp: json("event.createInstant", "unix-milliseconds"),
      },
      reply: { honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
