// Verifies Alipay: Antom and Alipay+'s deliveries and locates their events.
import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { publicKey } from "../auth/schemes/public-key.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { unwrapped, type Wrapping } from "../auth/unwrap.js";
import { type Auth, absent, refuse } from "../core/auth.js";
import { pathOf } from "../core/delivery.js";
import { dottedAll, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { FinishReply } from "../core/reply.js";
import { HeaderLines, REPEATED } from "../lib/headers.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { PublicKeySenderOptions } from "./shared/options.js";

/** Options of `alipay`. */
export interface AlipayOptions extends PublicKeySenderOptions {
  /** Where your contract wants answers signed (Alipay+; Antom does not): your private key, PEM. Every success is signed with it. */
  readonly signReplies?: { readonly privateKey: string | undefined } | undefined;
}

const SIGNATURE = "signature";
/** The signature's own part of the header, decoded to plain base64. */
const VALUE = "x-alipay-signature-value";
const PARTS = /^\s*algorithm=RSA256\s*,\s*keyVersion=[^,]{1,32},\s*signature=(\S{1,2048})\s*$/i;
/** Nothing of the body can be moved into what stands before it: no body begins so. */
const CLIENT_ID = /^[\w-]{1,128}$/;
/** Digits, or a date with its zone: a date that is cut at its dot has none. */
const REQUEST_TIME = /^(?:\d{10,17}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d))$/;

const MISSING = /* @__PURE__ */ absent("no signature: the header Signature is not there");
const TWICE = /* @__PURE__ */ refuse("bad_credentials", "the header Signature came more than once");
const MALFORMED = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the header Signature is not algorithm=RSA256,keyVersion=…,signature=…",
);
const BAD_HEADERS = /* @__PURE__ */ refuse(
  "bad_credentials",
  "Client-Id or Request-Time is missing, repeated or otherwise written",
);

const REQUEST: SignedText = {
  covers: { body: true, method: true, url: false, headers: ["client-id", "request-time"] },
  texts({ method, url, headers, body }) {
    const clientId = headers.once("client-id");
    const time = headers.once("request-time");
    if (typeof clientId !== "string" || typeof time !== "string") return BAD_HEADERS;
    if (!CLIENT_ID.test(clientId) || !REQUEST_TIME.test(time)) return BAD_HEADERS;
    return [Buffer.concat([Buffer.from(`${method} ${pathOf(url)}\n${clientId}.${time}.`, "latin1"), body])];
  },
};

/** The signature's own part of its header, as plain base64 in a header of its own. */
const DECODED: Wrapping = {
  see(delivery) {
    const value = delivery.headers.onceList(SIGNATURE);
    if (value === undefined) return MISSING;
    if (value === REPEATED) return TWICE;
    const encoded = PARTS.exec(value)?.[1];
    const base64 = encoded === undefined ? undefined : plainBase64(encoded);
    if (base64 === undefined) return MALFORMED;
    return { ...delivery, headers: new HeaderLines([...delivery.headers.toRaw(), VALUE, base64]) };
  },
  wrap(signed) {
    const { [VALUE]: value = "", ...headers } = signed.headers;
    const text = `algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(value)}`;
    return { ...signed, headers: { ...headers, [SIGNATURE]: text } };
  },
  covers: (seen) => seen,
  credentialHeaders: [SIGNATURE],
};

function plainBase64(encoded: string): string | undefined {
  try {
    const text = decodeURIComponent(encoded).replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
    return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
  } catch {
    return undefined;
  }
}

function alipayAuth(options: AlipayOptions): Auth {
  const auth = publicKey({
    publicKey: options.publicKey,
    algorithm: "rsa-v1_5-sha256",
    signed: REQUEST,
    signature: { header: VALUE, encoding: "base64" },
  });
  return unwrapped(DECODED, auth);
}

/** What a notification is about, by the beginning of its type; the same result of the same thing is the same event. */
const SUBJECTS: readonly (readonly [string, string])[] = [
  ["PAYMENT_", "paymentRequestId"],
  ["REFUND_", "refundRequestId"],
  ["CAPTURE_", "captureRequestId"],
];
const BARE: EventRow = { type: /* @__PURE__ */ json("notifyType") };
const NAMED: ReadonlyMap<string, EventRow> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ SUBJECTS.map(([, subject]) => [
    subject,
    { ...BARE, id: dottedAll(json("notifyType"), json("result.resultStatus"), json(subject)) },
  ]),
);

