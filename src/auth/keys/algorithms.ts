// The public-key signature algorithms, one row each: which keys fit, how signatures are made, and how they are verified.
import { constants, createSign, createVerify, type KeyObject, sign, verify } from "node:crypto";
import { type Refusal, refuse } from "../../core/auth.js";
import { derOfPair, pairOfDer } from "./ecdsa-pair.js";
import { MAX_RSA_BITS, MIN_RSA_BITS, weaknessOf } from "./weak-keys.js";

/** The names are those of the HTTP Signature Algorithms registry (RFC 9421 section 6.2.2), and its pattern beyond it. */
export type PublicKeyAlgorithm =
  | "ed25519"
  | "ecdsa-p256-sha256"
  | "ecdsa-p256-sha1"
  | "ecdsa-p384-sha384"
  | "ecdsa-p521-sha512"
  | "rsa-v1_5-sha1"
  | "rsa-v1_5-sha256"
  | "rsa-v1_5-sha384"
  | "rsa-v1_5-sha512"
  | "rsa-pss-sha256"
  | "rsa-pss-sha384"
  | "rsa-pss-sha512";

/** How the two numbers of an ECDSA signature are written: as a DER sequence, or side by side (IEEE P1363, as in JWS and RFC 9421). */
export type EcdsaForm = "der" | "p1363";

export interface AlgorithmRow {
  readonly key: "ed25519" | "ec" | "rsa";
  readonly curve?: string;
  /** `null` for algorithms with a built-in hash. */
  readonly hash: string | null;
  readonly isPss?: true;
  /** The names in JWS and key sets (RFC 7518, 8037, 9864); absent if it has none. */
  readonly jwa?: readonly string[];
  /** The length of one of the two numbers of an ECDSA signature. */
  readonly numberBytes?: number;
}

export const ALGORITHMS: Readonly<Record<PublicKeyAlgorithm, AlgorithmRow>> = {
  ed25519: { key: "ed25519", hash: null, jwa: ["EdDSA", "Ed25519"] },
  "ecdsa-p256-sha256": { key: "ec", curve: "prime256v1", hash: "sha256", jwa: ["ES256"], numberBytes: 32 },
  "ecdsa-p256-sha1": { key: "ec", curve: "prime256v1", hash: "sha1", numberBytes: 32 },
  "ecdsa-p384-sha384": { key: "ec", curve: "secp384r1", hash: "sha384", jwa: ["ES384"], numberBytes: 48 },
  "ecdsa-p521-sha512": { key: "ec", curve: "secp521r1", hash: "sha512", jwa: ["ES512"], numberBytes: 66 },
  "rsa-v1_5-sha1": { key: "rsa", hash: "sha1" },
  "rsa-v1_5-sha256": { key: "rsa", hash: "sha256", jwa: ["RS256"] },
  "rsa-v1_5-sha384": { key: "rsa", hash: "sha384", jwa: ["RS384"] },
  "rsa-v1_5-sha512": { key: "rsa", hash: "sha512", jwa: ["RS512"] },
  "rsa-pss-sha256": { key: "rsa", hash: "sha256", isPss: true, jwa: ["PS256"] },
  "rsa-pss-sha384": { key: "rsa", hash: "sha384", isPss: true, jwa: ["PS384"] },
  "rsa-pss-sha512": { key: "rsa", hash: "sha512", isPss: true, jwa: ["PS512"] },
};

/** Details that the algorithm leaves open. */
export interface SignatureDetails {
  readonly ecdsaForm: EcdsaForm;
  /** The salt of RSA-PSS: as long as the hash, or of any length. */
  readonly pssSalt: "digest" | "any";
}

/** For keys from a JWK with `alg`: the only algorithm that they may be used with (RFC 7517 section 4.4). */
const namedAlgorithm = /* @__PURE__ */ new WeakMap<KeyObject, string>();

/** Restricts a key to the algorithm that its JWK names. */
export function restrictKey(key: KeyObject, jwa: string): void {
  namedAlgorithm.set(key, jwa);
}

/** Why a key does not fit an algorithm. `undefined` if it fits. */
export function misfitOf(key: KeyObject, name: PublicKeyAlgorithm): string | undefined {
  const row = ALGORITHMS[name];
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  const isOfType = type === row.key || (row.isPss === true && type === "rsa-pss");
  if (!isOfType) return `is of type ${type}, and ${name} needs ${row.key === "rsa" ? "RSA" : row.key}`;
  if (row.curve !== undefined && details?.namedCurve !== row.curve) {
    return `is on the curve ${details?.namedCurve}, and ${name} needs ${row.curve}`;
  }
  // RFC 4055 section 1.2: such a key is restricted to one hash.
  if (type === "rsa-pss" && details?.hashAlgorithm !== undefined && details.hashAlgorithm !== row.hash) {
    return `is for ${details.hashAlgorithm}, and ${name} needs ${row.hash}`;
  }
  const named = namedAlgorithm.get(key);
  if (named !== undefined && row.jwa?.includes(named) !== true)
    return `is for ${named} alone (alg), and not for ${name}`;
  return weaknessOf(key);
}

