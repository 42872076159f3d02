// Verifies Liveblocks' deliveries and locates their events.
import type { SecretSender } from "./shared/options.js";
import { follower, type StandardEnvelope } from "./shared/standard-webhooks-follower.js";

/** Liveblocks' webhooks. Types are `storageUpdated`, `userEntered`, … */
export const liveblocks: SecretSender<StandardEnvelope> = /* @__PURE__ */ follower({
  factory: "liveblocks",
});
