// Fetches a JSON Web Key Set and keeps the keys that may verify (RFC 7517 section 5).
import { createPublicKey, type KeyObject } from "node:crypto";
import type { JSONWebKeySet, JWK } from "jose";
import { type BoundedFetch, fetchBytes } from "./bounded-fetch.js";

/** More keys than any issuer publishes; each is imported, so there is a limit. */
const MAX_KEYS = 100;

/** RFC 7518 sections 3.3 and 3.5. */
const MIN_RSA_BITS = 2048;

const ACCEPT = "application/jwk-set+json, application/json";

/** @throws {Error} With what went wrong in its message; never with anything of the answer. */
export async function fetchKeySet(
  url: string,
  limits: Pick<BoundedFetch, "timeoutMs" | "maxBytes">,
): Promise<JSONWebKeySet> {
  return parseKeySet(parseJson(await fetchBytes(url, { ...limits, what: "the key set", accept: ACCEPT })));
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Error("the key set is not JSON");
  }
}

/**
 * The keys of a set that can verify a signature; the others are left out (RFC 7517 section 5 says to ignore them).
 *
 * @throws {Error} When it is not a key set, or nothing in it can verify.
 */
export function parseKeySet(value: unknown): JSONWebKeySet {
  const all: unknown =
    typeof value === "object" && value !== null && Object.hasOwn(value, "keys")
      ? (value as { keys: unknown }).keys
      : undefined;
  if (!Array.isArray(all)) throw new Error("it is not a JSON Web Key Set: an object with an array `keys`");
  if (all.length > MAX_KEYS) throw new Error(`the key set has ${all.length} keys; at most ${MAX_KEYS} are read`);
  const keys = all.filter((jwk): jwk is JWK => isVerifyingJwk(jwk));
  if (keys.length === 0) throw new Error("the key set has no public key for RS*, PS*, ES* or EdDSA signatures");
  return { keys };
}

function isVerifyingJwk(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    return publicKeyOfJwk(value as JWK) !== undefined;
  } catch {
    return false;
  }
}

/**
 * The public key of a JWK meant for verifying; `undefined` where it is private, secret, or for something else.
 *
 * @throws {Error} When the key material itself is malformed.
 */
export function publicKeyOfJwk(jwk: JWK): KeyObject | undefined {
  if (jwk.kty !== "RSA" && jwk.kty !== "EC" && jwk.kty !== "OKP") return undefined;
  if (Object.hasOwn(jwk, "d")) return undefined;
  if (jwk.use !== undefined && jwk.use !== "sig") return undefined;
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes("verify"))) return undefined;
  if (jwk.kid !== undefined && typeof jwk.kid !== "string") return undefined;
  const key = createPublicKey({ key: jwk, format: "jwk" });
  return algorithmsOfKey(key).length === 0 ? undefined : key;
}

const EC_ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  prime256v1: ["ES256"],
  secp384r1: ["ES384"],
  secp521r1: ["ES512"],
};

/** The signature algorithms a key can be used with; none for a kind or size that is not accepted. */
export function algorithmsOfKey(key: KeyObject): readonly string[] {
  const details = key.asymmetricKeyDetails;
  switch (key.asymmetricKeyType) {
    case "rsa":
      return (details?.modulusLength ?? 0) < MIN_RSA_BITS ? [] : ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
    case "ec":
      return EC_ALGORITHMS[details?.namedCurve ?? ""] ?? [];
    case "ed25519":
      return ["EdDSA", "Ed25519"];
    default:
      return [];
  }
}
