// Finds the keys for a signature by its key id. Each key has exactly one algorithm.
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from "node:crypto";
import type { Refusal } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { isSignedBy, misfitOf, type PublicKeyAlgorithm } from "../keys/algorithms.js";
import { IllFormedKey, type KeySet, keyLookUp, MAX_KEYS } from "../keys/key-lookup.js";
import { type PublicKeyText, toPublicKey } from "../keys/parse-public-key.js";
import type { FoundPublicKeys, KeyTuning } from "../keys/public-key-source.js";
import { keySetUrl, remoteKeySet } from "../keys/remote-jwks.js";
import { compileKeyForm, type KeyForm } from "../keys/secret-encoding.js";
import { Unverified, type UnverifiedDelivery } from "../keys/unverified-delivery.js";

/** RFC 9421 section 3.3. */
export type MessageAlgorithm = "hmac-sha256" | MessagePublicKeyAlgorithm;
/** Public-key algorithms of RFC 9421. */
export type MessagePublicKeyAlgorithm = Extract<
  PublicKeyAlgorithm,
  "ed25519" | "ecdsa-p256-sha256" | "ecdsa-p384-sha384" | "rsa-v1_5-sha256" | "rsa-pss-sha512"
>;

/** A key and its only algorithm. */
export type MessageKey =
  | {
      readonly algorithm: "hmac-sha256";
      readonly secret: string | undefined;
      /** How the secret's text becomes bytes. Default `"utf8"`. */
      readonly key?: KeyForm;
      readonly publicKey?: never;
    }
  | { readonly algorithm: MessagePublicKeyAlgorithm; readonly publicKey: PublicKeyText; readonly secret?: never };

/** The answer of a key function: one key or several, optionally with their tenant, or nothing for an unknown key id. */
export type MessageKeyAnswer =
  | MessageKey
  | readonly MessageKey[]
  | { readonly keys: MessageKey | readonly MessageKey[]; readonly tenant: string }
  | null
  | undefined;

/** Looks up the keys of a key id, or of `""` if the signature names none. Its answers have the meaning of those for `publicKey`. */
export type MessageKeyFunction = (keyId: string, delivery: UnverifiedDelivery) => MaybePromise<MessageKeyAnswer>;

/** Keys of `messageSignature`: by key id, as a list, or from a function. */
export type MessageKeys =
  | Readonly<Record<string, MessageKey | readonly MessageKey[]>>
  | readonly MessageKey[]
  | MessageKeyFunction;

export interface CompiledMessageKey {
  readonly algorithm: MessageAlgorithm;
  readonly key: KeyObject;
}
export interface FoundMessageKeys extends KeySet<CompiledMessageKey> {
  /** The fetched key set. A newer one may have other keys. */
  readonly set?: FoundPublicKeys["set"];
}
/** @param tried - Keys that did not match. Only a key set may find others then. */
export type FindMessageKeys = (
  keyId: string | undefined,
  delivery: Delivery,
  tried?: FoundMessageKeys,
) => MaybePromise<FoundMessageKeys | Refusal>;

const MESSAGE_ALGORITHMS: readonly string[] = [
  "hmac-sha256",
  "ed25519",
  "ecdsa-p256-sha256",
  "ecdsa-p384-sha384",
  "rsa-v1_5-sha256",
  "rsa-pss-sha512",
];
/** Section 3.3: numbers side by side, salt as long as the hash. */
export const DETAILS = { ecdsaForm: "p1363", pssSalt: "digest" } as const;
const NONE: FoundMessageKeys = { ok: true, keys: [] };

/** Whether the signature over the text was made with this key. */
export function isMessageSignedBy({ algorithm, key }: CompiledMessageKey, base: Buffer, signature: Buffer): boolean {
  if (algorithm !== "hmac-sha256") return isSignedBy(key, algorithm, base, signature, DETAILS);
  const expected = createHmac("sha256", key).update(base).digest();
  return expected.length === signature.length && timingSafeEqual(expected, signature);
}

