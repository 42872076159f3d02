// Verifies WeChat Pay (API v3)'s deliveries and locates their events.
import { createDecipheriv } from "node:crypto";
import { publicKey } from "../auth/schemes/public-key.js";
import { header, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { KeysByIdOptions } from "./shared/options.js";

/** AES-256-GCM: key, tag and nonce, NIST SP 800-38D and WeChat Pay's guide. */
const KEY_BYTES = 32;
const TAG_BYTES = 16;

/** WeChat Pay's notifications. Types are `TRANSACTION.SUCCESS`, `REFUND.SUCCESS`, … */
export const wechatPay: SenderFactory<KeysByIdOptions> = /* @__PURE__ */ senderFactory({
  factory: "wechatPay",
  name: "wechat-pay",
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
