// Verifies an HMAC signature, described in the words of the vendor's documentation.
import { createHmac, createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { type Auth, type Proof, type Proven, type Refusal, refuse, type SignableRequest } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { createTextEqual } from "../../lib/constant-time.js";
import { isPromise } from "../../lib/maybe-promise.js";
import { refuseUnknownKeys, shown } from "../../lib/options.js";
import { formatTime } from "../../lib/time.js";
import type { SecretRules } from "../keys/fixed-secrets.js";
import { IllFormedKey, type KeySet } from "../keys/key-lookup.js";
import { compileKeyForm } from "../keys/secret-encoding.js";
import { compileSecrets } from "../keys/secrets.js";
import { ENCODINGS } from "../request/encoding.js";
import { deliveryToSign } from "../request/signable-request.js";
import { PrivateFields } from "../request/unverified-fields.js";
import { compilePlans, coversOfAll, DIGEST_BYTES, type HmacOptions, type Plan, planFor } from "../signature/compile.js";
import type { SignatureReading } from "../signature/parsed-signature.js";
import { compileReplyTexts } from "../signature/reply-texts.js";
import { placesWritten } from "../signature/sign-request.js";
import type { SignedBytes } from "../signature/signed-bytes.js";

const OPTION_NAMES: readonly (keyof HmacOptions)[] = [
  "secret",
  "algorithm",
  "key",
  "minKeyBytes",
  "maxKeyBytes",
  "signed",
  "patterns",
  "signature",
  "timestamp",
  "families",
  "signsReplies",
];

/**
 * Proves that a delivery was signed with a shared secret (HMAC, RFC 2104).
 *
 * Shape:   as described by the options; see `SignatureOptions` and the placeholders of `signed`.
 * Source:  FIPS 198-1; test/vectors/wycheproof and test/vectors/senders pin it.
 * Promise: what `signed` names came from a holder of the secret, unchanged. Signatures are compared as text in constant
 *          time, exactly as the sender writes them. Not promised: that anything else in the delivery is the sender's, or
 *          that it is new: a time that is signed is passed on for the freshness check, and a copy is for dedupe.
 *
 * @param options.minKeyBytes - Fewest bytes of a decoded key. Standard Webhooks asks for 24 to 64.
 * @returns An `Auth` that answers at once unless `secret` is a function that waits.
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
  refuseUnknownKeys("hmac", options, OPTION_NAMES);
  const { algorithm = "sha256" } = options;
  if (!Object.hasOwn(DIGEST_BYTES, algorithm)) {
    throw new TypeError(
      `hmac: algorithm must be one of ${Object.keys(DIGEST_BYTES).join(", ")}; got ${shown(algorithm)}`,
    );
  }
  const replyTexts = compileReplyTexts(options.signsReplies, "hmac");
  const plans = compilePlans(options, DIGEST_BYTES[algorithm]);
  const [first] = plans as [Plan];
  const secrets = compileSecrets(options.secret, secretRules(options));
  const encoding = ENCODINGS[options.signature.encoding];
  const isEqual = createTextEqual(encoding.lengthOf(DIGEST_BYTES[algorithm]));
  const dummyKeys = [createSecretKey(randomBytes(32))];

  function digest(key: KeyObject, bytes: SignedBytes): string {
    const hash = createHmac(algorithm, key);
    if (bytes.before !== "") hash.update(bytes.before, "latin1");
    if (bytes.body !== undefined) hash.update(bytes.body);
    if (bytes.after !== "") hash.update(bytes.after, "latin1");
    return encoding.encode(hash);
  }

  function isMatch(expected: string, reading: SignatureReading): boolean {
    if (isEqual(expected, reading.first)) return true;
    return reading.more?.some((given) => isEqual(expected, given)) ?? false;
  }

  function matchingKey(
    keys: readonly KeyObject[],
    candidates: SignedBytes | readonly SignedBytes[],
    reading: SignatureReading,
  ): number {
    for (let at = 0; at < keys.length; at++) {
      const key = keys[at] as KeyObject;
      if ("ok" in candidates) {
        if (isMatch(digest(key, candidates), reading)) return at;
        continue;
      }
      for (const bytes of candidates) if (isMatch(digest(key, bytes), reading)) return at;
    }
    return -1;
  }

  function judge(
    plan: Plan,
    delivery: Delivery,
    reading: SignatureReading,
    candidates: SignedBytes | readonly SignedBytes[],
    found: KeySet<KeyObject> | Refusal,
  ): Proof {
    if (!found.ok) return found;
    const isUnknown = found.keys.length === 0; // answered as late, and in the same way, as a wrong signature
    const keyIndex = matchingKey(isUnknown ? dummyKeys : found.keys, candidates, reading);
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
    if (replyTexts !== undefined) {
      const key = found.keys[keyIndex] as KeyObject;
      const signReply = (text: string) => {
        replyTexts.checkReply(text);
        return encoding.encode(createHmac(algorithm, key).update(text, "utf8"));
      };
      const times = sentAtMs === undefined ? {} : { sentAtMs };
      return { ...proofOf(plan, keyIndex), ...times, ...(tenant === undefined ? {} : { tenant }), signReply };
    }
    if (sentAtMs !== undefined && tenant === undefined) return { ok: true, keyIndex, covers: plan.covers, sentAtMs };
    const proof = proofOf(plan, keyIndex);
    if (tenant === undefined) return proof;
    return sentAtMs === undefined ? { ...proof, tenant } : { ...proof, tenant, sentAtMs };
  }

  return {
    scheme: "hmac",
    covers: plans.length === 1 ? first.covers : coversOfAll(plans),
    signsTime: options.timestamp !== undefined,
    credentialHeaders: plans.flatMap((plan) => plan.signature.headers),
    ...(first.signature.query === undefined ? {} : { credentialQuery: [first.signature.query] }),
    needsPublicUrl: first.signed.needsPublicUrl,
    writes: placesWritten(options),
    warnings: secrets.warnings,

    verify(delivery, context) {
      const plan = plans.length === 1 ? first : planFor(plans, delivery);
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
      const reply = replyTexts?.refuseReply(candidates);
      if (reply !== undefined) return reply;
      const found = secrets.fixed ?? secrets.lookUp(delivery);
      if (!isPromise(found)) return judge(plan, delivery, reading, candidates, found);
      return found.then((keys) => judge(plan, delivery, reading, candidates, keys));
    },

    sign(request, key) {
      const plan = plans.find((one) => one.ownHeaders.some((name) => request.headers[name] !== undefined)) ?? first;
      const timed = plan.time?.write(request) ?? request;
      const delivery = deliveryToSign(timed);
      if (key !== undefined) return signWith(plan, timed, delivery, secrets.toKey(key));
      const found = secrets.fixed ?? secrets.lookUp(delivery);
      const withFirst = (keys: KeySet<KeyObject> | Refusal) => signWith(plan, timed, delivery, firstOf(keys));
      return isPromise(found) ? found.then(withFirst) : withFirst(found);
    },
  };

  function signWith(plan: Plan, request: SignableRequest, delivery: Delivery, key: KeyObject): SignableRequest {
    const { reading, params } = readingToSign(plan, request, delivery);
    const candidates = plan.signed.candidates(
      delivery,
      { publicUrls: () => [request.url] },
      reading,
      plan.readsFields ? new PrivateFields(delivery) : undefined,
    );
    const bytes = "ok" in candidates ? candidates : (candidates[0] as SignedBytes);
    if (!bytes.ok) throw new TypeError(`hmac: the request cannot be signed: ${bytes.hint}`);
    return plan.signature.write(request, digest(key, bytes), params);
  }
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

function firstOf(found: KeySet<KeyObject> | Refusal): KeyObject {
  const key = found.ok ? found.keys[0] : undefined;
  if (key === undefined) throw new TypeError("hmac: there is no secret to sign with");
  return key;
}

/** What a receiver would read from the request, had it been signed already. */
function readingToSign(plan: Plan, request: SignableRequest, delivery: Delivery) {
  const params = new Map<string, string>();
  if (plan.timeParam !== undefined) {
    params.set(plan.timeParam.name, formatTime(request.timestampMs, plan.timeParam.format));
  }
  const reading = plan.signature.blank(params);
  const untimely = plan.time?.isReadLate === false ? plan.time.read(delivery, reading, undefined) : undefined;
  if (untimely !== undefined) throw new TypeError(`hmac: the request cannot be signed: ${untimely.hint}`);
  return { reading, params };
}
