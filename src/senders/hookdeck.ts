// Verifies Hookdeck Event Gateway's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header, literal } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Hookdeck's Event Gateway, which passes on what others sent. The only type is `event`. */
export const hookdeck: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "hookdeck",
  name: "hookdeck",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signature: { header: ["x-hookdeck-signature", "x-hookdeck-signature-2"], encoding: "base64" },
    }),
    body: {
      "application/json": "json",
      "application/*+json": "json",
      "application/x-www-form-urlencoded": "form",
      "text/*": "text",
      "*/*": "bytes",
    },
    event: {
      id: header("x-hookdeck-eventid"),
      type: literal("event"),
      attempt: header("x-hookdeck-attempt-count"),
    },
    reply: {
      methods: ["POST", "PUT", "PATCH"],
      timeLimitSeconds: 60,
      retryHorizonSeconds: 7 * 86_400,
      unsubscribes: [],
      maxBodyBytes: 10_485_760,
    },
  }),
});
