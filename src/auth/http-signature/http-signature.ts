// Verifies HTTP message signatures (RFC 9421) over all components that the receiver requires.

import { type Auth, type Proof, type ProofContext, type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { indexOfKey } from "../keys/algorithms.js";
import type { KeyTuning } from "../keys/public-key-source.js";
import { refuseContentDigest } from "./content-digest.js";
import { type CompiledMessageKey, type FoundMessageKeys, isMessageSignedBy } from "./keys.js";
import { type MessagePlan, type MessageSignatureOptions, planMessageSignature } from "./options.js";
import { type FoundSignature, readSignatures, refusePolicy, textOf } from "./read-signatures.js";
import { signMessage } from "./sign.js";
import { coversOf, NEEDS_PUBLIC_URL, signatureBase } from "./signature-base.js";

export type { MessageSignatureOptions } from "./options.js";

/**
 * Verifies an HTTP message signature (RFC 9421), which covers the body by its Content-Digest (RFC 9530).
 *
 * Shape:   `Signature-Input: sig1=("@method" "@target-uri" "content-digest");created=1700000000;keyid="k1"`,
 *          `Signature: sig1=:<base64>:`, `Content-Digest: sha-256=:<base64>:`
 * Source:  RFC 9421 and its appendix B; RFC 9530; test/vectors/rfc9421.json.
 * Promise: one signature covers every required component, was made with a configured key and the algorithm of that key, and
 *          has not expired. If it covers `content-digest`, the digest matches the body. Not promised: anything about headers
 *          that this signature does not cover, about its label, or about `nonce`, which is not stored: dedupe recognises
 *          copies within the tolerance.
 *
 * A message may have several signatures; one valid signature is enough. `created` is required and is the signed time. `alg`
 * must be the algorithm of the key if it is present. `@authority`, `@scheme` and `@target-uri` are taken from `publicUrl`,
 * never from the request. Of the parameters of a covered header, `key` and `bs` are supported; `sf`, `tr` and `req` are refused.
 *
 * @param options.required - Names as in Signature-Input: `"@method"`, `"@target-uri"`, `"content-digest"`, `"x-event-id"`, or with parameters `"\"@query-param\";name=\"a\""`.
 * @param options.clockToleranceSeconds - For `expires`, in seconds, 0 to 300. Default 60.
 * @throws {TypeError} When built without required components or with one that no request has, or with an ill-formed key. Never per delivery.
 * @example
 * import { messageSignature } from "hookgate/auth/http-signature";
 *
 * messageSignature({
 *   required: ["@method", "@target-uri", "content-digest"],
 *   keys: { "key-1": { algorithm: "ed25519", publicKey: process.env.SENDER_PUBLIC_KEY } },
 * });
 */
export function messageSignature(options: MessageSignatureOptions): Auth {
  return createMessageSignature(options);
}

/** `messageSignature` with adjustable lifetimes of key sets, for tests. */
export function createMessageSignature(options: MessageSignatureOptions, tuning?: KeyTuning): Auth {
  const plan = planMessageSignature(options, tuning);
  const needsPublicUrl = plan.required.some(({ value }) => NEEDS_PUBLIC_URL.includes(String(value.value)));
  return {
    scheme: "message-signature",
    covers: Object.freeze(coversOf(plan.required)),
    signsTime: true,
    credentialHeaders: ["signature", "signature-input"],
    needsPublicUrl,
    writes: coversOf(plan.required).body ? [{ in: "header", name: "content-digest" }] : [],
    warnings: coversOf(plan.required).body ? [] : [UNBOUND_BODY],

    async verify(delivery, context) {
      const read = readSignatures(plan, delivery);
      if ("ok" in read) return read;
      const refusals: Refusal[] = [];
      let digest: { readonly refusal: Refusal | undefined } | undefined; // computed once for all signatures
      for (const signature of read) {
        const refusal = refusePolicy(plan, signature, context);
        if (refusal === undefined && signature.covers.body) digest ??= { refusal: refuseContentDigest(delivery) };
        const wrong = refusal ?? (signature.covers.body ? digest?.refusal : undefined);
        const proof = wrong ?? (await prove(plan, signature, delivery, context));
        if (proof.ok) return proof;
        refusals.push(proof);
      }
      return spokesman(refusals);
    },

    sign: (request, key) => signMessage(plan, options, request, key),
  };
}

const UNBOUND_BODY =
  "messageSignature: required does not name content-digest, so the body is bound only where the sender covers it unasked";

const NO_KEY = /* @__PURE__ */ refuse("unauthenticated", "there is no key for the signature's keyid");
const OTHER_ALGORITHM = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the signature names another algorithm than its key is for",
);
const WRONG = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the signature is well-formed and wrong: another key, or a component (publicUrl, a header) that was changed on its way",
);

async function prove(
  plan: MessagePlan,
  { list, bytes, covers }: FoundSignature,
  delivery: Delivery,
  context: ProofContext,
): Promise<Proof> {
  const urls = context.publicUrls();
  const bases: Buffer[] = [];
  let refusal: Refusal | undefined;
  for (const url of urls.length === 0 ? [undefined] : urls) {
    const base = signatureBase(list, delivery, url);
    if (typeof base === "string") bases.push(Buffer.from(base, "latin1"));
    else refusal ??= base;
  }
  if (bases.length === 0 && refusal !== undefined) return refusal;
  const alg = textOf(list.params.get("alg"));
  const keyId = textOf(list.params.get("keyid"));
  const found = await plan.find(keyId, delivery);
  if (!found.ok) return found;
  if (found.keys.length === 0) return NO_KEY;
  let keys: FoundMessageKeys = found;
  let keyIndex = matchingKey(keys, alg, bases, bytes);
  if (keyIndex === -1 && found.set !== undefined && keyId === undefined) {
    // If the signature names no key, a newer key set may contain it.
    const newer = await plan.find(keyId, delivery, found);
    if (!newer.ok) return newer;
    keys = newer;
    keyIndex = matchingKey(newer, alg, bases, bytes);
  }
  if (typeof keyIndex !== "number") return keyIndex;
  if (keyIndex < 0) return keys.keys.some((key) => isFor(key, alg)) ? WRONG : OTHER_ALGORITHM;
  const sentAtMs = (list.params.get("created")?.value as number) * 1000;
  return { ok: true, keyIndex, covers, sentAtMs, ...(keys.tenant === undefined ? {} : { tenant: keys.tenant }) };
}

function matchingKey(
  { keys }: FoundMessageKeys,
  alg: string | undefined,
  bases: readonly Buffer[],
  signature: Buffer,
): number | Refusal {
  return indexOfKey(keys, (key) => isFor(key, alg) && bases.some((base) => isMessageSignedBy(key, base, signature)));
}

function isFor(key: CompiledMessageKey, alg: string | undefined): boolean {
  return alg === undefined || key.algorithm === alg;
}

/** An undecided signature comes first: it may be valid at the next attempt. */
function spokesman(refusals: readonly Refusal[]): Refusal {
  const open = refusals.find(({ outcome }) => outcome === "undecided" || outcome === "misconfigured");
  return open ?? (refusals[0] as Refusal);
}
