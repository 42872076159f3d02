// Checks the sender Alipay: Antom and Alipay+.

import { generateKeyPairSync, sign, verify } from "node:crypto";
import { createReceiver, type Sender } from "hookgate";
import { alipay, alipayReply } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { rsaPair } from "../../scripts/sample-keys.js";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const quiet = { logger: { warn() {}, error() {} } };
const nowMs = 1_767_323_045_678;
const text = (body: string | Uint8Array) => Buffer.from(body).toString("utf8");
function receiverOf(sender: unknown, options: object = {}) {
  return createReceiver(sender as Sender<Record<string, unknown>>, { ...quiet, now: () => nowMs, ...options });
}

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const publicKey = rsa.publicKey.export({ type: "spki", format: "pem" }) as string;
const rsaSign = (text: string) => sign("sha256", Buffer.from(text), rsa.privateKey).toString("base64");

describe("signed replies", () => {
  const theirs = rsaPair();
  const ours = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const privateKey = ours.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const payload = { notifyType: "PAYMENT_RESULT", paymentRequestId: "p1", result: { resultStatus: "S" } };
  const send = async (options: object, body?: string) => {
    const sender = alipay({ publicKey: theirs.publicKey, ...options });
    const url = "https://example.com/hooks/alipay?x=1";
    const made = createTestSender(sender as unknown as Sender<never>, { key: theirs.privateKey, url });
    const sent = await made.sign({ payload, headers: { "client-id": "C1", "request-time": "2026-01-02T03:04:05Z" } });
    const receiver = receiverOf(sender, { dedupe: false });
    receiver.on("*", (_event, context) => body === undefined || context.reply({ body }));
    return receiver.receive({ url: "/hooks/alipay?x=1", headers: sent.headers, body: sent.body });
  };

  it("gets a success signed with our key, for its own path and client", async () => {
    for (const own of [undefined, '{"result":{"resultStatus":"S","resultCode":"MINE"}}']) {
      const outcome = await send({ signReplies: { privateKey } }, own);
      expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
      const { headers, body } = outcome.reply;
      const value = /^algorithm=RSA256,keyVersion=1,signature=(.+)$/.exec(headers.signature ?? "")?.[1] ?? "";
      const signed = `POST /hooks/alipay\nC1.${headers["response-time"]}.${text(body)}`;
      const signature = Buffer.from(decodeURIComponent(value), "base64");
      expect(verify("sha256", Buffer.from(signed), ours.publicKey, signature)).toBe(true);
      expect(headers).toMatchObject({ "client-id": "C1", "response-time": "2026-01-02T03:04:05.678Z" });
      if (own !== undefined) expect(body).toBe(own);
    }
  });

  it("gets it unsigned without a key, as Antom wants it", async () => {
    const { reply } = await send({});
    expect(reply.headers).toEqual({ "content-type": "application/json" });
  });

  it("throws for a key that is none, and quotes nothing of it", () => {
    for (const bad of [undefined, "", "-----BEGIN PRIVATE KEY-----\nmine"]) {
      const build = () => alipay({ publicKey: theirs.publicKey, signReplies: { privateKey: bad } });
      expect(build).toThrow(/^alipay: signReplies\.privateKey must be your RSA private key/);
      expect(build).not.toThrow(/mine/);
    }
  });
});

describe(documentedAt("https://docs.antom.com/ac/ams/digital_signature"), () => {
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