function rowOf(payload: unknown): EventRow {
  const type = String(memberOf(payload, "notifyType"));
  const subject = SUBJECTS.find(([start]) => type.startsWith(start))?.[1] ?? "";
  const isNamed = [subject, "result.resultStatus"].every((name) => memberOf(payload, name) !== undefined);
  return (isNamed ? NAMED.get(subject) : undefined) ?? BARE;
}

const SUCCESS = '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"Success"}}';

/** Notifications of Antom and Alipay+. Types are the body's `notifyType`: `PAYMENT_RESULT`. */
export const alipay: SenderFactory<AlipayOptions> = /* @__PURE__ */ senderFactory({
  factory: "alipay",
  name: "alipay",
  options: ["publicKey", "signReplies"],
  define: (options) => ({
    auth: alipayAuth(options),
    event: (_delivery, payload) => rowOf(payload),
    reply: {
      successStatuses: [200],
      successBody: SUCCESS,
      successHeaders: { "content-type": "application/json" },
      ...(options.signReplies === undefined ? {} : { finish: signing(options.signReplies.privateKey) }),
      retryHorizonSeconds: 90_000,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});

/** What the signed answer is made of. */
export interface AlipayReplyOptions {
  readonly clientId: string;
  /** Your private key, PEM. */
  readonly privateKey: string | undefined;
  /** The path that is registered for notifications: `/webhooks/alipay`. */
  readonly path: string;
  /** Milliseconds since the epoch. Default: now. */
  readonly nowMs?: number;
}

/**
 * The signed answer to a notification, for a route of your own behind `receiver.guard`. With `signReplies` the receiver
 * gives it by itself.
 *
 * @throws When the private key cannot be read.
 * @example const { headers, body } = alipayReply({ clientId, privateKey: process.env.ALIPAY_PRIVATE_KEY, path: "/webhooks/alipay" })
 */
export function alipayReply({ clientId, privateKey, path, nowMs = Date.now() }: AlipayReplyOptions): {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  const signed = signedHeaders({ clientId, path, key: createPrivateKey(privateKey ?? ""), nowMs, body: SUCCESS });
  return { headers: { "content-type": "application/json", ...signed }, body: SUCCESS };
}

interface Answer {
  readonly clientId: string;
  readonly path: string;
  readonly key: KeyObject;
  readonly nowMs: number;
  readonly body: string | Uint8Array;
}

/** As a notification is signed, with the time of the answer. */
function signedHeaders({ clientId, path, key, nowMs, body }: Answer): Readonly<Record<string, string>> {
  const time = new Date(nowMs).toISOString();
  const text = Buffer.concat([Buffer.from(`POST ${path}\n${clientId}.${time}.`, "utf8"), Buffer.from(body)]);
  return {
    "client-id": clientId,
    "response-time": time,
    [SIGNATURE]: `algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(sign("sha256", text, key).toString("base64"))}`,
  };
}

/** @throws {TypeError} Where the key is missing or cannot be read. */
function signing(privateKey: string | undefined): FinishReply {
  const key = readPrivateKey(privateKey);
  return (reply, { delivery, nowMs }) => {
    if (reply.headers[SIGNATURE] !== undefined) return reply;
    const clientId = delivery.headers.get("client-id") ?? ""; // signed, and so it is there
    const signed = signedHeaders({ clientId, path: pathOf(delivery.url), key, nowMs, body: reply.body });
    return { ...reply, headers: { ...reply.headers, ...signed } };
  };
}

function readPrivateKey(privateKey: string | undefined): KeyObject {
  try {
    const key = createPrivateKey(privateKey ?? "");
    if (key.asymmetricKeyType === "rsa") return key;
  } catch {
    // told below, without the text
  }
  throw new TypeError(
    "alipay: signReplies.privateKey must be your RSA private key as PEM; is its environment variable set?",
  );
}
