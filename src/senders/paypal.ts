// Verifies PayPal's deliveries and locates their events.
import type { PublicKeyText } from "../auth/keys/parse-public-key.js";
import { publicKey } from "../auth/schemes/public-key.js";
import { header, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

/** Options of `paypal`. */
export interface PaypalOptions {
  /** The webhook's id, as the dashboard shows it. It is part of the signed text, and not of the delivery. */
  readonly webhookId: string | undefined;
  /** PayPal's certificate or key, pinned: then no URL is asked. Default: the certificate that the delivery names, at PayPal's hosts only. */
  readonly publicKey?: PublicKeyText;
}

const WEBHOOK_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** PayPal's webhooks. Types are the body's `event_type`: `PAYMENT.CAPTURE.COMPLETED`. */
export const paypal: SenderFactory<PaypalOptions> = /* @__PURE__ */ senderFactory({
  factory: "paypal",
  name: "paypal",
  options: ["webhookId", "publicKey"],
  define({ webhookId, publicKey: pinned }) {
    if (typeof webhookId !== "string" || !WEBHOOK_ID.test(webhookId)) {
      throw new TypeError(
        `paypal: webhookId must be the webhook's id, such as "4JH86294D6297924G"; got ${JSON.stringify(webhookId)}`,
      );
    }
    return {
      auth: publicKey({
        ...(pinned === undefined
          ? {
              certificate: {
                url: header("paypal-cert-url"),
                hosts: ["*.paypal.com"],
                path: /^\/v1\/notifications\/certs\/[\w-]+$/,
                names: ["*.paypal.com"],
              },
            }
          : { publicKey: pinned }),
        algorithm: { by: header("paypal-auth-algo"), names: { SHA256withRSA: "rsa-v1_5-sha256" } },
        signed: `{header:paypal-transmission-id}|{header:paypal-transmission-time}|${webhookId}|{body:crc32}`,
        timestamp: header("paypal-transmission-time", "rfc3339"),
        signature: { header: "paypal-transmission-sig", encoding: "base64" },
      }),
      event: { id: json("id"), type: json("event_type"), timestamp: json("create_time", "rfc3339") },
      toleranceSeconds: null,
      reply: { retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
