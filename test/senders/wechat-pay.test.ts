// Checks the sender WeChat Pay (API v3).

import { createCipheriv, generateKeyPairSync, sign } from "node:crypto";
import { decryptWechatPay, wechatPay } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { Formatter, Rsa } from "wechatpay-axios-plugin";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { header } from "../support/senders/signed.js";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicKey = rsa.publicKey.export({ type: "spki", format: "pem" }) as string;
const nowMs = 1_767_323_045_000;
const now = () => nowMs;
const rsaSign = (text: string) => sign("sha256", Buffer.from(text), rsa.privateKey).toString("base64");

describe("wechatPay", () => {
  const seconds = String(nowMs / 1000);
  const apiV3Key = "0123456789abcdef0123456789abcdef";
  const cipher = createCipheriv("aes-256-gcm", apiV3Key, "nonce0123456").setAAD(Buffer.from("transaction"));
  const secretPart = Buffer.concat([cipher.update('{"out_trade_no":"1"}'), cipher.final(), cipher.getAuthTag()]);
  const resource = {
    algorithm: "AEAD_AES_256_GCM",
    ciphertext: secretPart.toString("base64"),
    nonce: "nonce0123456",
    associated_data: "transaction",
  };
  const body = JSON.stringify({ id: "w1", event_type: "TRANSACTION.SUCCESS", resource });
  const headers = {
    ...JSON_TYPE,
    "wechatpay-serial": "S1",
    "wechatpay-nonce": "n1",
    "wechatpay-timestamp": seconds,
    "wechatpay-signature": rsaSign(`${seconds}\nn1\n${body}\n`),
  };

  it("is verified, answered as it asks, and decrypted", async () => {
    const { seen, receive } = delivered(wechatPay({ keys: { S1: publicKey } }), { now });
    const { reply } = await receive({ headers, body });
    expect(reply).toMatchObject({ status: 200, body: '{"code":"SUCCESS","message":"OK"}' });
    expect(seen).toMatchObject([{ id: "w1", type: "TRANSACTION.SUCCESS" }]);
    expect(decryptWechatPay(seen[0]?.payload, apiV3Key)).toEqual({ out_trade_no: "1" });
    expect(await receive({ headers: { ...headers, "wechatpay-nonce": "n2" }, body })).toMatchObject({
      name: "unauthenticated",
    });
  });

  it("does not decrypt with another key, nor what was changed or cut", () => {
    const payload = { resource };
    expect(() => decryptWechatPay(payload, "x".repeat(32))).toThrow();
    expect(() => decryptWechatPay({ resource: { ...resource, associated_data: "refund" } }, apiV3Key)).toThrow();
    expect(() => decryptWechatPay({ resource: { ...resource, ciphertext: "AAAA" } }, apiV3Key)).toThrow(/too short/);
    expect(() => decryptWechatPay(payload, "short")).toThrow(/32 bytes/);
    expect(() => decryptWechatPay({}, apiV3Key)).toThrow(TypeError);
  });
});

libraryOracle("wechatpay-axios-plugin", {
  sender: wechatPay({ keys: { S1: publicKey } }),
  key: rsa.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  type: "TRANSACTION.SUCCESS",
  headers: { "wechatpay-serial": "S1", "wechatpay-nonce": "n1" },
  payload: { id: "w1", event_type: "TRANSACTION.SUCCESS", note: NOTE },
  accepts(signed) {
    const [time, nonce] = [header(signed, "wechatpay-timestamp"), header(signed, "wechatpay-nonce")];
    const text = Formatter.joinedByLineFeed(time, nonce, signed.body);
    return Rsa.verify(text, header(signed, "wechatpay-signature"), publicKey);
  },
});
