// Verifies a plain hash over the delivery and a shared secret, for vendors without an HMAC.
import { createHash, randomBytes } from "node:crypto";
import { type Auth, type Proof, type ProofContext, type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { createTextEqual } from "../../lib/constant-time.js";
import { isPromise } from "../../lib/maybe-promise.js";
import { refuseUnknownKeys } from "../../lib/options.js";
import type { KeySet } from "../keys/key-lookup.js";
import { compileSecrets, type Secrets } from "../keys/secrets.js";
import { ENCODINGS } from "../request/encoding.js";
import { PrivateFields } from "../request/unverified-fields.js";
import {
  compilePlans,
  coversOfAll,
  DIGEST_BYTES,
  type Plan,
  planFor,
  type SignedOptions,
} from "../signature/compile.js";
import type { SignatureReading } from "../signature/parsed-signature.js";
import { compileReplyTexts, type SignsReplies } from "../signature/reply-texts.js";
import { placesWritten, planToSign, prepareToSign } from "../signature/sign-request.js";
import type { SignedBytes } from "../signature/signed-bytes.js";

/** Hash functions of `digest`. */
export type DigestAlgorithm = "md5" | "sha1" | "sha256" | "sha384" | "sha512";

/** Options of `digest`. */
export interface DigestOptions extends Omit<SignedOptions, "signed"> {
  /** One, several while rotating, or a function. Hashed as UTF-8. */
  readonly secret: Secrets;
  /** Default `"sha256"`. */
  readonly algorithm?: DigestAlgorithm;
  /** What is hashed, `{secret}` and all: `"{secret}{method}{url}{body}"` (HubSpot), `"{body}{timestamp}{secret}"` (Cloudinary). */
  readonly signed: SignedOptions["signed"];
  /** Where the secret goes when `signed` is a function's texts, which do not hold it. */
  readonly secretAt?: "start" | "end";
  /**
   * Proofs carry `signReply`: the sender wants its answer hashed with the same secret, at the same place (`secretAt`). As for
   * `hmac`, give what the texts of answers look like, so that none of them passes as a delivery's.
   */
  readonly signsReplies?: SignsReplies;
}

const HASH_BYTES: Readonly<Record<DigestAlgorithm, number>> = { ...DIGEST_BYTES, md5: 16 };
const OPTION_NAMES: readonly (keyof DigestOptions)[] = [
  "secret",
  "algorithm",
  "signed",
  "patterns",
  "secretAt",
  "signature",
  "timestamp",
  "families",
  "signsReplies",
];
const PLACEHOLDER = "{secret}";
/** SHA-384 keeps a third of its state to itself, so nothing can be appended to what it hashed. */
const NOT_EXTENDABLE: readonly DigestAlgorithm[] = ["sha384"];

/**
 * Proves that a delivery was hashed together with a shared secret (HubSpot v1 and v2, Cloudinary).
 *
 * Shape:   as described by the options; `signature` is that of `hmac`.
 * Source:  FIPS 180-4, RFC 1321; test/vectors/body-signatures.json (HubSpot) pins it.
 * Promise: less than `hmac`, so use this only where the sender offers nothing better. Compared in constant time, exactly as
 *          the sender writes it.
 * Not promised: with the secret in front (`{secret}{body}`), whoever has seen one delivery can append to its body and
 * hash on (length extension; SHA-384 excepted): the receiver says so once. With the secret behind, a collision of the bare
 * hash is a forgery, and those of MD5 and SHA-1 can be made.
 *
 * @param options.signed - A template as for `hmac`, with `{secret}` once.
 * @throws {TypeError} When built with a missing or ill-formed secret, without `{secret}`, or with a description that contradicts itself. Never per delivery.
 * @example
 * const cloudinaryLike = digest({
 *   secret: process.env.CLOUDINARY_API_SECRET,
 *   algorithm: "sha1",
 *   signed: "{body}{timestamp}{secret}",
 *   timestamp: header("x-cld-timestamp", "unix-seconds"),
 *   signature: { header: "x-cld-signature", encoding: "hex" },
 * });
 */
export function digest(options: DigestOptions): Auth {
  refuseUnknownKeys("digest", options, OPTION_NAMES);
  const { algorithm = "sha256" } = options;
  if (!Object.hasOwn(HASH_BYTES, algorithm)) {
    throw new TypeError(
      `digest: algorithm must be one of ${Object.keys(HASH_BYTES).join(", ")}; got ${JSON.stringify(algorithm)}`,
    );
  }
  // Of chance and per proof, so that no delivery can say where the secret goes.
  const mark = `\u0001${randomBytes(16).toString("hex")}\u0001`;
  const { signed, hasTextBehind } = withMark(options, mark);
  const { signature, patterns, timestamp, families, signsReplies, secretAt } = options;
  if (signsReplies && secretAt === undefined) {
    throw new TypeError("digest: signsReplies needs secretAt: it says where the secret goes in what is answered");
  }
  const replyTexts = compileReplyTexts(signsReplies, "digest");
  const described: SignedOptions = {
    signed,
    signature,
    ...(patterns === undefined ? {} : { patterns }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(families === undefined ? {} : { families }),
  };
  const plans = compilePlans(described, HASH_BYTES[algorithm], "digest");
  const [first] = plans as [Plan];
  const secrets = compileSecrets<string>(options.secret, {
    where: "digest: secret",
    toKey: (text) => Buffer.from(text, "utf8").toString("latin1"),
  });
  const encoding = ENCODINGS[signature.encoding];
  const isEqual = createTextEqual(encoding.lengthOf(HASH_BYTES[algorithm]));
  const isExtendable = hasTextBehind && !NOT_EXTENDABLE.includes(algorithm);

  function hashOf(secret: string, { before, body, after }: SignedBytes): string {
    const hash = createHash(algorithm);
    const fill = (text: string) => text.replace(mark, () => secret);
    const place = { start: options.secretAt === "start" ? secret : "", end: options.secretAt === "end" ? secret : "" };
    hash.update(place.start + fill(before), "latin1");
    if (body !== undefined) hash.update(body);
    hash.update(fill(after) + place.end, "latin1");
    return encoding.encode(hash);
  }

  function replySigner(secret: string): (text: string) => string {
    return (text) => {
      replyTexts?.checkReply(text);
      return hashOf(secret, { ok: true, before: "", body: Buffer.from(text, "utf8"), after: "" });
    };
  }

  function matchingKey(keys: readonly string[], claim: Claim): number {
    const { reading } = claim;
    for (const [at, secret] of keys.entries()) {
      for (const bytes of claim.candidates) {
        const expected = hashOf(secret, bytes);
        if (isEqual(expected, reading.first)) return at;
        if (reading.more?.some((given) => isEqual(expected, given))) return at;
      }
    }
    return -1;
  }

  function judge(claim: Claim, found: KeySet<string> | Refusal): Proof {
    if (!found.ok) return found;
    const { plan, reading, delivery } = claim;
    const isUnknown = found.keys.length === 0; // answered as late, and in the same way, as a wrong hash
    const keyIndex = matchingKey(isUnknown ? [mark] : found.keys, claim);
    if (isUnknown || keyIndex < 0) return plan.signature.isWellFormed(reading) ? WRONG : MALFORMED;
    const untimely = plan.time?.isReadLate ? plan.time.read(delivery, reading, undefined) : undefined;
    if (untimely !== undefined) return untimely;
    return {
      ok: true,
      keyIndex,
      covers: plan.covers,
      ...(reading.sentAtMs === undefined ? {} : { sentAtMs: reading.sentAtMs }),
      ...(found.tenant === undefined ? {} : { tenant: found.tenant }),
      ...(replyTexts !== undefined ? { signReply: replySigner(found.keys[keyIndex] as string) } : {}),
    };
  }

  function claimOf(delivery: Delivery, context: ProofContext): Claim | Refusal {
    const plan = plans.length === 1 ? first : planFor(plans, delivery);
    if (!plan.ok) return plan;
    const fields = plan.readsFields ? new PrivateFields(delivery) : undefined;
    const reading = plan.signature.read(delivery, fields);
    if (!reading.ok) return reading;
    const untimely = plan.time?.isReadLate === false ? plan.time.read(delivery, reading, fields) : undefined;
    if (untimely !== undefined) return untimely;
    const found = plan.signed.candidates(delivery, context, reading, fields);
    if ("ok" in found && !found.ok) return found;
    const candidates = "ok" in found ? [found] : found;
    return replyTexts?.refuseReply(candidates) ?? { ok: true, plan, reading, delivery, candidates };
  }

  return {
    scheme: "digest",
    covers: plans.length === 1 ? first.covers : coversOfAll(plans),
    signsTime: timestamp !== undefined,
    credentialHeaders: plans.flatMap((plan) => plan.signature.headers),
    ...(first.signature.query === undefined ? {} : { credentialQuery: [first.signature.query] }),
    needsPublicUrl: first.signed.needsPublicUrl,
    writes: placesWritten(options),
    warnings: isExtendable ? [...secrets.warnings, EXTENDABLE] : secrets.warnings,

    verify(delivery, context) {
      const claim = claimOf(delivery, context);
      if (!claim.ok) return claim;
      const found = secrets.fixed ?? secrets.lookUp(delivery);
      return isPromise(found) ? found.then((keys) => judge(claim, keys)) : judge(claim, found);
    },

    sign(request, key) {
      const plan = planToSign(plans, request);
      const unsigned = prepareToSign(plan, request, "digest");
      const write = (secret: string) => unsigned.write(hashOf(secret, unsigned.bytes));
      if (key !== undefined) return write(secrets.toKey(key));
      const found = secrets.fixed ?? secrets.lookUp(unsigned.delivery);
      return isPromise(found) ? found.then((keys) => write(firstOf(keys))) : write(firstOf(found));
    },
  };
}

/** What a delivery says of itself, before any secret is touched. */
interface Claim {
  readonly ok: true;
  readonly plan: Plan;
  readonly reading: SignatureReading;
  readonly delivery: Delivery;
  readonly candidates: readonly SignedBytes[];
}

const WRONG = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the hash is well-formed and wrong: another secret, or a body or URL that was changed on its way",
);
const MALFORMED = /* @__PURE__ */ refuse("bad_credentials", "the hash has characters that the sender does not use");
const EXTENDABLE =
  "digest: the secret is hashed before what is sent, so whoever has seen one delivery can forge longer ones; use the sender's HMAC if it has one";

/** The template with the mark in place of the secret. */
function withMark(
  { signed, secretAt }: DigestOptions,
  mark: string,
): { signed: NonNullable<SignedOptions["signed"]>; hasTextBehind: boolean } {
  if (typeof signed === "object" && signed !== null) {
    if (secretAt === "start" || secretAt === "end") return { signed, hasTextBehind: secretAt === "start" };
    throw new TypeError('digest: secretAt must be "start" or "end" where signed is a function\'s texts');
  }
  const [before, behind, tooMany] = typeof signed === "string" ? signed.split(PLACEHOLDER) : [];
  if (before === undefined || behind === undefined || tooMany !== undefined) {
    throw new TypeError('digest: signed must be a template with {secret} once, such as "{secret}{body}"');
  }
  if (secretAt !== undefined)
    throw new TypeError("digest: secretAt is for a function's texts; a template has {secret}");
  return { signed: before + mark + behind, hasTextBehind: behind.includes("{") };
}

function firstOf(found: KeySet<string> | Refusal): string {
  const secret = found.ok ? found.keys[0] : undefined;
  if (secret === undefined) throw new TypeError("digest: there is no secret to sign with");
  return secret;
}
