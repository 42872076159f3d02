// Rejects texts that are no JWT of an accepted shape, before any key is used.
// RFC 7515 section 7.1 (compact form), RFC 8725 sections 3.1, 3.2 and 3.10. JOSE libraries decode base64url leniently;
// here one token has one spelling.
import { type Refusal, refuse } from "../../core/auth.js";
import type { JwtHeader } from "../keys/jwks.js";

/** Bytes of a whole token. Node reads 16 KB of headers in all; tokens of known issuers stay below 3 KB. */
const MAX_TOKEN_CHARS = 8192;

/** Base64url without padding whose unused last bits are zero (RFC 4648 sections 3.5 and 5). Linear: no branch overlaps. */
const CANONICAL_BASE64URL = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?$/;

const FATAL_UTF8 = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The header of a token whose shape is right, or a refusal: `bad_credentials` for the shape (size, parts, encoding),
 * `unauthenticated` for what the header says (algorithm, `crit`, `b64`, `kid`).
 */
export function precheckJwt(token: string, algorithms: readonly string[]): JwtHeader | Refusal {
  if (token.length > MAX_TOKEN_CHARS)
    return refuse("bad_credentials", `the token is longer than ${MAX_TOKEN_CHARS} characters`);
  const parts = token.split(".", 6);
  if (parts.length === 5)
    return refuse("bad_credentials", "the token has five parts: encrypted tokens (JWE) are not accepted");
  if (parts.length !== 3) {
    return refuse(
      "bad_credentials",
      "the token does not have three parts: it is not a signed JWT (opaque tokens are for bearerToken)",
    );
  }
  if (!parts.every((part) => CANONICAL_BASE64URL.test(part))) {
    return refuse("bad_credentials", "a part of the token is not canonical base64url without padding");
  }
  const [encodedHeader = "", , signature = ""] = parts;
  const header = parseHeader(encodedHeader);
  if (header === undefined) return refuse("bad_credentials", "the token's header is not a JSON object");
  const refusal = refuseHeader(header, algorithms);
  if (refusal !== undefined) return refusal;
  if (signature === "") return refuse("bad_credentials", "the token's signature is empty");
  return { alg: header.alg as string, kid: header.kid as string | undefined };
}

function parseHeader(encoded: string): Record<string, unknown> | undefined {
  try {
    const header: unknown = JSON.parse(FATAL_UTF8.decode(Buffer.from(encoded, "base64url")));
    if (typeof header !== "object" || header === null || Array.isArray(header)) return undefined;
    return header as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function refuseHeader(header: Record<string, unknown>, algorithms: readonly string[]): Refusal | undefined {
  const alg = Object.hasOwn(header, "alg") ? header.alg : undefined;
  if (typeof alg !== "string" || !algorithms.includes(alg)) {
    return refuse("unauthenticated", `the token's algorithm is not among ${algorithms.join(", ")}`);
  }
  // RFC 7515 section 4.1.11: what is critical must be understood; we understand no extension.
  if (Object.hasOwn(header, "crit"))
    return refuse("unauthenticated", "the token's header has `crit`; no extension is supported");
  // RFC 7797 section 7: a JWT must not have an unencoded payload.
  if (Object.hasOwn(header, "b64") && header.b64 !== true) {
    return refuse("unauthenticated", "the token's header has `b64`, which a JWT must not use");
  }
  if (Object.hasOwn(header, "kid") && typeof header.kid !== "string") {
    return refuse("unauthenticated", "the token's `kid` is not a string");
  }
  return undefined;
}
