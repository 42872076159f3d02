// Verifies a public-key signature with node:crypto, described in the words of the vendor's documentation.
import type { KeyObject } from "node:crypto";
import { type Auth, type Proof, type ProofContext, type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { CHECKED_LATER, checkOptions, type OptionRules } from "../../lib/options.js";
import {
  type EcdsaForm,
  indexOfKey,
  isSignatureShaped,
  isSignedBy,
  misfitOf,
  type PublicKeyAlgorithm,
  type SignatureDetails,
  signatureBytesOf,
  signBytes,
} from "../keys/algorithms.js";
import { toPrivateKey } from "../keys/parse-private-key.js";
import { compileKeyFinder } from "../keys/public-key-resolver.js";
import {
  type FoundPublicKeys,
  KEY_SOURCE_RULES,
  type KeyQuery,
  type KeyTuning,
  type PublicKeyFinder,
  type PublicKeySource,
} from "../keys/public-key-source.js";
import { decodeSignature, encodeSignature, type SignatureEncoding } from "../request/encoding.js";
import { PrivateFields } from "../request/unverified-fields.js";
import { authFacts } from "../signature/auth-facts.js";
import { compilePlans, type Plan, planFor, SIGNED_RULES, type SignedOptions } from "../signature/compile.js";
import type { SignatureReading } from "../signature/parsed-signature.js";
import { readSigned } from "../signature/read-signed.js";
import { planToSign, prepareToSign } from "../signature/sign-request.js";
import { joinBytes, type SignedBytes } from "../signature/signed-bytes.js";
import { type AlgorithmByField, type AlgorithmChooser, compileAlgorithm } from "./algorithm-by-field.js";

export type { AlgorithmByField } from "./algorithm-by-field.js";

/** Options of `publicKey`. */
export type PublicKeyOptions = SignedOptions &
  PublicKeySource & {
    /** The only algorithm, or the sender's names of several. Keys are used with no other algorithm. */
    readonly algorithm: PublicKeyAlgorithm | AlgorithmByField;
    /** How ECDSA signatures are written. Default `"der"`. */
    readonly ecdsaForm?: EcdsaForm;
    /** The salt of RSA-PSS: `"digest"`, as long as the hash, or `"any"`. Default `"digest"`. */
    readonly pssSalt?: "digest" | "any";
  };

const RULES: OptionRules<Pick<PublicKeyOptions, "algorithm" | "ecdsaForm" | "pssSalt">> = {
  algorithm: CHECKED_LATER,
  ecdsaForm: { must: 'be "der" or "p1363"', fits: (value) => value === "der" || value === "p1363" },
  pssSalt: { must: 'be "digest" or "any"', fits: (value) => value === "digest" || value === "any" },
};

/**
 * Verifies a signature that was made with the sender's private key (Ed25519, ECDSA, RSA).
 *
 * Shape:   as described by the options; `signed` and `signature` are those of `hmac`.
 * Source:  RFC 8032, FIPS 186-5, RFC 8017; Wycheproof's Ed25519 and ECDSA vectors and senders' published ones pin it.
 * Promise: what `signed` names was signed with the private key, and is unchanged. Each signature has one accepted spelling:
 *          other base64 of the same bytes is refused. Not promised: that a text has only one signature (with ECDSA it has at
 *          least two), so do not use signatures as ids; or that the delivery is new.
 *
 * Keys come from exactly one of `publicKey`, `keys` (by id), `jwksUrl`, `certificate` (by URL). A delivery only
 * selects among them: a URL that the rules do not allow is refused without a request. Fetched keys are cached: a key set as
 * for `bearerJwt`, a certificate for 24 hours. If they cannot be fetched, the outcome is `undecided` (503): the sender retries.
 *
 * @returns An `Auth` whose `verify` is synchronous with fixed keys. Its `sign` needs a private key: PEM (PKCS #8), a JWK as text, `whsk_…`, or 32 bytes of Ed25519 as hex.
 * @throws {TypeError} When built with a missing, ill-formed or unfitting key (RSA below 2048 bits, another curve), a private key, an open-ended host rule, or a description that contradicts itself. Never per delivery.
 * @example
 * const discordLike = publicKey({
 *   publicKey: process.env.DISCORD_PUBLIC_KEY,
 *   algorithm: "ed25519",
 *   signed: "{timestamp}{body}",
 *   timestamp: header("x-signature-timestamp", "unix-seconds"),
 *   signature: { header: "x-signature-ed25519", encoding: "hex" },
 * });
 */
export function publicKey(options: PublicKeyOptions): Auth {
  return createPublicKeyAuth(options);
}

/** `publicKey` with adjustable lifetimes of fetched keys, for tests. */
export function createPublicKeyAuth(options: PublicKeyOptions, tuning?: KeyTuning): Auth {
  checkOptions("publicKey", options, { ...KEY_SOURCE_RULES, ...SIGNED_RULES, ...RULES });
  const scheme = compileScheme(options, tuning);
  const { plans, chooser, finder, details } = scheme;
  const facts = authFacts(plans, options);
  return {
    scheme: "public-key",
    ...facts,
    writes: [...(facts.writes ?? []), ...chooser.writes],

    verify(delivery, context) {
      const claim = readClaim(scheme, delivery, context);
      if (!claim.ok) return claim;
      const found = finder.fixed ?? finder.find(claim.query);
      return isPromise(found) ? found.then((keys) => judge(scheme, claim, keys)) : judge(scheme, claim, found);
    },

    sign(request, key) {
      if (key === undefined) {
        throw new TypeError("publicKey.sign: key is needed: a private key, since only public keys are configured");
      }
      const plan = planToSign(plans, request);
      const privateKey = toPrivateKey(key, chooser.all, "publicKey.sign");
      const { algorithm, request: named } = chooser.write(request, privateKey);
      const unsigned = prepareToSign(plan, named, "publicKey.sign");
      const signature = signBytes(privateKey, algorithm, joinBytes(unsigned.bytes), details);
      return unsigned.write(encodeSignature(signature, scheme.encoding));
    },
  };
}

/** The options, compiled. */
interface PublicKeyScheme {
  readonly plans: readonly Plan[];
  readonly chooser: AlgorithmChooser;
  readonly finder: PublicKeyFinder;
  readonly details: SignatureDetails;
  readonly encoding: SignatureEncoding;
  /** The algorithm or the key's id is read from the body or the query. */
  readonly readsFields: boolean;
}

function compileScheme(options: PublicKeyOptions, tuning: KeyTuning | undefined): PublicKeyScheme {
  const { ecdsaForm = "der", pssSalt = "digest" } = options;
  const details: SignatureDetails = { ecdsaForm, pssSalt };
  const chooser = compileAlgorithm(options.algorithm);
  const only = chooser.all.length === 1 ? chooser.all[0] : undefined;
  const bytes = only === undefined ? undefined : signatureBytesOf(only, details);
  const plans = compilePlans(options, bytes, "publicKey");
  const finder = compileKeyFinder(options, chooser.all, "publicKey", tuning);
  return {
    plans,
    chooser,
    finder,
    details,
    encoding: options.signature.encoding,
    readsFields: chooser.readsFields || finder.readsFields,
  };
}

function readClaim(scheme: PublicKeyScheme, delivery: Delivery, context: ProofContext): Claim | Refusal {
  const plan = planFor(scheme.plans, delivery);
  if (!plan.ok) return plan;
  const fields = plan.readsFields || scheme.readsFields ? new PrivateFields(delivery) : undefined;
  const reading = plan.signature.read(delivery, fields);
  if (!reading.ok) return reading;
  const algorithm = scheme.chooser.of(delivery, fields);
  if (typeof algorithm !== "string") return algorithm;
  const signatures = decodeAll(scheme, reading, algorithm);
  if (signatures.length === 0) return MALFORMED;
  const candidates = readSigned(plan, delivery, context, reading, fields);
  if ("ok" in candidates) return candidates;
  return { ok: true, plan, reading, signatures, candidates, query: { delivery, fields, algorithm, context } };
}

/** The signatures that this algorithm could have made, as bytes. */
function decodeAll(
  { encoding, details }: PublicKeyScheme,
  reading: SignatureReading,
  algorithm: PublicKeyAlgorithm,
): readonly Buffer[] {
  const texts = reading.more === undefined ? [reading.first] : [reading.first, ...reading.more];
  return texts
    .map((text) => decodeSignature(text, encoding))
    .filter((one): one is Buffer => one !== undefined && isSignatureShaped(algorithm, one, details));
}

/** The index of the key that one of the signatures was made with, or -1. */
function matchingKey({ details }: PublicKeyScheme, keys: readonly KeyObject[], claim: Claim): number | Refusal {
  const texts = claim.candidates.map(joinBytes);
  const { algorithm } = claim.query;
  return indexOfKey(
    keys,
    (key) =>
      misfitOf(key, algorithm) === undefined &&
      texts.some((text) => claim.signatures.some((one) => isSignedBy(key, algorithm, text, one, details))),
  );
}

function judge(
  scheme: PublicKeyScheme,
  claim: Claim,
  found: FoundPublicKeys | Refusal,
  isRetry = false,
): MaybePromise<Proof> {
  if (!found.ok) return found;
  const keyIndex = matchingKey(scheme, found.keys, claim);
  if (typeof keyIndex !== "number") return keyIndex;
  if (keyIndex >= 0) return conclude(scheme, claim, found, keyIndex);
  // If the delivery names no key, a newer key set may contain it.
  if (!isRetry && found.set !== undefined) {
    const newer = scheme.finder.find(claim.query, found);
    return isPromise(newer)
      ? newer.then((keys) => judge(scheme, claim, keys, true))
      : judge(scheme, claim, newer, true);
  }
  return found.keys.length === 0 && !isRetry ? NO_KEY : WRONG;
}

function conclude(
  { finder }: PublicKeyScheme,
  { plan, query, reading }: Claim,
  found: FoundPublicKeys,
  keyIndex: number,
): Proof {
  if (plan.time?.isReadLate) {
    const untimely = plan.time.read(query.delivery, reading, undefined);
    if (untimely !== undefined) return untimely;
  }
  const { sentAtMs } = reading;
  return {
    ok: true,
    // The index means nothing in a key set or in the answer of a function.
    keyIndex: finder.fixed === undefined ? 0 : keyIndex,
    covers: plan.covers,
    ...(sentAtMs === undefined ? {} : { sentAtMs }),
    ...(found.tenant === undefined ? {} : { tenant: found.tenant }),
  };
}

/** What is read from a delivery before a key is used. */
interface Claim {
  readonly ok: true;
  readonly plan: Plan;
  readonly reading: SignatureReading;
  readonly signatures: readonly Buffer[];
  /** The bytes that the sender may have signed. */
  readonly candidates: readonly SignedBytes[];
  readonly query: KeyQuery;
}

const WRONG = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the signature is well-formed and wrong: another key (of another endpoint, of test or live mode, or rotated away), or a body that was changed on its way or by a parser",
);
const MALFORMED = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the signature is not written as the sender writes signatures, or was cut off",
);
const NO_KEY = /* @__PURE__ */ refuse("unauthenticated", "there is no public key for this delivery");
