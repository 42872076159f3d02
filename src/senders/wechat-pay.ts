// WeChat Pay APIv3: signed with a key that the delivery names, and encrypted inside.
import { createDecipheriv } from "node:crypto";
import { publicKey } from "../auth/schemes/public-key.js";
import { header, json, memberOf } from "../core/field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { KeysByIdOptions } from "./shared/options.js";

/** AES-256-GCM: key, tag and nonce, NIST SP 800-38D and WeChat Pay's guide. */
const KEY_BYTES = 32;
const TAG_BYTES = 16;

/** WeChat Pay's notifications. Types are `TRANSACTION.SUCCESS`, `REFUND.SUCCESS`, … */
export const wechatPay: SenderFactory<KeysByIdOptions> = senderFactory({
  factory: "wechatPay",
  name: "wechat-pay",
  title: "WeChat Pay (API v3)",
  credential:
    "`keys`: WeChat Pay's public keys or platform certificates (PEM) by serial number or key id, an object or a function that fetches and keeps them.",
  proof:
    "`Wechatpay-Signature: <base64>`: RSA (PKCS #1 v1.5) with SHA-256 over three lines, each ended by a line break: `Wechatpay-Timestamp` (seconds), `Wechatpay-Nonce`, the body. `Wechatpay-Serial` names the key.",
  exampleType: "TRANSACTION.SUCCESS",
  retries: "With intervals from 15 s to 6 h, for about 24 hours.",
  notes: [
    "What matters is encrypted: `decryptWechatPay(event.payload, apiV3Key)`.",
    "Now and then WeChat Pay sends a wrong signature on purpose, and wants it refused.",
    '`{"code":"SUCCESS","message":"OK"}` is answered.',
  ],
  sources: [
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: wechat",
    "pay.weixin.qq.com/doc/global/v3/en/4012357149",
  ],
  unconfirmed: ["5 s time limit", "that `id` stays the same over attempts"],
  options: ["keys"],
  define: ({ keys }) => ({
    auth: publicKey({
      keys,
      keyId: header("wechatpay-serial"),
      algorithm: "rsa-v1_5-sha256",
      signed: "{timestamp}\n{header:wechatpay-nonce}\n{body}\n",
      timestamp: header("wechatpay-timestamp", "unix-seconds"),
      signature: { header: "wechatpay-signature", encoding: "base64" },
    }),
    event: { id: json("id"), type: json("event_type"), timestamp: json("create_time", "rfc3339") },
    reply: {
      successStatuses: [200, 204],
      successBody: '{"code":"SUCCESS","message":"OK"}',
      successHeaders: { "content-type": "application/json" },
      timeLimitSeconds: 5,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});

/**
 * Decrypts `resource` of a WeChat Pay notification.
 *
 * Promise: what is answered was encrypted with this key, unchanged, or it throws.
 *
 * @param payload - The event's payload.
 * @param apiV3Key - The merchant's APIv3 key, 32 characters.
 * @throws {TypeError} Where the key has another length or there is nothing to decrypt; an `Error` where it does not decrypt.
 * @example const transaction = decryptWechatPay(event.payload, process.env.WECHAT_PAY_API_V3_KEY)
 */
export function decryptWechatPay(payload: unknown, apiV3Key: string | undefined): unknown {
  const key = Buffer.from(apiV3Key ?? "", "utf8");
  if (key.length !== KEY_BYTES) {
    throw new TypeError(`decryptWechatPay: apiV3Key must have ${KEY_BYTES} bytes; it has ${key.length}`);
  }
  const part = (name: string) => memberOf(payload, `resource.${name}`);
  const [algorithm, ciphertext, nonce] = [part("algorithm"), part("ciphertext"), part("nonce")];
  if (algorithm !== "AEAD_AES_256_GCM" || typeof ciphertext !== "string" || typeof nonce !== "string") {
    throw new TypeError("decryptWechatPay: payload must be a notification whose resource is AEAD_AES_256_GCM");
  }
  const bytes = Buffer.from(ciphertext, "base64");
  if (bytes.length < TAG_BYTES) throw new TypeError("decryptWechatPay: the ciphertext is too short");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "utf8"), { authTagLength: TAG_BYTES });
  const associated = part("associated_data");
  decipher.setAAD(Buffer.from(typeof associated === "string" ? associated : "", "utf8"));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const text = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString("utf8");
  return JSON.parse(text);
}
