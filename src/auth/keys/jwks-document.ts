// Reads a JSON Web Key Set (RFC 7517 section 5): the keys in it that can verify a signature.
import type { KeyObject } from "node:crypto";
import { parseJson } from "../../lib/json.js";
import { ALGORITHMS, fitsAny, misfitOf, type PublicKeyAlgorithm } from "./algorithms.js";
import { type BoundedFetch, fetchBytes } from "./bounded-fetch.js";
import { IllFormedKey, type KeySet } from "./key-lookup.js";
import { fromJwk, type Jwk } from "./parse-public-key.js";

/** A key set as its issuer publishes it. */
export interface JwkSet {
  readonly keys: readonly Jwk[];
}

/** A key of a set. */
export interface JwksKey {
  readonly kid: string | undefined;
  readonly key: KeyObject;
}

/** Public keys to try for one delivery. */
export interface FoundPublicKeys extends KeySet<KeyObject> {
  /** The fetched key set. A newer one may have other keys. */
  readonly set?: readonly JwksKey[];
}

/** More keys than issuers publish. Each key is imported, so there is a limit. */
const MAX_KEYS = 100;
/** The number of keys that are tried for a delivery that names no key. */
const MAX_CANDIDATES = 5;
const ACCEPT = "application/jwk-set+json, application/json";
const JWS_ALGORITHMS: readonly PublicKeyAlgorithm[] = /* @__PURE__ */ (
  Object.keys(ALGORITHMS) as PublicKeyAlgorithm[]
).filter((name) => ALGORITHMS[name].jwa !== undefined);

/** @throws {Error} The message has the problem, and nothing of the response. */
export async function fetchKeySet(
  url: string,
  limits: Pick<BoundedFetch, "timeoutMs" | "maxBytes">,
): Promise<readonly JwksKey[]> {
  const bytes = await fetchBytes(url, { ...limits, what: "the key set", accept: ACCEPT });
  const parsed = parseJson(bytes);
  if (!parsed.ok) throw new Error("the key set is not JSON");
  return parseKeySet(parsed.value);
}

/**
 * The keys of a set that can verify a signature; the others are left out (RFC 7517 section 5 says to ignore them).
 *
 * @throws {Error} When it is not a key set, or nothing in it can verify.
 */
export function parseKeySet(value: unknown): readonly JwksKey[] {
  const all: unknown =
    typeof value === "object" && value !== null && Object.hasOwn(value, "keys")
      ? (value as { keys: unknown }).keys
      : undefined;
  if (!Array.isArray(all)) throw new Error("it is not a JSON Web Key Set: an object with an array `keys`");
  if (all.length > MAX_KEYS) throw new Error(`the key set has ${all.length} keys; at most ${MAX_KEYS} are read`);
  const keys = all.flatMap(verifyingKey);
  if (keys.length === 0) throw new Error("the key set has no public key for RS*, PS*, ES* or EdDSA signatures");
  return keys;
}

function verifyingKey(value: unknown): readonly JwksKey[] {
  if (typeof value !== "object" || value === null) return [];
  const { kid } = value as { kid?: unknown };
  if (kid !== undefined && typeof kid !== "string") return [];
  try {
    const key = fromJwk(value as Jwk);
    return fitsAny(key, JWS_ALGORITHMS) ? [{ kid, key }] : [];
  } catch (error) {
    if (error instanceof IllFormedKey) return [];
    throw error;
  }
}

/** The keys of a set that a delivery may be signed with. A key without id is not used for a delivery that names a key. */
export function candidatesOf(
  set: readonly JwksKey[],
  algorithm: PublicKeyAlgorithm,
  kid: string | undefined,
): readonly KeyObject[] {
  return set
    .filter((one) => (kid === undefined || one.kid === kid) && misfitOf(one.key, algorithm) === undefined)
    .slice(0, MAX_CANDIDATES)
    .map(({ key }) => key);
}
