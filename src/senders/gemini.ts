// Verifies Gemini API's deliveries and locates their events.
import type { SecretSender } from "./shared/options.js";
import { follower, type StandardEnvelope } from "./shared/standard-webhooks-follower.js";

/** Gemini's webhooks (static ones). Types are `batch.succeeded`, `video.generated`, … */
export const gemini: SecretSender<StandardEnvelope> = /* @__PURE__ */ follower({
  factory: "gemini",
  reply: { retryHorizonSeconds: 86_400 },
});
