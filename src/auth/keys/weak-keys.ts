// Finds weaknesses of public keys. Every key is checked, whatever its source.
import { createPublicKey, type KeyObject } from "node:crypto";
import { insideOf, integerOf } from "./der.js";

/** NIST SP 800-131A disallows smaller keys since 2014. */
export const MIN_RSA_BITS = 2048;
/** Verification with larger keys is so slow that it can be used for attacks. */
export const MAX_RSA_BITS = 16_384;
/** FIPS 186-5 section A.1.1: odd, above 2^16 and below 2^256. With 1 the signature is the text itself. */
const MIN_RSA_EXPONENT = 65_537n;
const MAX_RSA_EXPONENT = 1n << 256n;
/** NIST SP 800-89 section 5.3.3: a modulus has no factor below 752. */
const SMALLEST_FACTOR = 752;

const known = /* @__PURE__ */ new WeakMap<KeyObject, { readonly weakness: string | undefined }>();

/** The weakness of a public key, or of that of a private key, as the end of a sentence. `undefined` if it has none. */
export function weaknessOf(key: KeyObject): string | undefined {
  let answer = known.get(key);
  if (answer === undefined) {
    answer = { weakness: findWeakness(key) };
    known.set(key, answer);
  }
  return answer.weakness;
}

function findWeakness(key: KeyObject): string | undefined {
  switch (key.asymmetricKeyType) {
    case "rsa":
    case "rsa-pss":
      return rsaWeakness(key);
    case "ed25519":
      return ed25519Weakness(key);
    default:
      return undefined; // OpenSSL refuses points that are not on the curve, and a curve is checked with its algorithm
  }
}

/** A key's SubjectPublicKeyInfo ends with a BIT STRING, whose first byte counts unused bits. */
function keyBits(key: KeyObject): Uint8Array {
  const spki = (key.type === "private" ? createPublicKey(key) : key).export({ type: "spki", format: "der" });
  return insideOf(spki)[1]?.content.subarray(1) ?? new Uint8Array();
}

function rsaWeakness(key: KeyObject): string | undefined {
  const [modulus, exponent] = insideOf(keyBits(key)).map(({ content }) => integerOf(content));
  if (modulus === undefined || exponent === undefined) return "is not an RSA key that can be read";
  const bits = modulus.toString(2).length;
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
    return `has ${bits} bits, and RSA needs ${MIN_RSA_BITS} or more (at most ${MAX_RSA_BITS})`;
  }
  if (exponent < MIN_RSA_EXPONENT || exponent >= MAX_RSA_EXPONENT || exponent % 2n === 0n) {
    return "has a public exponent that is even or below 65537, and RSA needs an odd one from there on";
  }
  if (gcd(modulus, smallPrimes()) !== 1n) return "has a modulus with a small factor, so anybody can sign for it";
  return undefined;
}

let primes: bigint | undefined;

/** The product of all primes below 752. */
function smallPrimes(): bigint {
  if (primes !== undefined) return primes;
  primes = 1n;
  for (let candidate = 2; candidate < SMALLEST_FACTOR; candidate++) {
    if (primes % BigInt(candidate) !== 0n && isPrime(candidate)) primes *= BigInt(candidate);
  }
  return primes;
}

function isPrime(candidate: number): boolean {
  for (let divisor = 2; divisor * divisor <= candidate; divisor++) if (candidate % divisor === 0) return false;
  return true;
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

/** The field of Curve25519. */
const P = (1n << 255n) - 19n;
/** The y of two points of order 8. */
const Y8 = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n;
/**
 * The y of the eight points of small order (RFC 8032 section 5.1: the cofactor is 8). With such a key, one signature is
 * valid for every text, or for one in eight.
 */
const SMALL_ORDER: readonly bigint[] = [0n, 1n, P - 1n, Y8, P - Y8];

function ed25519Weakness(key: KeyObject): string | undefined {
  const bytes = Uint8Array.from(keyBits(key)).reverse(); // little-endian, the highest bit is the sign of x
  if (bytes.length !== 32) return "is not an Ed25519 key of 32 bytes";
  bytes[0] = (bytes[0] as number) & 0x7f;
  const y = integerOf(bytes);
  if (y >= P) return "is not written in the one way of its point (RFC 8032 section 5.1.3)";
  return SMALL_ORDER.includes(y) ? "is a point of small order, so anybody can sign for it" : undefined;
}
