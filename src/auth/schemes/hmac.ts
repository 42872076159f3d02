// Verifies an HMAC signature, described in the words of the vendor's documentation.
import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { type Auth, type Proof, type Proven, type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { createTextEqual } from "../../lib/constant-time.js";
import { isPromise } from "../../lib/maybe-promise.js";
import { CHECKED_LATER, checkOptions, choiceOf, type OptionRules, shown } from "../../lib/options.js";
import { dummyKeys } from "../keys/dummy-key.js";
import type { CompiledSecrets, SecretRules } from "../keys/fixed-secrets.js";
import { IllFormedKey, type KeySet } from "../keys/key-lookup.js";
import { compileKeyForm } from "../keys/secret-encoding.js";
import { compileSecrets, secretToSign } from "../keys/secrets.js";
import { ENCODINGS, type Encoding } from "../request/encoding.js";
import { PrivateFields } from "../request/unverified-fields.js";
import { authFacts } from "../signature/auth-facts.js";
import {
  compilePlans,
  DIGEST_BYTES,
  type HmacAlgorithm,
  type HmacOptions,
  type Plan,
  planFor,
  SIGNED_RULES,
  type SignedOptions,
} from "../signature/compile.js";
import type { SignatureReading } from "../signature/parsed-signature.js";
import { compileReplyTexts, type ReplyTexts } from "../signature/reply-texts.js";
import { planToSign, prepareToSign } from "../signature/sign-request.js";
import type { SignedBytes } from "../signature/signed-bytes.js";

const RULES: OptionRules<Omit<HmacOptions, keyof SignedOptions>> = {
  secret: CHECKED_LATER,
  algorithm: /* @__PURE__ */ choiceOf(DIGEST_BYTES),
  key: CHECKED_LATER,
  minKeyBytes: CHECKED_LATER,
  maxKeyBytes: CHECKED_LATER,
  signsReplies: CHECKED_LATER,
};

/**
 * Verifies a signature that was made with a shared secret (HMAC, RFC 2104).
 *
 * Shape:   as described by the options; see `SignatureOptions` and the placeholders of `signed`.
 * Source:  FIPS 198-1; test/vectors/wycheproof and test/vectors/senders pin it.
 * Promise: what `signed` names was signed by someone with the secret, and is unchanged. Signatures are compared as text in
 *          constant time, exactly as the sender writes them. Not promised: that the rest of the delivery comes from the
 *          sender, or that the delivery is new. The freshness check uses the signed time; dedupe recognises copies.
 *
 * @param options.minKeyBytes - Fewest bytes of a decoded key. Standard Webhooks asks for 24 to 64.
 * @returns An `Auth` whose `verify` is synchronous, unless `secret` is a function that returns a promise.
 * @throws {TypeError} When built with a missing or ill-formed secret or a description that contradicts itself. Never per delivery.
 * @example
 * const stripeLike = hmac({
 *   secret: process.env.WEBHOOK_SECRET,
 *   signed: "{timestamp}.{body}",
 *   timestamp: param("t", "unix-seconds"),
 *   signature: { header: "stripe-signature", form: { pairs: "v1" }, encoding: "hex" },
 * });
 */
export function hmac(options: HmacOptions): Auth {
  checkOptions("hmac", options, { ...RULES, ...SIGNED_RULES });
  const scheme = compileHmac(options);
  const { plans, secrets } = scheme;
  return {
    scheme: "hmac",
    ...authFacts(plans, options),
    warnings: secrets.warnings,

    verify(delivery, context) {
      const plan = planFor(plans, delivery);
      if (!plan.ok) return plan;
      const fields = plan.readsFields ? new PrivateFields(delivery) : undefined;
      const reading = plan.signature.read(delivery, fields);
      if (!reading.ok) return reading;
      if (plan.time !== undefined && !plan.time.isReadLate) {
        const untimely = plan.time.read(delivery, reading, fields);
        if (untimely !== undefined) return untimely;
      }
      const candidates = plan.signed.candidates(delivery, context, reading, fields);
      if ("ok" in candidates && !candidates.ok) return candidates;
      const reply = scheme.replyTexts?.refuseReply(candidates);
      if (reply !== undefined) return reply;
      const found = secrets.fixed ?? secrets.lookUp(delivery);
      if (!isPromise(found)) return judge(scheme, plan, delivery, reading, candidates, found);
      return found.then((keys) => judge(scheme, plan, delivery, reading, candidates, keys));
    },

    sign(request, key) {
      const unsigned = prepareToSign(planToSign(plans, request), request, "hmac");
      const write = (secret: KeyObject) => unsigned.write(hmacOf(scheme, secret, unsigned.bytes));
      const found = secretToSign(secrets, "hmac", unsigned.delivery, key);
      return isPromise(found) ? found.then(write) : write(found);
    },
  };
}

/** The options, compiled. */
interface HmacScheme {
  readonly algorithm: HmacAlgorithm;
  readonly plans: readonly Plan[];
  readonly secrets: CompiledSecrets<KeyObject>;
  readonly encoding: Encoding;
  readonly isEqual: (left: string, right: string) => boolean;
  readonly replyTexts: ReplyTexts | undefined;
}

function compileHmac(options: HmacOptions): HmacScheme {
  const { algorithm = "sha256" } = options;
  const replyTexts = compileReplyTexts(options.signsReplies, "hmac");
  const plans = compilePlans(options, DIGEST_BYTES[algorithm], "hmac");
  const encoding = ENCODINGS[options.signature.encoding];
  return {
    algorithm,
    plans,
    secrets: compileSecrets(options.secret, secretRules(options)),
    encoding,
    isEqual: createTextEqual(encoding.lengthOf(DIGEST_BYTES[algorithm])),
    replyTexts,
  };
}

function judge(
  scheme: HmacScheme,
  plan: Plan,
  delivery: Delivery,
  reading: SignatureReading,
  candidates: SignedBytes | readonly SignedBytes[],
  found: KeySet<KeyObject> | Refusal,
): Proof {
  if (!found.ok) return found;
  const isUnknown = found.keys.length === 0;
  const keyIndex = matchingKey(scheme, isUnknown ? dummyKeys() : found.keys, candidates, reading);
  if (isUnknown || keyIndex < 0) {
    if (!plan.signature.isWellFormed(reading)) return MALFORMED;
    return isUnknown ? NO_SECRET : WRONG;
  }
  if (plan.time?.isReadLate) {
    const untimely = plan.time.read(delivery, reading, undefined);
    if (untimely !== undefined) return untimely;
  }
  const { tenant } = found;
  const { sentAtMs } = reading;
  if (scheme.replyTexts !== undefined) {
    const signReply = replySigner(scheme, scheme.replyTexts, found.keys[keyIndex] as KeyObject);
    const times = sentAtMs === undefined ? {} : { sentAtMs };
    return { ...proofOf(plan, keyIndex), ...times, ...(tenant === undefined ? {} : { tenant }), signReply };
  }
  if (sentAtMs !== undefined && tenant === undefined) return { ok: true, keyIndex, covers: plan.covers, sentAtMs };
  const proof = proofOf(plan, keyIndex);
  if (tenant === undefined) return proof;
  return sentAtMs === undefined ? { ...proof, tenant } : { ...proof, tenant, sentAtMs };
}

/** The index of the key that one of the signatures was made with, or -1. */
function matchingKey(
  scheme: HmacScheme,
  keys: readonly KeyObject[],
  candidates: SignedBytes | readonly SignedBytes[],
  reading: SignatureReading,
): number {
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as KeyObject;
    if ("ok" in candidates) {
      if (isMatch(scheme, hmacOf(scheme, key, candidates), reading)) return at;
      continue;
    }
    for (const bytes of candidates) if (isMatch(scheme, hmacOf(scheme, key, bytes), reading)) return at;
  }
  return -1;
}

