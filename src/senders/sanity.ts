// Verifies Sanity's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { header } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Sanity's webhooks. Types are operations: `create`, `update`, `delete`. */
export const sanity: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "sanity",
  name: "sanity",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-milliseconds"),
      signature: { header: "sanity-webhook-signature", encoding: "base64url", form: { pairs: "v1" } },
    }),
    event: { id: header("idempotency-key"), type: header("sanity-operation") },
    reply: {
      methods: ["POST", "PUT", "PATCH", "DELETE"],
      timeLimitSeconds: 30,
      retryHorizonSeconds: 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
      // A projection may hold the whole document, of up to 32 MB.
      maxBodyBytes: 33_554_432,
    },
  }),
});
