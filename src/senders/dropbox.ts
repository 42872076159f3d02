// Verifies Dropbox's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { literal } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import { echoQuery } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

/** Dropbox' webhooks. The only type is `list_folder`: some accounts have changes. */
export const dropbox: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "dropbox",
  name: "dropbox",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-dropbox-signature", encoding: "hex" } }),
    event: { type: literal("list_folder") },
    dedupe: false,
    handshakes: [echoQuery("challenge")],
    reply: { timeLimitSeconds: 10, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
