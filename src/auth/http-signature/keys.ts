// Finds the keys of a message signature by its key id; each key is for one algorithm.
import { createHmac, createSecretKey, KeyObject, timingSafeEqual } from "node:crypto";
import { type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { ALGORITHMS, isSignedBy, misfitOf, type PublicKeyAlgorithm } from "../keys/algorithms.js";
import { remoteKeySet } from "../keys/jwks.js";
import { IllFormedKey, type PublicKeyText, toPublicKey } from "../keys/parse-public-key.js";
import { keySetUrl } from "../keys/public-key-resolver.js";
import type { KeyTuning } from "../keys/public-key-source.js";
import { compileKeyForm, IllFormedSecret, type KeyForm } from "../keys/secret-encoding.js";
import { Unverified, type UnverifiedDelivery } from "../keys/secrets.js";

/** RFC 9421 section 3.3. */
export type MessageAlgorithm = "hmac-sha256" | MessagePublicKeyAlgorithm;
export type MessagePublicKeyAlgorithm = Extract<
  PublicKeyAlgorithm,
  "ed25519" | "ecdsa-p256-sha256" | "ecdsa-p384-sha384" | "rsa-v1_5-sha256" | "rsa-pss-sha512"
>;

/** A key, and the one algorithm it is for. */
export type MessageKey =
  | {
      readonly algorithm: "hmac-sha256";
      readonly secret: string | undefined;
      /** How the secret's text becomes bytes. Default `"utf8"`. */
      readonly key?: KeyForm;
      readonly publicKey?: never;
    }
  | { readonly algorithm: MessagePublicKeyAlgorithm; readonly publicKey: PublicKeyText; readonly secret?: never };

export type MessageKeyAnswer =
  | MessageKey
  | readonly MessageKey[]
  | { readonly keys: MessageKey | readonly MessageKey[]; readonly tenant: string }
  | null
  | undefined;

/** Keys of a key id; `""` where the signature names none. What it answers decides as for `publicKey`. */
export type MessageKeyFunction = (keyId: string, delivery: UnverifiedDelivery) => MaybePromise<MessageKeyAnswer>;

export type MessageKeys =
  | Readonly<Record<string, MessageKey | readonly MessageKey[]>>
  | readonly MessageKey[]
  | MessageKeyFunction;

export interface CompiledMessageKey {
  readonly algorithm: MessageAlgorithm;
  readonly key: KeyObject;
}
export interface FoundMessageKeys {
  readonly ok: true;
  readonly keys: readonly CompiledMessageKey[];
  readonly tenant?: string | undefined;
}
export type FindMessageKeys = (
  keyId: string | undefined,
  algorithm: string | undefined,
  delivery: Delivery,
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
const MAX_KEYS = 5;
const NONE: FoundMessageKeys = { ok: true, keys: [] };

/** Whether the signature over the text is of that key. */
export function isMessageSignedBy({ algorithm, key }: CompiledMessageKey, base: Buffer, signature: Buffer): boolean {
  if (algorithm !== "hmac-sha256") return isSignedBy(key, algorithm, base, signature, DETAILS);
  const expected = createHmac("sha256", key).update(base).digest();
  return expected.length === signature.length && timingSafeEqual(expected, signature);
}

/** @throws {TypeError} Where there are none, or one is ill-formed. */
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
      if (!(error instanceof IllFormedKey || error instanceof IllFormedSecret)) throw error;
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
  function accept(answer: MessageKeyAnswer): FoundMessageKeys | Refusal {
    if (answer === null || answer === undefined) return NONE;
    const isNamed = typeof answer === "object" && Object.hasOwn(answer, "keys");
    const { keys, tenant } = (isNamed ? answer : { keys: answer }) as {
      keys: MessageKey | MessageKey[];
      tenant?: unknown;
    };
    if (isNamed && (typeof tenant !== "string" || tenant === "")) {
      return misconfigured("the function answered a tenant that is not a non-empty string");
    }
    const list = Array.isArray(keys) ? keys : [keys];
    if (list.length > MAX_KEYS) return misconfigured(`the function answered more than ${MAX_KEYS} keys`);
    try {
      return { ok: true, keys: list.map(compileMessageKey), tenant: tenant as string | undefined };
    } catch (error) {
      if (!(error instanceof IllFormedKey || error instanceof IllFormedSecret)) return failed(error);
      return misconfigured(`a key that the function answered ${error.message}`);
    }
  }
  return (keyId, _algorithm, delivery) => {
    try {
      const answer = ask(keyId ?? "", new Unverified(delivery));
      return isPromise(answer) ? answer.then(accept, failed) : accept(answer);
    } catch (error) {
      return failed(error);
    }
  };
}

function misconfigured(what: string): Refusal {
  return refuse("misconfigured", `messageSignature: keys: ${what}`);
}
function failed(cause: unknown): Refusal {
  return { ...refuse("undecided", "messageSignature: keys: the function threw or rejected"), cause };
}

/** Keys of a key set behind a URL. The key, not the delivery, says by which algorithm. */
export function remoteMessageKeys(
  jwksUrl: string | undefined,
  algorithm: MessagePublicKeyAlgorithm | undefined,
  tuning: KeyTuning = {},
): FindMessageKeys {
  const jwa =
    algorithm === undefined ? undefined : MESSAGE_ALGORITHMS.includes(algorithm) && ALGORITHMS[algorithm]?.jwa;
  if (algorithm === undefined || !jwa) {
    throw new TypeError(
      `messageSignature: algorithm must be one of ${MESSAGE_ALGORITHMS.slice(1).join(", ")} beside jwksUrl`,
    );
  }
  const keySet = remoteKeySet(keySetUrl(jwksUrl, "messageSignature"), tuning.keySet);
  return async (keyId) => {
    try {
      const found = await keySet.find({ alg: jwa, kid: keyId });
      if ("ok" in found) return found;
      const keys = found.keys.map((key) => ({ algorithm, key: key instanceof KeyObject ? key : KeyObject.from(key) }));
      return { ok: true, keys: keys.filter(({ key }) => misfitOf(key, algorithm) === undefined) };
    } catch (cause) {
      return { ...refuse("undecided", "the keys of the key set could not be used"), cause };
    }
  };
}