/** @throws {TypeError} If there are no keys, or one is ill-formed. */
export function compileMessageKeys(keys: MessageKeys): FindMessageKeys {
  if (typeof keys === "function") return askingKeys(keys);
  if (Array.isArray(keys)) {
    const all: FoundMessageKeys = { ok: true, keys: compileList(keys as readonly MessageKey[], "keys") };
    return () => all;
  }
  if (typeof keys !== "object" || keys === null || Object.keys(keys).length === 0) {
    throw new TypeError("messageSignature: keys must be keys by their id, a list of keys, or a function");
  }
  // A Map, so that a delivery cannot name `constructor`.
  const byId = new Map<string, FoundMessageKeys>();
  for (const [id, given] of Object.entries(keys as Readonly<Record<string, MessageKey | readonly MessageKey[]>>)) {
    const list = Array.isArray(given) ? (given as readonly MessageKey[]) : [given as MessageKey];
    byId.set(id, { ok: true, keys: compileList(list, `keys[${JSON.stringify(id)}]`) });
  }
  return (keyId) => (keyId === undefined ? NONE : (byId.get(keyId) ?? NONE));
}

function compileList(keys: readonly MessageKey[], where: string): readonly CompiledMessageKey[] {
  if (keys.length === 0 || keys.length > MAX_KEYS) {
    throw new TypeError(`messageSignature: ${where} must hold 1 to ${MAX_KEYS} keys; got ${keys.length}`);
  }
  return keys.map((one) => {
    try {
      return compileMessageKey(one);
    } catch (error) {
      if (!(error instanceof IllFormedKey)) throw error;
      throw new TypeError(`messageSignature: ${where}: the key ${error.message}`);
    }
  });
}

function compileMessageKey(given: MessageKey): CompiledMessageKey {
  const { algorithm } = given ?? {};
  if (!MESSAGE_ALGORITHMS.includes(algorithm)) {
    throw new IllFormedKey(`must name its algorithm, one of ${MESSAGE_ALGORITHMS.join(", ")}`);
  }
  if (given.algorithm === "hmac-sha256") return { algorithm: given.algorithm, key: secretKey(given.secret, given.key) };
  const key = toPublicKey(given.publicKey);
  const misfit = misfitOf(key, given.algorithm);
  if (misfit !== undefined) throw new IllFormedKey(misfit);
  return { algorithm: given.algorithm, key };
}

/** RFC 2104 section 3 discourages keys shorter than the hash; below 16 bytes they can be guessed. */
const MIN_SECRET_BYTES = 16;

export function secretKey(secret: unknown, form: KeyForm = "utf8"): KeyObject {
  if (typeof secret !== "string") throw new IllFormedKey("has no secret; is its environment variable set?");
  if (secret.trim() !== secret || secret === "")
    throw new IllFormedKey("has a secret that is blank or has white space around it");
  if (secret.startsWith("-----BEGIN")) throw new IllFormedKey("has a PEM document as its secret");
  const bytes = compileKeyForm(form, "messageSignature")(secret);
  if (bytes.length < MIN_SECRET_BYTES) throw new IllFormedKey(`has a secret below ${MIN_SECRET_BYTES} bytes`);
  return createSecretKey(bytes);
}

function askingKeys(ask: MessageKeyFunction): FindMessageKeys {
  const lookUp = keyLookUp({
    where: "messageSignature: keys",
    property: "keys",
    toKey: (given) => compileMessageKey(given as MessageKey),
  });
  return (keyId, delivery) => lookUp(() => ask(keyId ?? "", new Unverified(delivery)));
}

/** Keys of a key set at a URL. The algorithm is configured; the delivery does not choose it. */
export function remoteMessageKeys(
  jwksUrl: string | undefined,
  algorithm: MessagePublicKeyAlgorithm | undefined,
  tuning: KeyTuning = {},
): FindMessageKeys {
  if (algorithm === undefined || algorithm === ("hmac-sha256" as string) || !MESSAGE_ALGORITHMS.includes(algorithm)) {
    throw new TypeError(
      `messageSignature: algorithm must be one of ${MESSAGE_ALGORITHMS.slice(1).join(", ")} beside jwksUrl`,
    );
  }
  const keySet = remoteKeySet(keySetUrl(jwksUrl, "messageSignature"), tuning.keySet);
  const named = (found: FoundPublicKeys | Refusal): FoundMessageKeys | Refusal =>
    found.ok ? { ...found, keys: found.keys.map((key) => ({ algorithm, key })) } : found;
  return function findInKeySet(keyId, _delivery, tried) {
    if (tried !== undefined && keyId !== undefined) return NONE;
    const found = keySet.find({ algorithm, kid: keyId }, tried as FoundPublicKeys | undefined);
    return isPromise(found) ? found.then(named) : named(found);
  };
}
