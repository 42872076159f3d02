// Parses public keys in every spelling that senders publish: PEM, bare base64, JWK.
import { createPrivateKey, createPublicKey, KeyObject } from "node:crypto";
import type { JWK } from "jose";
import { decodeCanonical } from "../request/encoding.js";
import { misfitOf, type PublicKeyAlgorithm } from "./algorithms.js";

/**
 * A public key as senders show it. `undefined` so that `process.env.X` type-checks; it is refused when built.
 *
 * - PEM: `-----BEGIN PUBLIC KEY-----`, or a certificate, whose key is taken and whose dates are not looked at
 * - base64 of the same bytes without the PEM lines (SPKI): SendGrid
 * - Ed25519: 32 bytes as hex (Discord) or base64 (Telnyx), or `whpk_…` (Standard Webhooks)
 * - a JWK, as an object or as JSON text
 * - a `KeyObject`
 */
export type PublicKeyText = string | JWK | KeyObject | undefined;

/** Why something is no key; never quotes it. */
export class IllFormedKey extends Error {}

const HEX_OF_32 = /^[0-9a-fA-F]{64}$/;
/** DER before the 32 bytes: SubjectPublicKeyInfo and PKCS #8 of Ed25519, RFC 8410 sections 4 and 7. */
const ED25519_SPKI = /* @__PURE__ */ Buffer.from("302a300506032b6570032100", "hex");
const ED25519_PKCS8 = /* @__PURE__ */ Buffer.from("302e020100300506032b657004220420", "hex");

/** @throws {IllFormedKey} Where it is not a public key in one of the spellings. */
export function toPublicKey(given: unknown): KeyObject {
  if (given === undefined || given === null) {
    throw new IllFormedKey("is missing; set the environment variable, or give a function to read it per delivery");
  }
  if (given instanceof KeyObject) {
    if (given.type === "public") return given;
    throw new IllFormedKey(`is a ${given.type} KeyObject; give the public key`);
  }
  if (typeof given === "string") return fromText(given);
  if (typeof given === "object" && !Array.isArray(given)) return fromJwk(given as JWK);
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
  if (text.startsWith("whsec_")) throw new IllFormedKey("is a shared secret (whsec_); use mac(…) for those");
  if (text.startsWith("-----BEGIN ")) {
    return tried(() => createPublicKey(text), "is not well-formed PEM; are its line breaks intact?");
  }
  if (text.startsWith("{")) return fromJwk(tried(() => JSON.parse(text) as JWK, "looks like a JWK but is not JSON"));
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

function fromJwk(jwk: JWK): KeyObject {
  if (Object.hasOwn(jwk, "d") || Object.hasOwn(jwk, "k")) {
    throw new IllFormedKey("is a private or secret JWK; give the public key");
  }
  return tried(() => createPublicKey({ key: jwk, format: "jwk" }), "is not a well-formed JWK of a public key");
}

function tried<Value>(make: () => Value, problem: string): Value {
  try {
    return make();
  } catch {
    throw new IllFormedKey(problem); // the library's message may quote the text
  }
}

/**
 * A private key to sign with: PEM (PKCS #8), a JWK as text, `whsk_…`, or the 32 bytes of an Ed25519 key as hex.
 *
 * @throws {TypeError} Where it is none, or does not fit any of the algorithms.
 */
export function toPrivateKey(text: string, algorithms: readonly PublicKeyAlgorithm[], where: string): KeyObject {
  const key = parsePrivateKey(text.trim(), where);
  const misfits = algorithms.map((name) => misfitOf(key, name));
  if (misfits.some((misfit) => misfit === undefined)) return key;
  throw new TypeError(`${where}: the key to sign with ${misfits[0]}`);
}

function parsePrivateKey(text: string, where: string): KeyObject {
  try {
    if (text.startsWith("{")) return createPrivateKey({ key: JSON.parse(text) as JWK, format: "jwk" });
    const seed = seedOf(text);
    if (seed === undefined) return createPrivateKey(text);
    return createPrivateKey({ key: Buffer.concat([ED25519_PKCS8, seed]), format: "der", type: "pkcs8" });
  } catch {
    throw new TypeError(
      `${where}: the key to sign with must be a private key: PEM (PKCS #8), a JWK as text, whsk_…, or 32 bytes as hex`,
    );
  }
}

/** `whsk_` holds seed and public key, 64 bytes; the seed makes the other half. */
function seedOf(text: string): Buffer | undefined {
  if (HEX_OF_32.test(text)) return Buffer.from(text, "hex");
  if (!text.startsWith("whsk_")) return undefined;
  const bytes = decodeCanonical(text.slice("whsk_".length), "base64");
  return bytes?.length === 64 || bytes?.length === 32 ? bytes.subarray(0, 32) : undefined;
}
