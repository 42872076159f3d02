// Verifies Walmart Marketplace's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Walmart Marketplace's notifications. Types are `PO_CREATED`, `INVENTORY_OOS`, … */
export const walmart: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "walmart",
  name: "walmart",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{method}\n{target}\n{timestamp}\n{body:sha256}",
      timestamp: header("wm_sec.timestamp", "unix-seconds"),
      signature: { header: "wm_sec.signature", encoding: "base64" },
    }),
    event: {
      id: json("source.eventId"),
      type: json("source.eventType"),
      timestamp: json("source.eventTime", "rfc3339"),
    },
    reply: { timeLimitSeconds: 3, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
