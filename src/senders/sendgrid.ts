// Verifies SendGrid event webhook's deliveries and locates their events.

import { publicKey } from "../auth/schemes/public-key.js";
import { mediaTypeOf } from "../body-formats/content-type.js";
import { multipart } from "../body-formats/multipart-format.js";
import { header, json, literal } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { PublicKeySenderOptions } from "./shared/options.js";

const EVENTS: EventRow = {
  each: "",
  id: /* @__PURE__ */ json("sg_event_id"),
  type: /* @__PURE__ */ json("event"),
  timestamp: /* @__PURE__ */ json("timestamp", "unix-seconds"),
};
/** Mail that the Inbound Parse webhook posts. Its Message-Id is the stranger's who wrote it. */
const INBOUND: EventRow = { type: /* @__PURE__ */ literal("inbound") };

/** SendGrid's event webhook, and signed Inbound Parse. Types are `delivered`, `bounce`, `open`; mail is `inbound`. */
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
    body: { "application/json": "json", "multipart/form-data": multipart },
    event: ({ headers }) => (mediaTypeOf(headers)?.startsWith("multipart/") ? INBOUND : EVENTS),
    reply: {
      retryHorizonSeconds: 3 * 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
      // Inbound mail has up to 30 MB, its attachments included.
      maxBodyBytes: 41_943_040,
    },
  }),
});
