// Parses a public key in any of the spellings that senders use.
import { createPublicKey, type JsonWebKey, KeyObject } from "node:crypto";
import { decodeCanonical } from "../request/encoding.js";
import { ALGORITHMS, isPlatformError, misfitOf, type PublicKeyAlgorithm, restrictKey } from "./algorithms.js";
import { IllFormedKey, MAX_KEYS } from "./key-lookup.js";
import { weaknessOf } from "./weak-keys.js";

/**
 * A public key as senders show it. The type allows `undefined` so that `process.env.X` can be passed; `undefined` is refused.
 *
 * - PEM: `-----BEGIN PUBLIC KEY-----`, or a certificate, whose key is used and whose dates are ignored
 * - base64 of the same bytes without the PEM lines (SPKI): SendGrid
 * - Ed25519: 32 bytes as hex (Discord) or base64 (Telnyx), or `whpk_…` (Standard Webhooks)
 * - a JWK, as an object or as JSON text
 * - a `KeyObject`
 */
export type PublicKeyText = string | Jwk | KeyObject | undefined;

/** A JSON Web Key (RFC 7517). */
export interface Jwk {
  readonly kty?: string;
  readonly kid?: string;
  /** The only algorithm for the key. */
  readonly alg?: string;
  /** `"sig"`. Keys for another use are refused. */
  readonly use?: string;
  /** Must contain `"verify"`. */
  readonly key_ops?: readonly string[];
  readonly [name: string]: unknown;
}

const HEX_OF_32 = /^[0-9a-fA-F]{64}$/;
/** DER before the 32 bytes: SubjectPublicKeyInfo of Ed25519, RFC 8410 section 4. */
const ED25519_SPKI = /* @__PURE__ */ Buffer.from("302a300506032b6570032100", "hex");

/** @throws {IllFormedKey} If it is not a public key in one of the spellings. */
export function toPublicKey(given: unknown): KeyObject {
  if (given === undefined || given === null) {
    throw new IllFormedKey("is missing; set the environment variable, or give a function to read it per delivery");
  }
  if (given instanceof KeyObject) {
    if (given.type === "public") return given;
    throw new IllFormedKey(`is a ${given.type} KeyObject; give the public key`);
  }
  if (typeof given === "string") return fromText(given);
  if (typeof given === "object" && !Array.isArray(given)) return fromJwk(given as Jwk);
  throw new IllFormedKey(
    `must be a text, a JWK or a KeyObject; got ${Array.isArray(given) ? "a list in a list" : typeof given}`,
  );
}

function fromText(given: string): KeyObject {
  const text = given.trim();
  if (text === "") throw new IllFormedKey("is blank");
  if (/^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(text) || text.startsWith("whsk_")) {
    throw new IllFormedKey("is a private key; give the public key, and keep that one at the sender");
  }
  if (text.startsWith("whsec_")) throw new IllFormedKey("is a shared secret (whsec_); use hmac(…) for those");
  if (text.startsWith("-----BEGIN ")) {
    return tried(() => createPublicKey(text), "is not well-formed PEM; are its line breaks intact?");
  }
  if (text.startsWith("{")) return fromJwk(tried(() => JSON.parse(text) as Jwk, "looks like a JWK but is not JSON"));
  const raw = rawEd25519(text);
  if (raw !== undefined) return spki(Buffer.concat([ED25519_SPKI, raw]));
  const der = decodeCanonical(text.replace(/\s+/g, ""), "base64");
  if (der !== undefined) return spki(der);
  throw new IllFormedKey("must be PEM, base64 of SPKI, a JWK, or an Ed25519 key of 32 bytes as hex, base64 or whpk_…");
}

function rawEd25519(text: string): Buffer | undefined {
  if (HEX_OF_32.test(text)) return Buffer.from(text, "hex");
  const isNamed = text.startsWith("whpk_");
  const bytes = decodeCanonical(isNamed ? text.slice("whpk_".length) : text, "base64");
  if (bytes?.length === 32) return bytes;
  if (isNamed) throw new IllFormedKey("must be whpk_ and base64 of 32 bytes, copied whole");
  return undefined;
}

function spki(der: Buffer): KeyObject {
  return tried(
    () => createPublicKey({ key: der, format: "der", type: "spki" }),
    "is base64, but neither of a public key (SPKI) nor of 32 bytes",
  );
}

/**
 * A JWK for verification: `use` and `key_ops` are checked, and `alg` restricts the key (RFC 7517 section 4).
 *
 * @throws {IllFormedKey} Where it is none.
 */
export function fromJwk(jwk: Jwk): KeyObject {
  const { use, key_ops: operations, alg } = jwk;
  if (Object.hasOwn(jwk, "d") || Object.hasOwn(jwk, "k")) {
    throw new IllFormedKey("is a private or secret JWK; give the public key");
  }
  if (use !== undefined && use !== "sig") throw new IllFormedKey('is a JWK for another use than signatures ("sig")');
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify"))) {
    throw new IllFormedKey('is a JWK whose key_ops has no "verify"');
  }
  if (alg !== undefined && !JWAS.has(alg)) throw new IllFormedKey("is a JWK whose alg is no signature algorithm");
  const key = tried(
    () => createPublicKey({ key: jwk as JsonWebKey, format: "jwk" }),
    "is not a well-formed JWK of a public key",
  );
  if (alg !== undefined) restrictKey(key, alg);
  return key;
}

const JWAS: ReadonlySet<unknown> = /* @__PURE__ */ new Set(Object.values(ALGORITHMS).flatMap(({ jwa }) => jwa ?? []));

function tried<Value>(make: () => Value, problem: string): Value {
  try {
    return make();
  } catch (error) {
    if (isPlatformError(error)) throw error;
    throw new IllFormedKey(problem); // the library's message may quote the text
  }
}

/** @throws {IllFormedKey} If it is not a key, or fits none of the algorithms. */
export function fittingKey(given: unknown, algorithms: readonly PublicKeyAlgorithm[]): KeyObject {
  const key = toPublicKey(given);
  const misfits = algorithms.map((name) => misfitOf(key, name));
  const [first] = misfits;
  // A weakness is more useful to know than a misfit with the first of several algorithms.
  if (misfits.every((misfit) => misfit !== undefined)) throw new IllFormedKey(weaknessOf(key) ?? (first as string));
  return key;
}

/** @throws {TypeError} If there is no key, or one is ill-formed or does not fit. */
export function compilePublicKeys(
  given: PublicKeyText | readonly PublicKeyText[],
  algorithms: readonly PublicKeyAlgorithm[],
  where: string,
): readonly KeyObject[] {
  const isList = Array.isArray(given);
  const all: readonly unknown[] = isList ? given : [given];
  if (all.length === 0) throw new TypeError(`${where}: the list is empty; give at least one key`);
  if (all.length > MAX_KEYS) throw new TypeError(`${where}: at most ${MAX_KEYS} keys are tried; got ${all.length}`);
  return all.map((one, at) => {
    try {
      return fittingKey(one, algorithms);
    } catch (error) {
      if (!(error instanceof IllFormedKey)) throw error;
      throw new TypeError(`${isList ? `${where}[${at}]` : where} ${error.message}`);
    }
  });
}
