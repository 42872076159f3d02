// Verifies a detached JWS: a signature in a header over the body (RFC 7515 appendix F, RFC 7797).

import {
  type Auth,
  absent,
  type Proof,
  type ProofContext,
  type Refusal,
  refuse,
  type WrittenPlace,
} from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { Field } from "../../core/field.js";
import { REPEATED } from "../../lib/headers.js";
import { CHECKED_LATER, checkOptions, choiceOf, isText, type OptionRules } from "../../lib/options.js";
import type { KeyTuning } from "../keys/public-key-source.js";
import { deliveryToSign } from "../request/signable-request.js";
import { PrivateFields } from "../request/unverified-fields.js";
import { SignatureReading } from "../signature/parsed-signature.js";
import { joinBytes } from "../signature/signed-bytes.js";
import { type CompiledSigned, compileSigned, type SignedText } from "../signature/signed-content.js";
import { type CompiledTime, compileTime, coversWithTime } from "../signature/timestamp.js";
import type { JwsAlgorithm } from "./jws-algorithms.js";
import { JWS_KEY_RULES, type JwsKeySource } from "./jws-key-source.js";
import { compileJwsKeys, type FoundJwsKeys } from "./jws-keys.js";
import { parseJws } from "./jws-parse.js";
import { jwsSigner } from "./sign.js";
import { type JwsClaim, verifyJws } from "./verify-jws.js";

/** Options of `detachedJws`. */
export type DetachedJwsOptions = JwsKeySource & {
  /** The header with `<header>..<signature>`: `"x-jws-signature"`. */
  readonly header: string;
  /** Accepted algorithms. There is no default: a sender uses one. */
  readonly algorithms: readonly JwsAlgorithm[];
  /** What the payload is: a template or function as for `hmac`. Default `"{body}"`. */
  readonly signed?: string | SignedText;
  /** The signed time: `header("x-timestamp", "unix-seconds")`, named in `signed`. */
  readonly timestamp?: Field<"time">;
  /**
   * Whether the payload is signed unchanged instead of as base64url (`b64` false, RFC 7797): as the token's header says,
   * always, or never. Default `"as-named"`.
   */
  readonly unencoded?: "as-named" | "always" | "never";
};

const MAX_CHARS = 16_384;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const RULES: OptionRules<Omit<DetachedJwsOptions, keyof JwsKeySource | "key">> = {
  header: {
    must: 'be the name of a header, such as "x-jws-signature"',
    fits: (value) => isText(value) && HEADER_NAME.test(value),
    isRequired: true,
  },
  algorithms: CHECKED_LATER,
  signed: CHECKED_LATER,
  timestamp: CHECKED_LATER,
  unencoded: /* @__PURE__ */ choiceOf(["as-named", "always", "never"]),
};

/**
 * Verifies a detached JWS in a header over the body (Fireblocks, Neon Auth, open banking).
 *
 * Shape:   `X-JWS-Signature: <header>..<signature>`, canonical base64url
 * Source:  RFC 7515 appendix F, RFC 7797 (its example 4.2 pins the unencoded form).
 * Promise: what `signed` names, by default the body, was signed with a configured key and one of `algorithms`, and is unchanged.
 * Not promised: that the delivery is new, unless `timestamp` is signed.
 *
 * Keys come from exactly one of `publicKey`, `keys` (by the token's `kid`), `jwksUrl`, `jwks`, `secret`, `x5c` (valid at the
 * signed time, else now).
 *
 * @returns An `Auth` whose `verify` is synchronous with fixed keys. Its `sign` needs a private key; with `secret` none.
 * @throws {TypeError} When built without algorithms, with HS* beside public keys, or an ill-formed key or option. Never per delivery.
 * @example
 * detachedJws({ header: "fireblocks-webhook-signature", algorithms: ["RS512"], jwksUrl: "https://keys.fireblocks.io/.well-known/jwks.json" });
 */
export function detachedJws(options: DetachedJwsOptions): Auth {
  return createDetachedJws(options);
}

