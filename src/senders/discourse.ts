// Verifies Discourse's deliveries and locates their events.
import { mac } from "../auth/schemes/hmac.js";
import { header } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Discourse's webhooks. Types are event names: `post_created`, `topic_edited`. */
export const discourse: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "discourse",
  name: "discourse",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-discourse-event-signature", encoding: "hex", prefix: "sha256=" } }),
    event: { id: header("x-discourse-event-id"), type: header("x-discourse-event") },
    reply: { retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
