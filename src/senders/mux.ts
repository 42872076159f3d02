// Verifies Mux's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Mux's webhooks. Types are `video.asset.ready`. */
export const mux: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "mux",
  name: "mux",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "mux-signature", encoding: "hex", form: { pairs: "v1" } },
    }),
    event: { id: json("id"), type: json("type"), timestamp: json("created_at", "rfc3339") },
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
