// Verifies SendGrid event webhook's deliveries and locates their events.
import { publicKey } from "../auth/schemes/public-key.js";
import { header, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { PublicKeySenderOptions } from "./shared/options.js";

/** SendGrid's event webhook. Types are `delivered`, `bounce`, `open`. */
export const sendgrid: SenderFactory<PublicKeySenderOptions> = /* @__PURE__ */ senderFactory({
  factory: "sendgrid",
  name: "sendgrid",
  options: ["publicKey"],
  define: (options) => ({
    auth: publicKey({
      publicKey: options.publicKey,
      algorithm: "ecdsa-p256-sha256",
      signed: "{timestamp}{body}",
      timestamp: header("x-twilio-email-event-webhook-timestamp", "unix-seconds"),
      signature: { header: "x-twilio-email-event-webhook-signature", encoding: "base64" },
    }),
    event: {
      each: "",
      id: json("sg_event_id"),
      type: json("event"),
      timestamp: json("timestamp", "unix-seconds"),
    },
    reply: { retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
