// Compiles the description of a signature scheme, once per family of headers.

import { absent, type Covers, type Proven, type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { Field } from "../../core/field.js";
import { CHECKED_LATER, isListOf, isObject, isText, type OptionRules } from "../../lib/options.js";
import type { KeyForm } from "../keys/secret-encoding.js";
import type { Secrets } from "../keys/secrets.js";
import type { ValuePatterns } from "./parse-template.js";
import type { SignsReplies } from "./reply-texts.js";
import { type CompiledSignature, compileSignature, type SignatureOptions, type SignatureParam } from "./signature.js";
import { type CompiledSigned, compileSigned, type SignedText } from "./signed-content.js";
import type { HeaderName } from "./signed-template.js";
import { type CompiledTime, compileTime, coversWithTime } from "./timestamp.js";

/** Hash functions of `hmac`. */
export type HmacAlgorithm = "sha1" | "sha256" | "sha384" | "sha512";

/** Digest lengths, FIPS 180-4. */
export const DIGEST_BYTES: Readonly<Record<HmacAlgorithm, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/** Options of `hmac`, in the words of a vendor's documentation. */
export interface HmacOptions {
  /** One, several while rotating, or a function. */
  readonly secret: Secrets;
  /** Default `"sha256"`. */
  readonly algorithm?: HmacAlgorithm;
  /** How the secret's text becomes bytes. Default `"utf8"`. */
  readonly key?: KeyForm;
  /** Fewest and most bytes that a key may have once decoded. Default 1, and no upper limit. */
  readonly minKeyBytes?: number;
  readonly maxKeyBytes?: number;
  /** What is signed. Default `"{body}"`. */
  readonly signed?: string | SignedText;
  /**
   * Regular expressions that signed values must match as a whole: `{ "json:amount": /\d+/ }` for `{json:amount}`. They are
   * needed where two values in `signed` have nothing between them: otherwise letters could move from one to the other.
   */
  readonly patterns?: ValuePatterns;
  /** Where the signature is, and how it is written. */
  readonly signature: SignatureOptions;
  /** The signed time: `header("x-time", "unix-seconds")`, `param("t", "unix-seconds")`, `json("sentAt", "rfc3339")`. */
  readonly timestamp?: Field<"time"> | SignatureParam;
  /**
   * Names that replace `*` in header names, for senders with several sets of headers: `["svix", "webhook"]` with
   * `*-signature`. A delivery with headers of two sets is refused.
   */
  readonly families?: readonly string[];
  /**
   * For senders that want the reply signed with the key of the delivery: results have `signReply`. A regular expression
   * describes the texts of replies as a whole. Deliveries whose signed text matches it are refused, and `signReply` signs no
   * other text. With `true` nothing is checked: make sure yourself that the signature of a reply is never that of a delivery.
   */
  readonly signsReplies?: SignsReplies;
}

/** The compiled description for one family of headers, or the only one without families. */
export interface Plan {
  readonly ok: true;
  readonly signature: CompiledSignature;
  readonly signed: CompiledSigned;
  readonly time: CompiledTime | undefined;
  readonly timeParam: SignatureParam | undefined;
  readonly covers: Covers;
  readonly readsFields: boolean;
  /** Every header that belongs to this family alone. */
  readonly ownHeaders: readonly string[];
  /** Cached results: without a signed time they depend on the key only. */
  readonly proofs: Proven[];
}

const MIXED: Refusal = /* @__PURE__ */ refuse(
  "bad_credentials",
  "headers of two families came at once, so they could contradict each other",
);

/** The options of every scheme that signs text of the delivery. */
export type SignedOptions = Pick<HmacOptions, "signed" | "patterns" | "signature" | "timestamp" | "families">;

/** What all of these options must be; templates, formats and times are checked where they are compiled. */
export const SIGNED_RULES: OptionRules<SignedOptions> = {
  signed: CHECKED_LATER,
  patterns: { must: 'be regular expressions by value, such as { "json:amount": /\\d+/ }', fits: isObject },
  signature: {
    must: 'say where it is, such as { header: "x-signature", encoding: "hex" }',
    fits: isObject,
    isRequired: true,
  },
  timestamp: CHECKED_LATER,
  families: CHECKED_LATER,
};

/**
 * @param signatureBytes - How long a decoded signature is; `undefined` where that varies.
 * @param where - Whose options they are, for messages.
 * @throws {TypeError} When the description contradicts itself.
 */
export function compilePlans(
  options: SignedOptions,
  signatureBytes: number | undefined,
  where: string,
): readonly Plan[] {
  const { families } = options;
  // Names that are not strings are refused by compileSignature.
  const isStarred = [options.signature.header ?? []]
    .flat()
    .some((name) => typeof name === "string" && name.includes("*"));
  if (families === undefined) {
    if (isStarred) throw new TypeError(`${where}: signature.header has a *, so families must say what it stands for`);
    return [compilePlan(options, signatureBytes, where)];
  }
  if (!isListOf(families, isText) || families.length < 2 || !isStarred) {
    throw new TypeError(
      `${where}: families needs two names or more, and a * in signature.header: ["svix", "webhook"] and "*-signature"`,
    );
  }
  return families.map((family) => {
    const own = new Set<string>();
    const fill: HeaderName = (name) => {
      const filled = name.replace("*", family).toLowerCase();
      if (name.includes("*")) own.add(filled);
      return filled;
    };
    return { ...compilePlan(ofFamily(options, fill), signatureBytes, where, fill), ownHeaders: [...own] };
  });
}

/** The options with `*` replaced in header names. Names in the template are replaced when it is compiled. */
function ofFamily(options: SignedOptions, fill: HeaderName): SignedOptions {
  const { signature, timestamp } = options;
  const { header } = signature;
  const names = header === undefined ? undefined : typeof header === "string" ? fill(header) : header.map(fill);
  return {
    ...options,
    signature: names === undefined ? signature : ({ ...signature, header: names } as SignatureOptions),
    ...(timestamp?.in === "header" ? { timestamp: { ...timestamp, name: fill(timestamp.name) } } : {}),
  };
}

function compilePlan(
  options: SignedOptions,
  signatureBytes: number | undefined,
  where: string,
  headerName?: HeaderName,
): Plan {
  const { timestamp } = options;
  const signed = compileSigned(options.signed ?? "{body}", where, headerName, options.patterns);
  const timeParam = timestamp?.in === "param" ? timestamp : undefined;
  const params = [...new Set([...(timeParam === undefined ? [] : [timeParam.name]), ...signed.params])];
  const signature = compileSignature(options.signature, signatureBytes, params, where);
  const place = options.signature.at?.in;
  if (((place === "json" || place === "form") && signed.covers.body) || (place === "query" && signed.covers.url)) {
    throw new TypeError(`${where}: signature.at is inside of what signed covers, so no sender could have made it`);
  }
  const time = compileTime(timestamp, signed, where);
  return {
    ok: true,
    signature,
    signed,
    time,
    timeParam,
    covers: Object.freeze(coversWithTime(signed.covers, timestamp, signed.usesTimestamp)),
    readsFields: signature.readsFields || signed.readsFields || (time?.readsFields === true && !time.isReadLate),
    ownHeaders: [],
    proofs: [],
  };
}

/** The plan of the family whose headers are present. A refusal if none is present, or two are. */
export function planFor(plans: readonly Plan[], delivery: Delivery): Plan | Refusal {
  if (plans.length === 1) return plans[0] as Plan;
  let found: Plan | undefined;
  for (const plan of plans) {
    if (!hasAny(delivery, plan.ownHeaders)) continue;
    if (found !== undefined) return MIXED;
    found = plan;
  }
  if (found !== undefined) return found;
  return absent(`no signature: none of ${plans.flatMap((plan) => plan.signature.headers).join(", ")} is there`);
}

function hasAny({ headers }: Delivery, names: readonly string[]): boolean {
  for (const name of names) if (headers.has(name)) return true;
  return false;
}
