// Compares strings in a time that does not depend on where they differ.
import { createHash, timingSafeEqual } from "node:crypto";

/** Whether two strings of the compiled length are equal. A string of another length is never equal. */
export type TextEqual = (expected: string, given: string) => boolean;

/** The same as `write(text, 0, length, "latin1")` without the look-up of the encoding. In Node since 0.x. */
type Latin1Buffer = Buffer & { latin1Write(text: string, offset: number, length: number): number };

/**
 * Compiles a comparison of strings of one length, such as encoded signatures. Comparing the encoded string is faster than
 * decoding it, and stricter: another case, extra characters or another padding differ.
 */
export function createTextEqual(length: number): TextEqual {
  const left = Buffer.alloc(length) as Latin1Buffer;
  const right = Buffer.alloc(length) as Latin1Buffer;
  return function textEqual(expected, given) {
    if (given.length !== length || expected.length !== length) return false; // the length is not a secret
    left.latin1Write(expected, 0, length);
    right.latin1Write(given, 0, length);
    // latin1 keeps only the low byte of a character above U+00FF. Once the bytes are equal, no secret can leak.
    return timingSafeEqual(left, right) && expected === given;
  };
}

/** SHA-256, so that tokens of any length are compared as 32 bytes, which hides their length. */
export function sha256(text: string | Uint8Array): Buffer {
  return createHash("sha256").update(text).digest();
}

/** The index of the digest that equals the given one, or -1. Every digest is compared. */
export function indexOfDigest(digests: readonly Buffer[], given: Buffer): number {
  let found = -1;
  for (let at = digests.length - 1; at >= 0; at--) if (timingSafeEqual(digests[at] as Buffer, given)) found = at;
  return found;
}
