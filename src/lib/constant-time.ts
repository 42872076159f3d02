// Compares texts in a time that does not depend on where they differ.
import { createHash, timingSafeEqual } from "node:crypto";

/** Says whether two texts of the compiled length are equal. A text of another length is never equal. */
export type TextEqual = (expected: string, given: string) => boolean;

/** What `write(text, 0, length, "latin1")` comes to, without looking the encoding up; there since Node 0.x. */
type Latin1Buffer = Buffer & { latin1Write(text: string, offset: number, length: number): number };

/**
 * Compiles a comparison of texts of one length, such as encoded signatures. Comparing the text is faster than decoding
 * it, and strict for free: upper case, junk and other paddings simply differ.
 */
export function createTextEqual(length: number): TextEqual {
  const left = Buffer.alloc(length) as Latin1Buffer;
  const right = Buffer.alloc(length) as Latin1Buffer;
  return function textEqual(expected, given) {
    if (given.length !== length || expected.length !== length) return false; // a length is no secret
    left.latin1Write(expected, 0, length);
    right.latin1Write(given, 0, length);
    // Above U+00FF latin1 keeps only the low byte. Once the bytes are equal there is no secret left to leak.
    return timingSafeEqual(left, right) && expected === given;
  };
}

/** SHA-256, so that tokens of any length are compared as 32 bytes and their own length stays unknown. */
export function sha256(text: string | Uint8Array): Buffer {
  return createHash("sha256").update(text).digest();
}

/** The index of the digest that equals the given one, or -1. Every one is looked at. */
export function indexOfDigest(digests: readonly Buffer[], given: Buffer): number {
  let found = -1;
  for (let at = digests.length - 1; at >= 0; at--) if (timingSafeEqual(digests[at] as Buffer, given)) found = at;
  return found;
}