/** `detachedJws` with adjustable lifetimes of key sets, for tests. */
export function createDetachedJws(options: DetachedJwsOptions, tuning?: KeyTuning): Auth {
  const { header, signed, time, unencoded } = planOf(options);
  const keys = compileJwsKeys(options, options.algorithms, "detachedJws", tuning);
  const covers = Object.freeze(coversWithTime(signed.covers, options.timestamp, signed.usesTimestamp));
  const readsFields = signed.readsFields || time?.readsFields === true;

  function claimOf(delivery: Delivery, context: ProofContext): Claim | Refusal {
    const token = delivery.headers.once(header);
    if (token === undefined) return MISSING;
    if (token === REPEATED) return TWICE;
    const jws = parseJws(token, { algorithms: keys.algorithms, maxChars: MAX_CHARS, isDetached: true });
    if (!jws.ok) return jws;
    const { isUnencoded } = jws.header;
    if (unencoded !== "as-named" && isUnencoded !== (unencoded === "always")) return OTHER_FORM;
    const reading = new SignatureReading([]);
    const fields = readsFields ? new PrivateFields(delivery) : undefined;
    const untimely = time?.isReadLate === false ? time.read(delivery, reading, fields) : undefined;
    if (untimely !== undefined) return untimely;
    const found = signed.candidates(delivery, context, reading, fields);
    if ("ok" in found && !found.ok) return found;
    const payloads = ("ok" in found ? [found] : found).map(joinBytes);
    const inputs = payloads.map((payload) => signingInput(jws.encodedHeader, payload, isUnencoded));
    return { ok: true, jws, reading, inputs, delivery, context };
  }

  function conclude({ reading, delivery, context }: Claim, found: FoundJwsKeys, keyIndex: number): Proof {
    const untimely = time?.isReadLate ? time.read(delivery, reading, undefined) : undefined;
    if (untimely !== undefined) return untimely;
    const { sentAtMs } = reading;
    const refusal = found.refusalAt?.(sentAtMs ?? context.nowMs);
    if (refusal !== undefined) return refusal;
    return {
      ok: true,
      keyIndex: keys.isOrdered ? keyIndex : 0,
      covers,
      ...(sentAtMs === undefined ? {} : { sentAtMs }),
      ...(found.tenant === undefined ? {} : { tenant: found.tenant }),
    };
  }

  return {
    scheme: "detached-jws",
    covers,
    signsTime: time !== undefined,
    credentialHeaders: [header],
    needsPublicUrl: signed.needsPublicUrl,
    warnings: keys.warnings,
    writes: timeWrites(options.timestamp),

    verify(delivery, context) {
      const claim = claimOf(delivery, context);
      return claim.ok ? verifyJws(keys, claim, (found, keyIndex) => conclude(claim, found, keyIndex)) : claim;
    },

    async sign(given, key) {
      const request = time?.write(given) ?? given;
      const delivery = deliveryToSign(request);
      const reading = new SignatureReading([]);
      const fields = readsFields ? new PrivateFields(delivery) : undefined;
      const untimely = time?.isReadLate === false ? time.read(delivery, reading, fields) : undefined;
      const found = untimely ?? signed.candidates(delivery, { publicUrls: () => [request.url] }, reading, fields);
      const bytes = "ok" in found ? found : found[0];
      if (bytes === undefined || !bytes.ok) {
        throw new TypeError(`detachedJws: the request cannot be signed: ${bytes?.hint ?? "there is nothing to sign"}`);
      }
      const signer = await jwsSigner(keys, request, key, "detachedJws.sign");
      const isUnencoded = unencoded === "always";
      const named = isUnencoded ? { ...signer.header, b64: false, crit: ["b64"] } : signer.header;
      const encodedHeader = Buffer.from(JSON.stringify(named), "utf8").toString("base64url");
      const signature = signer.sign(signingInput(encodedHeader, joinBytes(bytes), isUnencoded));
      const token = `${encodedHeader}..${signature.toString("base64url")}`;
      return { ...request, headers: { ...request.headers, [header]: token } };
    },
  };
}

/** What is read from a delivery before a key is used. */
interface Claim extends JwsClaim {
  readonly ok: true;
  readonly reading: SignatureReading;
}

const MISSING = /* @__PURE__ */ absent("no token came in the header where the sender puts it");
const TWICE = /* @__PURE__ */ refuse("bad_credentials", "the token came more than once");
const OTHER_FORM = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the token signs the payload in another form (b64) than the sender does",
);

function signingInput(encodedHeader: string, payload: Uint8Array, isUnencoded: boolean): Buffer {
  const head = Buffer.from(`${encodedHeader}.`, "latin1");
  if (isUnencoded) return Buffer.concat([head, payload]);
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  return Buffer.concat([head, Buffer.from(bytes.toString("base64url"), "latin1")]);
}

function timeWrites(time: Field<"time"> | undefined): readonly WrittenPlace[] {
  return time === undefined || time.in === "literal" || time.in === "dotted" ? [] : [{ in: time.in, name: time.name }];
}

interface DetachedPlan {
  readonly header: string;
  readonly signed: CompiledSigned;
  readonly time: CompiledTime | undefined;
  readonly unencoded: "as-named" | "always" | "never";
}

function planOf(options: DetachedJwsOptions): DetachedPlan {
  checkOptions("detachedJws", options, { ...JWS_KEY_RULES, ...RULES });
  const { header, unencoded = "as-named" } = options;
  const signed = compileSigned(options.signed ?? "{body}", "detachedJws");
  if (signed.params.length > 0) throw new TypeError("detachedJws: signed has a {param:…}, and a token has none");
  return {
    header: header.toLowerCase(),
    signed,
    time: compileTime(options.timestamp, signed, "detachedJws"),
    unencoded,
  };
}
