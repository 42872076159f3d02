// Verifies Pusher Channels' deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Pusher Channels' webhooks. Types are `channel_occupied`, `member_added`, `client_event`. */
export const pusher: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "pusher",
  name: "pusher",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-pusher-signature", encoding: "hex" } }),
    event: { each: "events", type: json("name") },
    reply: { timeLimitSeconds: 4, retryHorizonSeconds: 600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