function isMatch({ isEqual }: HmacScheme, expected: string, reading: SignatureReading): boolean {
  if (isEqual(expected, reading.first)) return true;
  return reading.more?.some((given) => isEqual(expected, given)) ?? false;
}

function hmacOf({ algorithm, encoding }: HmacScheme, key: KeyObject, bytes: SignedBytes): string {
  const hash = createHmac(algorithm, key);
  if (bytes.before !== "") hash.update(bytes.before, "latin1");
  if (bytes.body !== undefined) hash.update(bytes.body);
  if (bytes.after !== "") hash.update(bytes.after, "latin1");
  return encoding.encode(hash);
}

function replySigner({ algorithm, encoding }: HmacScheme, replyTexts: ReplyTexts, key: KeyObject) {
  return (text: string): string => {
    replyTexts.checkReply(text);
    return encoding.encode(createHmac(algorithm, key).update(text, "utf8"));
  };
}

const WRONG: Refusal = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the signature is well-formed and wrong: another secret (of another endpoint, of test or live mode, or rotated away), or a body that was changed on its way or by a parser",
);
const MALFORMED: Refusal = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the signature has characters that the sender does not use",
);
const NO_SECRET: Refusal = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the secret function knows no secret for this delivery",
);

function secretRules(options: HmacOptions): SecretRules<KeyObject> {
  const decode = compileKeyForm(options.key ?? "utf8", "hmac");
  const { minKeyBytes = 1, maxKeyBytes = Number.POSITIVE_INFINITY } = options;
  if (!(minKeyBytes >= 1 && maxKeyBytes >= minKeyBytes)) {
    throw new TypeError(
      `hmac: minKeyBytes must be 1 or more, and maxKeyBytes not less than it; got ${shown(minKeyBytes)} and ${shown(maxKeyBytes)}`,
    );
  }
  return {
    where: "hmac: secret",
    strengthBytes: (text: string) => decode(text).length,
    toKey(text: string): KeyObject {
      const bytes = decode(text);
      if (bytes.length < minKeyBytes || bytes.length > maxKeyBytes) {
        const most = maxKeyBytes === Number.POSITIVE_INFINITY ? "or more" : `to ${maxKeyBytes}`;
        throw new IllFormedKey(`must be ${minKeyBytes} ${most} bytes once decoded; it is ${bytes.length}`);
      }
      return createSecretKey(bytes);
    },
  };
}

function proofOf(plan: Plan, keyIndex: number): Proven {
  plan.proofs[keyIndex] ??= Object.freeze({ ok: true, keyIndex, covers: plan.covers });
  return plan.proofs[keyIndex];
}
