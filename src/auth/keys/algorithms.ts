// The table of public-key signature algorithms: which keys fit, and how each verifies.
import { constants, type KeyObject, sign, verify } from "node:crypto";

/** The names are those of the HTTP Signature Algorithms registry (RFC 9421 section 6.2.2), and its pattern beyond it. */
export type PublicKeyAlgorithm =
  | "ed25519"
  | "ecdsa-p256-sha256"
  | "ecdsa-p256-sha1"
  | "ecdsa-p384-sha384"
  | "rsa-v1_5-sha1"
  | "rsa-v1_5-sha256"
  | "rsa-v1_5-sha384"
  | "rsa-v1_5-sha512"
  | "rsa-pss-sha256"
  | "rsa-pss-sha384"
  | "rsa-pss-sha512";

/** How an ECDSA signature's two numbers are written: a DER sequence, or side by side (IEEE P1363, as in JWS and RFC 9421). */
export type EcdsaForm = "der" | "p1363";

export interface AlgorithmRow {
  readonly key: "ed25519" | "ec" | "rsa";
  readonly curve?: string;
  /** `null`: the algorithm hashes by itself. */
  readonly hash: string | null;
  readonly isPss?: true;
  /** RFC 7518's name, for key sets; absent where it has none. */
  readonly jwa?: string;
  /** Of one of the two numbers of ECDSA. */
  readonly numberBytes?: number;
}

export const ALGORITHMS: Readonly<Record<PublicKeyAlgorithm, AlgorithmRow>> = {
  ed25519: { key: "ed25519", hash: null, jwa: "EdDSA" },
  "ecdsa-p256-sha256": { key: "ec", curve: "prime256v1", hash: "sha256", jwa: "ES256", numberBytes: 32 },
  "ecdsa-p256-sha1": { key: "ec", curve: "prime256v1", hash: "sha1", numberBytes: 32 },
  "ecdsa-p384-sha384": { key: "ec", curve: "secp384r1", hash: "sha384", jwa: "ES384", numberBytes: 48 },
  "rsa-v1_5-sha1": { key: "rsa", hash: "sha1" },
  "rsa-v1_5-sha256": { key: "rsa", hash: "sha256", jwa: "RS256" },
  "rsa-v1_5-sha384": { key: "rsa", hash: "sha384", jwa: "RS384" },
  "rsa-v1_5-sha512": { key: "rsa", hash: "sha512", jwa: "RS512" },
  "rsa-pss-sha256": { key: "rsa", hash: "sha256", isPss: true, jwa: "PS256" },
  "rsa-pss-sha384": { key: "rsa", hash: "sha384", isPss: true, jwa: "PS384" },
  "rsa-pss-sha512": { key: "rsa", hash: "sha512", isPss: true, jwa: "PS512" },
};

/** How a signature is made beside its algorithm, where the algorithm leaves it open. */
export interface SignatureDetails {
  readonly ecdsaForm: EcdsaForm;
  /** Of RSA-PSS: as long as the hash, or whatever the signer chose. */
  readonly pssSalt: "digest" | "any";
}

/** RFC 8017 is silent; NIST SP 800-131A ends smaller keys with 2013. */
const MIN_RSA_BITS = 2048;
/** OpenSSL checks RSA signatures of larger keys so slowly that they are an attack. */
const MAX_RSA_BITS = 16_384;

/** What is wrong with a key for an algorithm; `undefined` where it fits. */
export function misfitOf(key: KeyObject, name: PublicKeyAlgorithm): string | undefined {
  const row = ALGORITHMS[name];
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (row.key === "rsa") {
    if (type !== "rsa" && !(row.isPss && type === "rsa-pss")) return `is of type ${type}, and ${name} needs RSA`;
    const bits = details?.modulusLength ?? 0;
    if (bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS) return undefined;
    return `has ${bits} bits, and RSA needs ${MIN_RSA_BITS} or more (at most ${MAX_RSA_BITS})`;
  }
  if (type !== row.key) return `is of type ${type}, and ${name} needs ${row.key}`;
  if (row.curve === undefined || details?.namedCurve === row.curve) return undefined;
  return `is on the curve ${details?.namedCurve}, and ${name} needs ${row.curve}`;
}

/** The length of a signature, where the key does not decide it. */
export function signatureBytesOf(name: PublicKeyAlgorithm, details: SignatureDetails): number | undefined {
  if (name === "ed25519") return 64;
  const { numberBytes } = ALGORITHMS[name];
  return numberBytes !== undefined && details.ecdsaForm === "p1363" ? numberBytes * 2 : undefined;
}

/** Whether the bytes could be a signature at all: a cut-off one is malformed, not wrong. */
export function isSignatureShaped(name: PublicKeyAlgorithm, bytes: Buffer, details: SignatureDetails): boolean {
  const length = signatureBytesOf(name, details);
  if (length !== undefined) return bytes.length === length;
  if (ALGORITHMS[name].key === "rsa") return bytes.length >= MIN_RSA_BITS / 8 && bytes.length <= MAX_RSA_BITS / 8;
  return isDerPair(bytes);
}

/** SEQUENCE { INTEGER, INTEGER } with short lengths, which is all that P-256 and P-384 need. OpenSSL judges the numbers. */
function isDerPair(bytes: Buffer): boolean {
  if (bytes.length < 8 || bytes[0] !== 0x30 || bytes[1] !== bytes.length - 2 || bytes[2] !== 0x02) return false;
  const second = 4 + (bytes[3] as number);
  return bytes[second] === 0x02 && bytes[second + 1] === bytes.length - second - 2;
}

/** Whether the signature holds. Never throws: what the library refuses is no signature. */
export function isSignedBy(
  key: KeyObject,
  name: PublicKeyAlgorithm,
  text: Uint8Array,
  signature: Buffer,
  details: SignatureDetails,
): boolean {
  if (!isSignatureShaped(name, signature, details)) return false;
  try {
    const salt = details.pssSalt === "any" ? constants.RSA_PSS_SALTLEN_AUTO : constants.RSA_PSS_SALTLEN_DIGEST;
    return verify(ALGORITHMS[name].hash, text, keyInput(key, name, details, salt), signature);
  } catch {
    return false;
  }
}

/** @param key - A private key that fits the algorithm. */
export function signBytes(
  key: KeyObject,
  name: PublicKeyAlgorithm,
  text: Uint8Array,
  details: SignatureDetails,
): Buffer {
  return sign(ALGORITHMS[name].hash, text, keyInput(key, name, details, constants.RSA_PSS_SALTLEN_DIGEST));
}

function keyInput(key: KeyObject, name: PublicKeyAlgorithm, details: SignatureDetails, saltLength: number) {
  const row = ALGORITHMS[name];
  if (row.key === "ec") return { key, dsaEncoding: details.ecdsaForm === "der" ? "der" : "ieee-p1363" } as const;
  if (row.isPss) return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  if (row.key === "rsa") return { key, padding: constants.RSA_PKCS1_PADDING };
  return { key };
}
