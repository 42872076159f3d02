// Verifies Utila's deliveries and locates their events.
import { publicKey } from "../auth/schemes/public-key.js";
import { json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { PublicKeySenderOptions } from "./shared/options.js";

/** Utila's webhooks. Types are `TRANSACTION_CREATED`, `WALLET_CREATED`, … */
export const utila: SenderFactory<PublicKeySenderOptions> = /* @__PURE__ */ senderFactory({
  factory: "utila",
  name: "utila",
  options: ["publicKey"],
  define: (options) => ({
    auth: publicKey({
      publicKey: options.publicKey,
      algorithm: "rsa-pss-sha512",
      pssSalt: "any",
      signature: { header: "x-utila-signature", encoding: "base64" },
    }),
    event: { id: json("id"), type: json("type") },
    reply: { successStatuses: [200], retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
