// Verifies Circle's deliveries and locates their events.
import { publicKey } from "../auth/schemes/public-key.js";
import { header, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { HEAD_PROBE } from "./shared/handshakes.js";
import type { KeysByIdOptions } from "./shared/options.js";

/** Circle's notifications, version 2. Types are the body's `notificationType`: `payments`, `transfers`. */
export const circle: SenderFactory<KeysByIdOptions> = /* @__PURE__ */ senderFactory({
  factory: "circle",
  name: "circle",
  options: ["keys"],
  define: ({ keys }) => ({
    auth: publicKey({
      keys,
      keyId: header("x-circle-key-id"),
      algorithm: "ecdsa-p256-sha256",
      signature: { header: "x-circle-signature", encoding: "base64" },
    }),
    event: { id: json("notificationId"), type: json("notificationType"), timestamp: json("timestamp", "rfc3339") },
    handshakes: [HEAD_PROBE],
    reply: { retryHorizonSeconds: 2 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
