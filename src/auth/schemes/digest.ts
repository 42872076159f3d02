// Verifies a plain hash over the delivery and a shared secret, for vendors without an HMAC.
import { createHash } from "node:crypto";
import { type Auth, type Proof, type ProofContext, type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { createTextEqual } from "../../lib/constant-time.js";
import { isPromise } from "../../lib/maybe-promise.js";
import { CHECKED_LATER, checkOptions, choiceOf, type OptionRules } from "../../lib/options.js";
import type { CompiledSecrets } from "../keys/fixed-secrets.js";
import type { KeySet } from "../keys/key-lookup.js";
import { compileSecrets, type Secrets, secretToSign } from "../keys/secrets.js";
import { ENCODINGS, type Encoding } from "../request/encoding.js";
import { PrivateFields } from "../request/unverified-fields.js";
import { authFacts } from "../signature/auth-facts.js";
import { compilePlans, type Plan, planFor, SIGNED_RULES, type SignedOptions } from "../signature/compile.js";
import type { SignatureReading } from "../signature/parsed-signature.js";
import { readSigned } from "../signature/read-signed.js";
import { compileReplyTexts, type ReplyTexts, type SignsReplies } from "../signature/reply-texts.js";
import { planToSign, prepareToSign } from "../signature/sign-request.js";
import { SECRET_MARK, type SignedBytes } from "../signature/signed-bytes.js";

/** Hash functions of `digest`. */
export type DigestAlgorithm = "md5" | "sha1" | "sha256" | "sha384" | "sha512";

/** Options of `digest`. */
export interface DigestOptions extends Omit<SignedOptions, "signed"> {
  /** One, several while rotating, or a function. Hashed as UTF-8. */
  readonly secret: Secrets;
  /** Default `"sha256"`. */
  readonly algorithm?: DigestAlgorithm;
  /** What is hashed, with `{secret}` in its place: `"{secret}{method}{url}{body}"` (HubSpot), `"{body}{timestamp}{secret}"` (Cloudinary). */
  readonly signed: SignedOptions["signed"];
  /** Where the secret goes if `signed` is `{ covers, texts }`, whose texts do not contain it. */
  readonly secretAt?: "start" | "end";
  /**
   * For senders that want the reply hashed with the same secret, at the same place (`secretAt`): results have `signReply`.
   * As for `hmac`, a regular expression describes the texts of replies, so that no reply can be used as a delivery.
   */
  readonly signsReplies?: SignsReplies;
}

const HASH_BYTES: Readonly<Record<DigestAlgorithm, number>> = {
  md5: 16,
  sha1: 20,
  sha256: 32,
  sha384: 48,
  sha512: 64,
};
const RULES: OptionRules<Omit<DigestOptions, keyof SignedOptions>> = {
  secret: CHECKED_LATER,
  algorithm: /* @__PURE__ */ choiceOf(HASH_BYTES),
  secretAt: { must: 'be "start" or "end"', fits: (value) => value === "start" || value === "end" },
  signsReplies: CHECKED_LATER,
};
const PLACEHOLDER = "{secret}";
/** A third of the state of SHA-384 is not in its output, so nothing can be appended to what it hashed. */
const NOT_EXTENDABLE: readonly DigestAlgorithm[] = ["sha384"];

/**
 * Verifies a hash of the delivery and a shared secret (HubSpot v1 and v2, Cloudinary).
 *
 * Shape:   as described by the options; `signature` is that of `hmac`.
 * Source:  FIPS 180-4, RFC 1321; test/vectors/body-signatures.json (HubSpot) pins it.
 * Promise: less than `hmac`, so use it only if the sender has nothing better. Hashes are compared in constant time, exactly
 *          as the sender writes them.
 * Not promised: security against length extension if the secret is in front (`{secret}{body}`). Who has seen one delivery
 * can append to its body and continue the hash (except with SHA-384); the receiver warns once. If the secret is behind, a
 * collision of the bare hash is a forgery, and collisions of MD5 and SHA-1 are practical.
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
  checkOptions("digest", options, { ...RULES, ...SIGNED_RULES });
  const scheme = compileDigest(options);
  const { plans, secrets } = scheme;
  return {
    scheme: "digest",
    ...authFacts(plans, options),
    warnings: scheme.isExtendable ? [...secrets.warnings, EXTENDABLE] : secrets.warnings,

    verify(delivery, context) {
      const claim = readClaim(scheme, delivery, context);
      if (!claim.ok) return claim;
      const found = secrets.fixed ?? secrets.lookUp(delivery);
      return isPromise(found) ? found.then((keys) => judge(scheme, claim, keys)) : judge(scheme, claim, found);
    },

    sign(request, key) {
      const unsigned = prepareToSign(planToSign(plans, request), request, "digest");
      const write = (secret: string) => unsigned.write(hashOf(scheme, secret, unsigned.bytes));
      const found = secretToSign(secrets, "digest", unsigned.delivery, key);
      return isPromise(found) ? found.then(write) : write(found);
    },
  };
}

/** The options, compiled. */
interface DigestScheme {
  readonly algorithm: DigestAlgorithm;
  readonly secretAt: "start" | "end" | undefined;
  readonly plans: readonly Plan[];
  readonly secrets: CompiledSecrets<string>;
  readonly encoding: Encoding;
  readonly isEqual: (left: string, right: string) => boolean;
  readonly replyTexts: ReplyTexts | undefined;
  /** The hash allows text to be appended, and text follows the secret. */
  readonly isExtendable: boolean;
}

function compileDigest(options: DigestOptions): DigestScheme {
  const { algorithm = "sha256", signature, patterns, timestamp, families, signsReplies, secretAt } = options;
  const { signed, hasTextBehind } = withMark(options);
  if (signsReplies && secretAt === undefined) {
    throw new TypeError("digest: signsReplies needs secretAt: it says where the secret goes in what is answered");
  }
  const described: SignedOptions = {
    signed,
    signature,
    ...(patterns === undefined ? {} : { patterns }),
    ...(timestamp === undefined ? {} : { timestamp }),
    ...(families === undefined ? {} : { families }),
  };
  const plans = compilePlans(described, HASH_BYTES[algorithm], "digest");
  const encoding = ENCODINGS[signature.encoding];
  return {
    algorithm,
    secretAt,
    plans,
    secrets: compileSecrets<string>(options.secret, {
      where: "digest: secret",
      toKey: (text) => Buffer.from(text, "utf8").toString("latin1"),
    }),
    encoding,
    isEqual: createTextEqual(encoding.lengthOf(HASH_BYTES[algorithm])),
    replyTexts: compileReplyTexts(signsReplies, "digest"),
    isExtendable: hasTextBehind && !NOT_EXTENDABLE.includes(algorithm),
  };
}

function hashOf(
  { algorithm, secretAt, encoding }: DigestScheme,
  secret: string,
  { before, body, after }: SignedBytes,
): string {
  const hash = createHash(algorithm);
  const fill = (text: string) => text.replace(SECRET_MARK, () => secret);
  hash.update((secretAt === "start" ? secret : "") + fill(before), "latin1");
  if (body !== undefined) hash.update(body);
  hash.update(fill(after) + (secretAt === "end" ? secret : ""), "latin1");
  return encoding.encode(hash);
}

function replySigner(scheme: DigestScheme, replyTexts: ReplyTexts, secret: string): (text: string) => string {
  return (text) => {
    replyTexts.checkReply(text);
    return hashOf(scheme, secret, { ok: true, before: "", body: Buffer.from(text, "utf8"), after: "" });
  };
}

/** The index of the secret that one of the hashes was made with, or -1. */
function matchingKey(scheme: DigestScheme, keys: readonly string[], { reading, candidates }: Claim): number {
  for (const [at, secret] of keys.entries()) {
    for (const bytes of candidates) {
      const expected = hashOf(scheme, secret, bytes);
      if (scheme.isEqual(expected, reading.first)) return at;
      if (reading.more?.some((given) => scheme.isEqual(expected, given))) return at;
    }
  }
  return -1;
}

function judge(scheme: DigestScheme, claim: Claim, found: KeySet<string> | Refusal): Proof {
  if (!found.ok) return found;
  const { plan, reading, delivery } = claim;
  const { replyTexts } = scheme;
  const isUnknown = found.keys.length === 0; // takes as long as a wrong hash, and has the same outcome
  const keyIndex = matchingKey(scheme, isUnknown ? [SECRET_MARK] : found.keys, claim);
  if (isUnknown || keyIndex < 0) return plan.signature.isWellFormed(reading) ? WRONG : MALFORMED;
  const untimely = plan.time?.isReadLate ? plan.time.read(delivery, reading, undefined) : undefined;
  if (untimely !== undefined) return untimely;
  const secret = found.keys[keyIndex] as string;
  return {
    ok: true,
    keyIndex,
    covers: plan.covers,
    ...(reading.sentAtMs === undefined ? {} : { sentAtMs: reading.sentAtMs }),
    ...(found.tenant === undefined ? {} : { tenant: found.tenant }),
    ...(replyTexts === undefined ? {} : { signReply: replySigner(scheme, replyTexts, secret) }),
  };
}

function readClaim({ plans, replyTexts }: DigestScheme, delivery: Delivery, context: ProofContext): Claim | Refusal {
  const plan = planFor(plans, delivery);
  if (!plan.ok) return plan;
  const fields = plan.readsFields ? new PrivateFields(delivery) : undefined;
  const reading = plan.signature.read(delivery, fields);
  if (!reading.ok) return reading;
  const candidates = readSigned(plan, delivery, context, reading, fields);
  if ("ok" in candidates) return candidates;
  return replyTexts?.refuseReply(candidates) ?? { ok: true, plan, reading, delivery, candidates };
}

/** What is read from a delivery before a secret is used. */
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
function withMark({ signed, secretAt }: DigestOptions): {
  signed: NonNullable<SignedOptions["signed"]>;
  hasTextBehind: boolean;
} {
  if (typeof signed === "object" && signed !== null) {
    if (secretAt !== undefined) return { signed, hasTextBehind: secretAt === "start" };
    throw new TypeError('digest: secretAt must be "start" or "end" where signed is a function\'s texts');
  }
  const [before, behind, tooMany] = typeof signed === "string" ? signed.split(PLACEHOLDER) : [];
  if (before === undefined || behind === undefined || tooMany !== undefined) {
    throw new TypeError('digest: signed must be a template with {secret} once, such as "{secret}{body}"');
  }
  if (secretAt !== undefined)
    throw new TypeError("digest: secretAt is for a function's texts; a template has {secret}");
  return { signed: before + SECRET_MARK + behind, hasTextBehind: behind.includes("{") };
}
