// Verifies Plaid's deliveries and locates their events.
import { jwt } from "../auth/jwt/jwt.js";
import { dotted, header, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { KeysByIdOptions } from "./shared/options.js";

/** Plaid's webhooks. Types are type and code: `TRANSACTIONS.SYNC_UPDATES_AVAILABLE`. */
export const plaid: SenderFactory<KeysByIdOptions> = /* @__PURE__ */ senderFactory({
  factory: "plaid",
  name: "plaid",
  options: ["keys"],
  define: ({ keys }) => ({
    auth: jwt({
      at: header("plaid-verification"),
      algorithms: ["ES256"],
      keys,
      lacks: {
        issuer: "Plaid's tokens name none",
        audience: "Plaid's tokens name none, and bind the body by its hash",
        expiry: "Plaid's tokens have none: the signed time decides",
      },
      signedAt: { claim: "iat", format: "unix-seconds" },
      bodyHash: { claim: "request_body_sha256" },
    }),
    event: { type: dotted(json("webhook_type"), json("webhook_code")) },
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
