// WeChat Pay (API v3): where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const wechatPay: SenderFacts = {
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
  oracle: { kind: "library", source: "wechatpay-axios-plugin" },
  sources: [
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: wechat",
    "pay.weixin.qq.com/doc/global/v3/en/4012357149",
  ],
  unconfirmed: ["5 s time limit", "that `id` stays the same over attempts"],
};
