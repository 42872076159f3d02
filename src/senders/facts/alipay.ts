// Alipay: Antom and Alipay+: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const alipay: SenderFacts = {
  title: "Alipay: Antom and Alipay+",
  credential: "Dashboard → Developer → Alipay's public key (base64 of SPKI, or PEM), of the key version that signs.",
  proof:
    "`Signature: algorithm=RSA256,keyVersion=<n>,signature=<base64 or base64url, mostly percent-encoded>`: RSA (PKCS #1 v1.5) with SHA-256 over two lines: method and path; `<Client-Id>.<Request-Time>.<body>`.",
  exampleType: "PAYMENT_RESULT",
  events:
    "type `notifyType` of the signed body; id type, `result.resultStatus` and `paymentRequestId` (or `refundRequestId`, `captureRequestId`), all signed; notifications about anything else have none, and are not deduped.",
  retries: "Eight times within 25 hours: after 2, 10 and 10 minutes, 1, 2, 6 and 15 hours.",
  notes: [
    'Success is a body: `{"result":{"resultCode":"SUCCESS",…}}`. Antom wants it unsigned; where your contract wants it signed (Alipay+), `signReplies: { privateKey }` signs every success, a handler\'s own included, for the path and the client that came. A guarded route answers by itself: `alipayReply({ … })` makes headers and body.',
    "The path that arrives must be the one that is registered: a proxy that rewrites it breaks the signature.",
    "`keyVersion` is not looked at: give old and new key while one replaces the other.",
    "The older interface (forms with `sign`) is not read.",
  ],
  oracle: { kind: "documentation", source: "https://docs.antom.com/ac/ams/digital_signature" },
  sources: [
    "https://docs.antom.com/ac/ams/digital_signature",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: alipay",
    "docs.antom.com/ac/cashierpay/notifications",
    "docs.antom.com/ac/ams/digital_signature: a notification's answer need not be signed",
    "docs.antom.com/ac/openapi/notification: eight notifications, after 2 and 10 minutes, 10 minutes, 1, 2, 6 and 15 hours",
  ],
  unconfirmed: [
    "whether `Request-Time` is that of the attempt: it is not judged",
    "whether a query belongs to the signed path",
    "the time limit",
  ],
};
