// Verifies Cursor's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Cursor's webhooks of cloud agents. Types are `statusChange`. */
export const cursor: SecretSender<{ event: string; id: string; status: string }> = /* @__PURE__ */ senderFactory({
  factory: "cursor",
  name: "cursor",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-webhook-signature", encoding: "hex", prefix: "sha256=" } }),
    event: { id: header("x-webhook-id"), type: json("event"), timestamp: json("timestamp", "rfc3339") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
