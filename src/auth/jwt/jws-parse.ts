// Parses a compact JWS in its only accepted spelling (RFC 7515 sections 5.2 and 7.1, RFC 7797, RFC 8725).

import { type Refusal, refuse } from "../../core/auth.js";
import { type Parsed, parseJson } from "../../lib/json.js";
import { decodeCanonical } from "../request/encoding.js";

export interface JwsHeader {
  readonly alg: string;
  readonly kid: string | undefined;
  readonly typ: string | undefined;
  readonly x5c: unknown;
  /** The payload is signed unchanged, not as base64url (RFC 7797). */
  readonly isUnencoded: boolean;
}

export interface ParsedJws {
  readonly ok: true;
  readonly header: JwsHeader;
  /** As in the token. */
  readonly encodedHeader: string;
  /** Empty in a detached JWS. */
  readonly encodedPayload: string;
  readonly signature: Buffer;
}

export interface JwsRules {
  readonly algorithms: readonly string[];
  readonly maxChars: number;
  /** The payload is not in the token. */
  readonly isDetached: boolean;
}

const SHAPE = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the token is not a compact JWS: three parts in canonical base64url without padding",
);
const ENCRYPTED = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the token has five parts: encrypted tokens (JWE) are not accepted",
);
const UNSIGNED = /* @__PURE__ */ refuse("bad_credentials", "the token's signature is empty");
const NO_BYTES = /* @__PURE__ */ Buffer.alloc(0);
const TOO_LONG = /* @__PURE__ */ refuse("bad_credentials", "the token is too long");
const NOT_DETACHED = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the token holds a payload, and a detached one was expected",
);
const BAD_HEADER = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the token's header is not a JSON object as RFC 7515 defines it",
);
const CRITICAL = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the token's header has a critical extension that is not supported",
);

export function parseJws(token: string, rules: JwsRules): ParsedJws | Refusal {
  if (token.length > rules.maxChars) return TOO_LONG;
  const parts = token.split(".", 6);
  if (parts.length !== 3) return parts.length === 5 ? ENCRYPTED : SHAPE;
  const [encodedHeader, encodedPayload, encodedSignature] = parts as [string, string, string];
  if (rules.isDetached && encodedPayload !== "") return NOT_DETACHED;
  const headerBytes = decodeCanonical(encodedHeader, "base64url");
  const signature = encodedSignature === "" ? NO_BYTES : decodeCanonical(encodedSignature, "base64url");
  const isPayload = encodedPayload === "" || decodeCanonical(encodedPayload, "base64url") !== undefined;
  if (headerBytes === undefined || signature === undefined || !isPayload) return SHAPE;
  const header = parseHeader(headerBytes, rules);
  if (!header.ok) return header;
  // After the header: a token with `alg` none has no signature, and is refused for its algorithm.
  if (signature.length === 0) return UNSIGNED;
  return { ok: true, header: header.header, encodedHeader, encodedPayload, signature };
}

function parseHeader(bytes: Buffer, rules: JwsRules): { readonly ok: true; readonly header: JwsHeader } | Refusal {
  const parsed = parseJson(bytes);
  if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null || Array.isArray(parsed.value)) {
    return BAD_HEADER;
  }
  const { alg, kid, typ, x5c, crit, b64 } = parsed.value as Record<string, unknown>;
  if (typeof alg !== "string" || !rules.algorithms.includes(alg)) {
    return refuse("unauthenticated", `the token's algorithm is not among ${rules.algorithms.join(", ")}`);
  }
  if (!isTextOrAbsent(kid) || !isTextOrAbsent(typ)) return BAD_HEADER;
  if (b64 !== undefined && typeof b64 !== "boolean") return BAD_HEADER;
  // RFC 7797 section 6: `b64` false only with `crit`; section 7: never in a JWT. No other extension is understood.
  const isUnencoded = b64 === false;
  const isKnownCritical = Array.isArray(crit) && crit.length === 1 && crit[0] === "b64" && b64 !== undefined;
  if (crit !== undefined && !(rules.isDetached && isKnownCritical)) return CRITICAL;
  if (isUnencoded && crit === undefined) return CRITICAL;
  return { ok: true, header: { alg, kid, typ, x5c, isUnencoded } };
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

/**
 * The JSON in a compact JWS, without verification: for the body formats of senders whose body is a token, after the scheme
 * has verified it.
 *
 * @param token - The token, unchanged.
 */
export function jwtPayload(token: string): Parsed<unknown> {
  const parts = token.split(".", 4);
  return parts.length === 3 ? decodePayload(parts[1] as string) : { ok: false, hint: "it is no token of three parts" };
}

export function decodePayload(encoded: string): Parsed<unknown> {
  return parseJson(Buffer.from(encoded, "base64url"));
}
