// Verifies Telnyx's deliveries and locates their events.
import { publicKey } from "../auth/schemes/public-key.js";
import { header, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { PublicKeySenderOptions } from "./shared/options.js";

/** Telnyx' webhooks, version 2. Types are `message.received`, `call.initiated`. */
export const telnyx: SenderFactory<PublicKeySenderOptions> = /* @__PURE__ */ senderFactory({
  factory: "telnyx",
  name: "telnyx",
  options: ["publicKey"],
  define: (options) => ({
    auth: publicKey({
      publicKey: options.publicKey,
      algorithm: "ed25519",
      signed: "{timestamp}|{body}",
      timestamp: header("telnyx-timestamp", "unix-seconds"),
      signature: { header: "telnyx-signature-ed25519", encoding: "base64" },
    }),
    event: {
      id: json("data.id"),
      type: json("data.event_type"),
      timestamp: json("data.occurred_at", "rfc3339"),
      attempt: json("meta.attempt"),
    },
    reply: { timeLimitSeconds: 2, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