/** Whether a public key fits any of the algorithms. */
export function fitsAny(key: KeyObject, names: readonly PublicKeyAlgorithm[]): boolean {
  return names.some((name) => misfitOf(key, name) === undefined);
}

/** The length of a signature. `undefined` if it depends on the key. */
export function signatureBytesOf(name: PublicKeyAlgorithm, details: SignatureDetails): number | undefined {
  if (name === "ed25519") return 64;
  const { numberBytes } = ALGORITHMS[name];
  return numberBytes !== undefined && details.ecdsaForm === "p1363" ? numberBytes * 2 : undefined;
}

/** Whether the bytes have the shape of a signature. A truncated signature is malformed, not wrong. */
export function isSignatureShaped(name: PublicKeyAlgorithm, bytes: Buffer, details: SignatureDetails): boolean {
  const length = signatureBytesOf(name, details);
  if (length !== undefined) return bytes.length === length;
  if (ALGORITHMS[name].key === "rsa") return bytes.length >= MIN_RSA_BITS / 8 && bytes.length <= MAX_RSA_BITS / 8;
  return isDerPair(bytes);
}

/** SEQUENCE { INTEGER, INTEGER }, its length in one byte or, for P-521, two. OpenSSL checks the numbers. */
function isDerPair(bytes: Buffer): boolean {
  const isLong = bytes[1] === 0x81;
  const length = (isLong ? bytes[2] : bytes[1]) as number;
  const first = isLong ? 3 : 2;
  if (bytes.length < 8 || bytes[0] !== 0x30 || length !== bytes.length - first || isLong !== length > 0x7f)
    return false;
  const second = first + 2 + (bytes[first + 1] as number);
  return bytes[first] === 0x02 && bytes[second] === 0x02 && bytes[second + 1] === bytes.length - second - 2;
}

/**
 * Whether the signature is valid.
 *
 * @throws {Error} If the platform lacks the algorithm or the function. `indexOfKey` makes that `undecided`.
 */
export function isSignedBy(
  key: KeyObject,
  name: PublicKeyAlgorithm,
  text: Uint8Array,
  signature: Buffer,
  details: SignatureDetails,
): boolean {
  if (!isSignatureShaped(name, signature, details)) return false;
  const { hash, isPss, key: kind } = ALGORITHMS[name];
  if (isPss) {
    const salt = details.pssSalt === "any" ? constants.RSA_PSS_SALTLEN_AUTO : constants.RSA_PSS_SALTLEN_DIGEST;
    const options = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: salt };
    const der = key.export({ type: "spki", format: "der" });
    // Cloudflare Workers accept no KeyObject together with options, and their one-shot `verify` returns false for every RSA-PSS signature.
    return createVerify(hash as string)
      .update(text)
      .verify({ key: der, format: "der", type: "spki", ...options }, signature);
  }
  // A key without options works everywhere, and means PKCS #1 v1.5 and DER.
  return verify(hash, text, key, kind === "ec" && details.ecdsaForm === "p1363" ? derOfPair(signature) : signature);
}

/** The index of the first key for which `holds` returns true, or -1. `undecided` if there is none and `holds` threw for a key. */
export function indexOfKey<Key>(keys: readonly Key[], holds: (key: Key) => boolean): number | Refusal {
  let failure: { readonly cause: unknown } | undefined;
  for (const [at, key] of keys.entries()) {
    try {
      if (holds(key)) return at;
    } catch (cause) {
      failure ??= { cause };
    }
  }
  return failure === undefined ? -1 : unsupported(failure.cause);
}

/** Whether an error means that the platform lacks a feature, not that the input is malformed. */
export function isPlatformError(error: unknown): boolean {
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
  return (
    code === "ERR_METHOD_NOT_IMPLEMENTED" ||
    name === "NotSupportedError" ||
    (error instanceof TypeError && /is not a (?:function|constructor)/.test(String(message)))
  );
}

/** The platform lacks a feature. This is neither the sender's fault nor a forgery. */
export function unsupported(cause: unknown): Refusal {
  return { ...refuse("undecided", "this platform's crypto could not verify the signature: see the cause"), cause };
}

/** @param key - A private key that fits the algorithm. */
export function signBytes(
  key: KeyObject,
  name: PublicKeyAlgorithm,
  text: Uint8Array,
  details: SignatureDetails,
): Buffer {
  const { hash, isPss, numberBytes } = ALGORITHMS[name];
  if (isPss) {
    const options = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
    const der = key.export({ type: "pkcs8", format: "der" });
    return createSign(hash as string)
      .update(text)
      .sign({ key: der, format: "der", type: "pkcs8", ...options });
  }
  const signature = sign(hash, text, key);
  return numberBytes === undefined || details.ecdsaForm === "der" ? signature : pairOfDer(signature, numberBytes);
}
