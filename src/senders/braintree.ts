// Verifies Braintree's deliveries and locates their events.
import { createHash, createHmac } from "node:crypto";
import { hmac } from "../auth/schemes/hmac.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { refuse } from "../core/auth.js";
import { queryParameter } from "../core/delivery.js";
import { form, literal } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { onlyField, parseFormBody } from "../lib/form.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { UNTYPED } from "./shared/named-rows.js";

/** Options of `braintree`. */
export interface BraintreeOptions {
  /** The public key of the API keys: it names the signature that is ours. */
  readonly publicKey: string | undefined;
  /** The private key of the same pair. */
  readonly privateKey: string | undefined;
}

const PUBLIC_KEY = /^[A-Za-z0-9_-]{1,64}$/;
const CHALLENGE = /^[a-f0-9]{20,32}$/;
const MAX_BODY_BYTES = 1_048_576;
/** The notification's own, before its subject, which may hold others. */
const KIND = /^\s*(?:<\?xml[^>]*\?>\s*)?<notification>(?:(?!<subject)[\s\S]){0,2000}?<kind>([a-z0-9_]{1,100})<\/kind>/;
const NO_PAYLOAD = /* @__PURE__ */ refuse("bad_credentials", "bt_payload is not there once, as base64");

/** Libraries differ in whether the payload's last line break is signed, and forms may lose it. */
const PAYLOAD: SignedText = {
  covers: { body: false, method: false, url: false, headers: [], fields: ["bt_payload"] },
  texts({ body }) {
    const payload = body.length > MAX_BODY_BYTES ? undefined : onlyField(parseFormBody(body), "bt_payload");
    if (typeof payload !== "string" || !/^[A-Za-z0-9+/=\n]+$/.test(payload)) return NO_PAYLOAD;
    return [payload, `${payload}\n`];
  },
};

/** Braintree asks with a challenge when the URL is entered. The answer is the signature of the challenge, and of nothing else that is taken. */
function challengeOf(publicKey: string, privateKey: string): Handshake {
  const key = createHash("sha1").update(privateKey, "utf8").digest();
  return {
    name: "bt_challenge",
    methods: ["GET"],
    isUnsigned: true,
    answer({ url }) {
      const challenge = queryParameter(url, "bt_challenge");
      if (challenge === undefined) return undefined;
      if (typeof challenge !== "string" || !CHALLENGE.test(challenge)) {
        return { name: "bad_credentials", hint: "bt_challenge is not 20 to 32 digits of lower-case hex" };
      }
      const signature = createHmac("sha1", key).update(challenge, "latin1").digest("hex");
      return { status: 200, headers: {}, body: `${publicKey}|${signature}` };
    },
  };
}

/** The XML is the user's to parse; its kind is all that is needed to find the handler. */
function rowOf(payload: unknown): EventRow | undefined {
  const encoded = memberOf(payload, "bt_payload");
  if (typeof encoded !== "string") return undefined;
  const kind = KIND.exec(Buffer.from(encoded, "base64").toString("utf8"))?.[1];
  return kind === undefined ? UNTYPED : { type: literal(kind) };
}

/** Braintree's webhooks. Types are kinds: `subscription_charged_successfully`. */
export const braintree: SenderFactory<BraintreeOptions> = /* @__PURE__ */ senderFactory({
  factory: "braintree",
  name: "braintree",
  options: ["publicKey", "privateKey"],
  define({ publicKey, privateKey }) {
    if (typeof publicKey !== "string" || !PUBLIC_KEY.test(publicKey)) {
      throw new TypeError("braintree: publicKey must be the public key of the API keys: letters and digits");
    }
    const auth = hmac({
      secret: privateKey,
      algorithm: "sha1",
      key: "sha1",
      signed: PAYLOAD,
      // Anybody is given the signature of a challenge, and base64 can look like one.
      signsReplies: CHALLENGE,
      signature: {
        at: form("bt_signature"),
        encoding: "hex",
        form: { pairs: publicKey, separator: "&", equals: "|" },
      },
    });
    return {
      auth,
      body: { "application/x-www-form-urlencoded": "form" },
      event: (_delivery, payload) => rowOf(payload),
      handshakes: [challengeOf(publicKey, privateKey as string)],
      reply: { honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
