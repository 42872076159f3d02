// Compares the body with the Content-Digest header (RFC 9530), so that a signature over the header covers the body.
import { createHash } from "node:crypto";
import { type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { isInnerList, parseDictionary } from "./structured-fields.js";

/** The two secure algorithms of RFC 9530 section 5. MD5, SHA-1 and checksums do not protect the body. */
const HASHES: Readonly<Record<string, { readonly hash: string; readonly bytes: number }>> = {
  "sha-256": { hash: "sha256", bytes: 32 },
  "sha-512": { hash: "sha512", bytes: 64 },
};

const MISSING = /* @__PURE__ */ refuse(
  "unauthenticated",
  "there is no Content-Digest header, so the body is not bound",
);
const MALFORMED = /* @__PURE__ */ refuse(
  "bad_credentials",
  "Content-Digest is not a list of digests, or one has another length than its algorithm",
);
const WEAK = /* @__PURE__ */ refuse(
  "unauthenticated",
  "Content-Digest has neither sha-256 nor sha-512, and others do not bind the body",
);
const OTHER_BODY = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the body is not the one whose Content-Digest was signed: it was changed on its way, or by a parser",
);

/** A refusal unless the header has a secure digest, and every secure digest matches the body. */
export function refuseContentDigest({ headers, body }: Delivery): Refusal | undefined {
  const text = headers.get("content-digest");
  if (text === undefined) return MISSING;
  const digests = parseDictionary(text);
  if (digests === undefined) return MALFORMED;
  let isBound = false;
  for (const [name, member] of digests) {
    if (isInnerList(member) || member.value.kind !== "bytes") return MALFORMED;
    const row = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
    if (row === undefined) continue; // section 2: unknown algorithms are ignored
    if (member.value.value.length !== row.bytes) return MALFORMED;
    // The digest is not secret, so no constant-time comparison is needed.
    if (!createHash(row.hash).update(body).digest().equals(member.value.value)) return OTHER_BODY;
    isBound = true;
  }
  return isBound ? undefined : WEAK;
}

/** The header for a body. */
export function contentDigestOf(body: Uint8Array): string {
  return `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
}
