// Signs requests as `messageSignature` verifies them. For test senders.
import { createHmac, type KeyObject } from "node:crypto";
import type { SignableRequest } from "../../core/auth.js";
import { signBytes } from "../keys/algorithms.js";
import { IllFormedKey } from "../keys/key-lookup.js";
import { toPrivateKey } from "../keys/parse-private-key.js";
import { deliveryToSign } from "../request/signable-request.js";
import { contentDigestOf } from "./content-digest.js";
import { DETAILS, type MessageAlgorithm, type MessageKey, secretKey } from "./keys.js";
import type { MessagePlan, MessageSignatureOptions } from "./options.js";
import { signatureBase } from "./signature-base.js";
import { type BareItem, type InnerList, serializeInnerList } from "./structured-fields.js";

const SIGNED_LABEL = "sig1";
/** Long enough for a delivery and its first retry. */
const LIFETIME_SECONDS = 300;

/** The key to sign with: a configured one, or the given one. */
interface SigningKey {
  readonly keyId: string | undefined;
  readonly algorithm: MessageAlgorithm;
  readonly key: KeyObject;
}

export async function signMessage(
  plan: MessagePlan,
  options: MessageSignatureOptions,
  given: SignableRequest,
  keyText: string | undefined,
): Promise<SignableRequest> {
  const { keyId, algorithm, key } = signingKey(options, keyText);
  const coversBody = plan.requiredNames.includes('"content-digest"');
  const request =
    coversBody && given.headers["content-digest"] === undefined
      ? { ...given, headers: { ...given.headers, "content-digest": contentDigestOf(given.body) } }
      : given;
  const params = new Map<string, BareItem>([
    ["created", { kind: "integer", value: Math.floor(request.timestampMs / 1000) }],
    ...(plan.requireExpires
      ? [["expires", { kind: "integer", value: Math.floor(request.timestampMs / 1000) + LIFETIME_SECONDS }] as const]
      : []),
    ...(keyId === undefined ? [] : [["keyid", { kind: "string", value: keyId }] as const]),
    ...(plan.tag === undefined ? [] : [["tag", { kind: "string", value: plan.tag }] as const]),
  ]);
  const list: InnerList = { items: plan.required, params };
  const base = signatureBase(list, deliveryToSign(request), request.url);
  if (typeof base !== "string") throw new TypeError(`messageSignature: the request cannot be signed: ${base.hint}`);
  const text = Buffer.from(base, "latin1");
  const bytes =
    algorithm === "hmac-sha256"
      ? createHmac("sha256", key).update(text).digest()
      : signBytes(key, algorithm, text, DETAILS);
  const label = plan.label ?? SIGNED_LABEL;
  const headers = {
    ...request.headers,
    "signature-input": `${label}=${serializeInnerList(list)}`,
    signature: `${label}=:${bytes.toString("base64")}:`,
  };
  return { ...request, headers };
}

function signingKey(options: MessageSignatureOptions, text: string | undefined): SigningKey {
  if (options.keys === undefined) {
    if (text === undefined) throw new TypeError("messageSignature.sign: key is needed: a private key");
    const key = toPrivateKey(text, [options.algorithm], "messageSignature.sign");
    return { keyId: keyIdIn(text), algorithm: options.algorithm, key };
  }
  if (typeof options.keys === "function") {
    throw new TypeError("messageSignature.sign: a function's keys cannot sign; test with keys by their id");
  }
  const isList = Array.isArray(options.keys);
  const entries = Object.entries(options.keys as Readonly<Record<string, MessageKey | readonly MessageKey[]>>);
  let problem: unknown;
  for (const [id, keys] of entries) {
    for (const one of [keys].flat() as readonly MessageKey[]) {
      try {
        const key = keyToSign(one, text);
        return { keyId: isList ? undefined : id, algorithm: one.algorithm, key };
      } catch (error) {
        problem = error;
      }
    }
  }
  if (problem instanceof IllFormedKey) {
    throw new TypeError(`messageSignature.sign: the key ${problem.message}`);
  }
  throw problem;
}

function keyToSign(one: MessageKey, text: string | undefined): KeyObject {
  if (one.algorithm === "hmac-sha256") return secretKey(text ?? one.secret, one.key);
  if (text === undefined) throw new TypeError("messageSignature.sign: key is needed: a private key");
  return toPrivateKey(text, [one.algorithm], "messageSignature.sign");
}

/** The key id of a JWK, if it has one. */
function keyIdIn(text: string): string | undefined {
  if (!text.trimStart().startsWith("{")) return undefined;
  const { kid } = JSON.parse(text) as { kid?: unknown };
  return typeof kid === "string" ? kid : undefined;
}
