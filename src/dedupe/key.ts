// Dedupe keys: a hash over scope, sender, tenant and id.
import crypto from "node:crypto";

/** The first hashed code unit. A new way of building keys takes another number, so that old records never match. */
const KEY_VERSION = "\u0001";

export interface KeyOwner {
  /** Distinguishes receivers that get the same event: one id can arrive at several of them. */
  readonly scope: string | undefined;
  readonly sender: string;
}

export interface KeyParts extends KeyOwner {
  readonly tenant: string | undefined;
  /** The event's id, as the sender gave it. */
  readonly id: string;
  /** A digest of the content, where the content is signed and the id is not. */
  readonly contentDigest?: string | undefined;
  /** The type, where it is not signed either. */
  readonly type?: string | undefined;
}

/** The key of an event of one receiver. */
export type KeyOf = (tenant: string | undefined, id: string, contentDigest?: string, type?: string) => string;

/**
 * The key of an event, for a `DedupeStore`.
 *
 * Shape:   base64url, 43 characters: SHA-256 over the UTF-16LE code units of U+0001 and then, for scope, sender, tenant
 *          and id, `<length in code units>:<text>`, or `-` where there is none; then the same for a digest of the content
 *          and for the type, where these are part of the key.
 * Promise: different parts give different keys. Lengths keep `a:b` + `c` and `a` + `b:c` apart, and UTF-16 keeps ids apart
 *          that UTF-8 would merge (every lone surrogate becomes U+FFFD there). No scope is not the empty scope.
 */
export function dedupeKey(parts: KeyParts): string {
  return dedupeKeyMaker(parts)(parts.tenant, parts.id, parts.contentDigest, parts.type);
}

/** `dedupeKey` with everything that is the same for a receiver's events prepared. */
export function dedupeKeyMaker(owner: KeyOwner): KeyOf {
  const prefix = KEY_VERSION + lengthPrefixed(owner.scope) + lengthPrefixed(owner.sender);
  return function keyOf(tenant, id, contentDigest, type) {
    const content = contentDigest === undefined ? "" : lengthPrefixed(contentDigest);
    const rest = type === undefined ? content : content + lengthPrefixed(type);
    return sha256(Buffer.from(prefix + lengthPrefixed(tenant) + lengthPrefixed(id) + rest, "utf16le"));
  };
}

/** SHA-256 of a body, base64url, 43 characters. It distinguishes a duplicate from another body under the same id. */
export function bodyDigest(body: Uint8Array): string {
  return sha256(body);
}

function lengthPrefixed(text: string | undefined): string {
  return text === undefined ? "-" : `${text.length}:${text}`;
}

/**
 * One call instead of three objects where the runtime has `crypto.hash`: 0.7 µs instead of 1.4 for a key. It is a function
 * declaration and not a constant: other modules hash while they load, and a bundler may load this module after them.
 */
function sha256(bytes: Uint8Array): string {
  return typeof crypto.hash === "function"
    ? crypto.hash("sha256", bytes, "base64url")
    : crypto.createHash("sha256").update(bytes).digest("base64url");
}
