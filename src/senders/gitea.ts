// Verifies Gitea and Forgejo's deliveries and locates their events.
import { mac } from "../auth/schemes/hmac.js";
import { header } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Gitea's and Forgejo's webhooks. Types are event names: `push`, `pull_request`. */
export const gitea: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "gitea",
  name: "gitea",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-gitea-signature", encoding: "hex" } }),
    event: { id: header("x-gitea-delivery"), type: header("x-gitea-event") },
    reply: { retries: false, timeLimitSeconds: 5, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
