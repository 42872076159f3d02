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
   * What signed values look like, whole: `{ "json:amount": /\d+/ }` for `{json:amount}`; anything else is refused. Where two
   * values stand in `signed` with nothing between, letters could be moved from one to the other without it.
   */
  readonly patterns?: ValuePatterns;
  /** Where the signature is, and how it is written. */
  readonly signature: SignatureOptions;
  /** The signed time: `header("x-time", "unix-seconds")`, `param("t", "unix-seconds")`, `json("sentAt", "rfc3339")`. */
  readonly timestamp?: Field<"time"> | SignatureParam;
  /**
   * What `*` stands for in header names, where a sender uses one of several sets: `["svix", "webhook"]` with
   * `*-signature`. Headers of two sets in one delivery are refused.
   */
  readonly families?: readonly string[];
  /**
   * Proofs carry `signReply`: the sender wants its answer signed with the key that it signed with. Give what the texts look
   * like that are signed for answers, whole: a delivery whose signed text looks so is refused, and `signReply` signs nothing
   * else. With `true` you keep them apart yourself: else the signature of an answer is that of a delivery with its text.
   */
  readonly signsReplies?: SignsReplies;
}

/** The description for one family of headers; the only one where there are no families. */
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
  /** Proofs without a time are the same every time. */
  readonly proofs: Proven[];
}

const MIXED: Refusal = /* @__PURE__ */ refuse(
  "bad_credentials",
  "headers of two families came at once, so they could contradict each other",
);

/** What every signature over a text of the delivery is described by, whatever makes the signature. */
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
  // Names that are no texts are refused where they are read.
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

/** The description with `*` replaced in the names of headers; those in the template are filled where it is parsed. */
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

/** The family whose headers came; a refusal where none did, or two. Without families there is one plan. */
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
