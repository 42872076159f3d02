// WeChat Pay and Alipay: RSA over several lines, and answers of their own.
import { createCipheriv, generateKeyPairSync, sign, verify } from "node:crypto";
import { alipay, alipayReply, decryptWechatPay, wechatPay } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "./deliver.js";

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

describe("alipay", () => {
  const body = JSON.stringify({ notifyType: "REFUND_RESULT", refundRequestId: "r1", result: { resultStatus: "S" } });
  const signed = rsaSign(`POST /hooks/alipay\nC1.2026-01-02T03:04:05.678+08:00.${body}`);
  const headers = (signature: string) => ({
    ...JSON_TYPE,
    "client-id": "C1",
    "request-time": "2026-01-02T03:04:05.678+08:00",
    signature: `algorithm=RSA256,keyVersion=2,signature=${signature}`,
  });
  const url = "/hooks/alipay?x=1";
  const { receive } = delivered(alipay({ publicKey }));

  it.each([
    ["base64, percent-encoded", encodeURIComponent(signed)],
    ["base64", signed],
    ["base64url", signed.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")],
  ])("takes a signature in %s", async (_name, signature) => {
    const outcome = await receive({ url, headers: headers(signature), body });
    expect(outcome, outcome.hint).toMatchObject({
      name: "processed",
      events: [{ type: "REFUND_RESULT", id: "REFUND_RESULT.S.r1" }],
    });
    expect(outcome.reply.body).toContain('"resultStatus":"S"');
  });

  it.each([
    ["another path", { url: "/hooks" }, 401],
    ["another client", { headers: { ...headers(signed), "client-id": "C2" } }, 401],
    ["a client's name with a dot", { headers: { ...headers(signed), "client-id": "C.1" } }, 400],
    ["a time that holds more than a time", { headers: { ...headers(signed), "request-time": "2026.{" } }, 400],
    ["another algorithm", { headers: { ...headers(signed), signature: `algorithm=none,signature=${signed}` } }, 400],
    ["a broken escape", { headers: headers("%E0%A4%A") }, 400],
    ["no signature", { headers: { ...headers(signed), signature: undefined } }, 401],
  ])("refuses %s", async (_name, changed, status) => {
    const { reply } = await receive({ url, headers: headers(signed), body, ...changed });
    expect(reply.status).toBe(status);
  });

  it("is answered, signed, by a route of one's own", () => {
    const privateKey = rsa.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    const { headers: given, body: text } = alipayReply({ clientId: "C1", privateKey, path: "/hooks/alipay", nowMs });
    const signature = decodeURIComponent(given.signature?.split("signature=")[1] ?? "");
    const line = `POST /hooks/alipay\nC1.${given["response-time"]}.${text}`;
    expect(verify("sha256", Buffer.from(line), rsa.publicKey, Buffer.from(signature, "base64"))).toBe(true);
    expect(JSON.parse(text)).toMatchObject({ result: { resultStatus: "S" } });
    expect(() => alipayReply({ clientId: "C1", privateKey: undefined, path: "/" })).toThrow();
  });
});
