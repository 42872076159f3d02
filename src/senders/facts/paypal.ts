// PayPal: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const paypal: SenderFacts = {
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
    "The certificate is fetched with the first delivery, and kept for a day; while it cannot be had, PayPal gets 503 and retries.",
  ],
  oracle: { kind: "documentation", source: "https://developer.paypal.com/api/rest/webhooks/rest/" },
  sources: [
    "https://developer.paypal.com/api/rest/webhooks/rest/",
    "github.com/paypal/PayPal-Python-SDK, paypalrestsdk/notifications.py",
    "developer.paypal.com/api/rest/webhooks",
    "developer.paypal.com, as quoted in several repositories: 25 times over three days",
  ],
  unconfirmed: ["the time limit"],
};
