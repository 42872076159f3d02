// Verifies Wise's deliveries and locates their events.
import { publicKey } from "../auth/schemes/public-key.js";
import { header, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { PublicKeySenderOptions } from "./shared/options.js";

/** Wise's webhooks, schema version 2. Types are `transfers#state-change`, `balances#credit`, … */
export const wise: SenderFactory<PublicKeySenderOptions> = /* @__PURE__ */ senderFactory({
  factory: "wise",
  name: "wise",
  options: ["publicKey"],
  define: (options) => ({
    auth: publicKey({
      publicKey: options.publicKey,
      algorithm: "rsa-v1_5-sha256",
      signature: { header: "x-signature-sha256", encoding: "base64" },
    }),
    event: { id: header("x-delivery-id"), type: json("event_type"), timestamp: json("sent_at", "rfc3339") },
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 14 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
