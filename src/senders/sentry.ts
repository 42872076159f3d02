// Verifies Sentry's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { dotted, header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Sentry's webhooks of an internal or public integration. Types are the resource and the action: `issue.created`. */
export const sentry: SecretSender<{ action: string; data: unknown }> = /* @__PURE__ */ senderFactory({
  factory: "sentry",
  name: "sentry",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "sentry-hook-signature", encoding: "hex" } }),
    event: { id: header("request-id"), type: dotted(header("sentry-hook-resource"), json("action")) },
    reply: {
      retries: false,
      timeLimitSeconds: 1,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
      maxBodyBytes: 5_242_880,
    },
  }),
});
