// PayPal: RSA over a checksum of the body, by a certificate that the delivery names.

import type { PublicKeyText } from "../auth/keys/parse-public-key.js";
import { publicKey } from "../auth/schemes/public-key.js";
import { header, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

export interface PaypalOptions {
  /** The webhook's id, as the dashboard shows it. It is part of the signed text, and not of the delivery. */
  readonly webhookId: string | undefined;
  /** PayPal's certificate or key, pinned: then no URL is asked. Default: the certificate that the delivery names, at PayPal's hosts only. */
  readonly publicKey?: PublicKeyText;
}

const WEBHOOK_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** PayPal's webhooks. Types are the body's `event_type`: `PAYMENT.CAPTURE.COMPLETED`. */
export const paypal: SenderFactory<PaypalOptions> = senderFactory({
  factory: "paypal",
  name: "paypal",
  title: "PayPal",
  credential:
    "Developer Dashboard → Apps & Credentials → the app → Webhooks → Webhook ID. `publicKey` is optional: PayPal's certificate, pinned, so that none is fetched.",
  proof:
    "`paypal-transmission-sig: <base64>`: RSA (PKCS #1 v1.5) with SHA-256 over `<paypal-transmission-id>|<paypal-transmission-time>|<webhook id>|<CRC-32 of the body, decimal>`. The certificate is at `paypal-cert-url`: only https, only `*.paypal.com`, only below /v1/notifications/certs/.",
  exampleType: "PAYMENT.CAPTURE.COMPLETED",
  retries: "Up to 25 times within three days.",
  notes: [
    "The signature binds the body by a CRC-32 alone. Whoever has seen one delivery can make another body with the same checksum: fetch the resource before you act upon it.",
    "Which transmission it is, and when, are signed; whether a retry has a time of its own is not documented, so the time is not judged.",
    "The certificate is fetched with the first delivery, and kept for a day; while it cannot be had, PayPal hears 503 and comes again.",
  ],
  sources: [
    "github.com/paypal/PayPal-Python-SDK, paypalrestsdk/notifications.py",
    "developer.paypal.com/api/rest/webhooks",
    "developer.paypal.com, as quoted in several repositories: 25 times over three days",
  ],
  unconfirmed: ["the time limit"],
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
