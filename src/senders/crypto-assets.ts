// Alchemy, Circle, Bridge (bridge.xyz), Utila, Token.io: chains, coins and the banks behind them.
import { createHash } from "node:crypto";
import type { PublicKeyText } from "../auth/keys/parse-public-key.js";
import { mac } from "../auth/schemes/hmac.js";
import { publicKey } from "../auth/schemes/public-key.js";
import { param } from "../auth/signature/signature.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { header, json } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { HEAD_PROBE } from "./shared/handshakes.js";
import type { KeysByIdOptions, PublicKeySenderOptions, SecretSender } from "./shared/options.js";

/** The third-party notes that several rows draw on; each note names the vendor's own pages. */
const NOTES = "hookdeck/webhook-skills, providers.yaml @00ad8d05";

/** Alchemy Notify's webhooks. Types are `ADDRESS_ACTIVITY`, `MINED_TRANSACTION`, … */
export const alchemy: SecretSender = senderFactory({
  factory: "alchemy",
  name: "alchemy",
  title: "Alchemy Notify",
  credential: "Dashboard → Webhooks → the webhook → Signing Key (not the auth token). Used as text.",
  proof: "`X-Alchemy-Signature: <lower-case hex, 64 chars>`: HMAC-SHA256 over the body.",
  exampleType: "ADDRESS_ACTIVITY",
  retries: "With growing intervals for ten minutes, or an hour on enterprise plans.",
  notes: ["Sent from 54.236.136.17 and 34.237.24.169."],
  sources: [`${NOTES}: alchemy`, "alchemy.com/docs/reference/notify-api-quickstart"],
  unconfirmed: ["the time limit", "that `id` stays the same over attempts"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: "x-alchemy-signature", encoding: "hex" } }),
    event: { id: json("id"), type: json("type"), timestamp: json("createdAt", "rfc3339") },
    reply: { retryHorizonSeconds: 2 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Circle's notifications, version 2. Types are the body's `notificationType`: `payments`, `transfers`. */
export const circle: SenderFactory<KeysByIdOptions> = senderFactory({
  factory: "circle",
  name: "circle",
  title: "Circle",
  credential:
    "`keys`: a function that gets the key's id and answers the `publicKey` of `GET /v2/cpn/notifications/publicKey/{keyId}` (base64 of SPKI); keep the answers.",
  proof:
    "`X-Circle-Signature: <base64 of DER>`: ECDSA P-256 with SHA-256 over the body; `X-Circle-Key-Id` names the key.",
  exampleType: "payments",
  retries:
    "Eleven times over about 36 hours: after 1, 10 and 30 seconds, 1 and 15 minutes, 1, 3, 5, 6, 10 and 11 hours.",
  notes: [
    "Before it makes a subscription it asks with HEAD, which is answered with 200.",
    "Sent from 35.169.154.32, 3.90.127.28, 3.230.111.7 and 54.88.227.75.",
  ],
  sources: [
    `${NOTES}: circle`,
    "developers.circle.com, verify webhook signatures",
    "developers.circle.com/cpn/references/webhook-retries",
  ],
  unconfirmed: ["the members `notificationId` and `timestamp`", "the time limit"],
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

/** Bridge signs the digest of the text, so the text is hashed twice. */
const BRIDGE_DIGEST: SignedText = {
  covers: { body: true, method: false, url: false, headers: [] },
  usesTimestamp: true,
  texts: ({ body }, { timestamp }) => [createHash("sha256").update(`${timestamp}.`).update(body).digest()],
};

/** Bridge's webhooks (bridge.xyz). Types are the body's `event_type`: `transfer.updated`. */
export const bridgeXyz: SenderFactory<PublicKeySenderOptions> = senderFactory({
  factory: "bridgeXyz",
  name: "bridge-xyz",
  title: "Bridge (bridge.xyz)",
  credential: "The PEM in `public_key` of the answer that made the webhook: each has its own.",
  proof:
    "`X-Webhook-Signature: t=<unix milliseconds>,v0=<base64>`: RSA (PKCS #1 v1.5) with SHA-256 over the SHA-256 of `<t>.<body>`, so hashed twice.",
  exampleType: "transfer.updated",
  sources: [`${NOTES}: bridge-xyz`, "apidocs.bridge.xyz, webhook signature"],
  unconfirmed: ["the members `event_id` and `event_created_at`", "the time limit and the retries"],
  options: ["publicKey"],
  define: (options) => ({
    auth: publicKey({
      publicKey: options.publicKey,
      algorithm: "rsa-v1_5-sha256",
      signed: BRIDGE_DIGEST,
      timestamp: param("t", "unix-milliseconds"),
      signature: { header: "x-webhook-signature", encoding: "base64", form: { pairs: "v0" } },
    }),
    event: { id: json("event_id"), type: json("event_type"), timestamp: json("event_created_at", "rfc3339") },
    // The vendor advises ten minutes.
    toleranceSeconds: 600,
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** Utila's webhooks. Types are `TRANSACTION_CREATED`, `WALLET_CREATED`, … */
export const utila: SenderFactory<PublicKeySenderOptions> = senderFactory({
  factory: "utila",
  name: "utila",
  title: "Utila",
  credential: "Console → Vault Settings → Webhooks → public key (RSA 4096, PEM).",
  proof: "`x-utila-signature: <base64>`: RSA-PSS with SHA-512 over the body.",
  exampleType: "TRANSACTION_STATE_UPDATED",
  retries: "With growing intervals for up to 24 hours.",
  notes: ["Success is exactly 200.", "Events are thin: fetch `resource`."],
  sources: [`${NOTES}: utila`, "docs.utila.io/reference/webhooks"],
  unconfirmed: ["the length of the salt: any is accepted", "the time limit"],
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

/** Token.io's webhooks. Types are a header: `PAYMENT_STATUS_CHANGED`. */
export const tokenIo: SenderFactory<PublicKeySenderOptions> = senderFactory({
  factory: "tokenIo",
  name: "token-io",
  title: "Token.io",
  credential: "Dashboard → Settings → Member Information: the Ed25519 public key, 32 bytes in base64url.",
  proof: "`token-signature: <base64url, 86 chars>`: Ed25519 over the body.",
  exampleType: "PAYMENT_STATUS_CHANGED",
  retries: "After about 10, 30, 70 and 150 minutes, and so on, for up to 72 hours.",
  notes: [
    "`token-event`, the type, is a header, and the signature does not cover it: look at the payload as well.",
    "There is no id of the event, so nothing is deduped.",
  ],
  sources: [`${NOTES}: tokenio`, "docs.token.io, webhooks"],
  unconfirmed: ["the time limit"],
  options: ["publicKey"],
  define: (options) => ({
    auth: publicKey({
      publicKey: asJwk(options.publicKey),
      algorithm: "ed25519",
      signature: { header: "token-signature", encoding: "base64url" },
    }),
    event: { type: header("token-event") },
    reply: { successStatuses: [200], retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});

/** 32 bytes in base64url are the `x` of a JWK, RFC 8037 section 2. */
function asJwk(given: PublicKeySenderOptions["publicKey"]): PublicKeySenderOptions["publicKey"] {
  if (typeof given === "object" && Array.isArray(given)) return given.map((one) => asJwk(one) as PublicKeyText);
  return typeof given === "string" && /^[A-Za-z0-9_-]{43}$/.test(given)
    ? { kty: "OKP", crv: "Ed25519", x: given }
    : given;
}
