// Verifies Bitbucket Cloud's deliveries and locates their events.
import { mac } from "../auth/schemes/hmac.js";
import { header } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Bitbucket Cloud's webhooks. Types are event keys: `repo:push`, `pullrequest:created`. */
export const bitbucket: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "bitbucket",
  name: "bitbucket",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-hub-signature", encoding: "hex", prefix: "sha256=" } }),
    event: { id: header("x-request-uuid"), type: header("x-event-key"), attempt: header("x-attempt-number") },
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
