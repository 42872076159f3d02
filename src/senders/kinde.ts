// Verifies Kinde's deliveries and locates their events.
import { jwt } from "../auth/jwt/jwt.js";
import { tokenBody } from "../auth/jwt/jwt-body-format.js";
import { json } from "../core/field.js";
import { anyType } from "./shared/any-content-type.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { type KeySetOptions, keySourceOf } from "./shared/key-set-options.js";

/** Kinde's webhooks. Types are `user.created`, `organization.updated`. */
export const kinde: SenderFactory<KeySetOptions> = /* @__PURE__ */ senderFactory({
  factory: "kinde",
  name: "kinde",
  options: ["jwksUrl", "publicKey"],
  define: (options) => ({
    auth: jwt({
      at: "body",
      algorithms: ["RS256"],
      ...keySourceOf("kinde", options),
      // The same keys sign the access and ID tokens of every user: these claims are in webhooks alone.
      requiredClaims: ["event_id", "type"],
      lacks: {
        issuer: "Kinde's webhooks name none; the key set is of one business alone",
        audience: "Kinde's webhooks name none",
        expiry: "Kinde's webhooks have none, and are retried for 36 hours",
      },
    }),
    body: anyType(tokenBody()),
    event: { id: json("event_id"), type: json("type"), timestamp: json("event_timestamp", "rfc3339") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
