// Finds the keys for a JWS: public keys, a shared secret, or the certificate chain in its header.
import { createSecretKey, type KeyObject } from "node:crypto";
import type { ProofContext, Refusal } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { misfitOf, type PublicKeyAlgorithm } from "../keys/algorithms.js";
import { dummyKeys } from "../keys/dummy-key.js";
import { localKeySet } from "../keys/jwks.js";
import { type JwkSet, parseKeySet } from "../keys/jwks-document.js";
import { IllFormedKey, type KeySet } from "../keys/key-lookup.js";
import { compileKeyFinder } from "../keys/public-key-resolver.js";
import type { FoundPublicKeys, KeyTuning } from "../keys/public-key-source.js";
import { compileKeyForm, type KeyForm } from "../keys/secret-encoding.js";
import { compileSecrets, type Secrets } from "../keys/secrets.js";
import { checkJwsAlgorithms, type JwsAlgorithm, minSecretBytes, publicKeyAlgorithmOf } from "./jws-algorithms.js";
import { type JwsKeySource, jwsKeySourceName } from "./jws-key-source.js";
import type { JwsHeader } from "./jws-parse.js";
import { compileX5c, type X5cOptions } from "./x5c.js";

/** Keys to try for one token. */
export interface FoundJwsKeys extends FoundPublicKeys {
  /** For a certificate chain: why it is refused for this signed time. */
  refusalAt?(atMs: number): Refusal | undefined;
}

export interface JwsQuery {
  readonly header: JwsHeader;
  readonly delivery: Delivery;
  readonly context: Pick<ProofContext, "nowMs">;
}

export interface JwsKeyFinder {
  /** The algorithms that fit a configured key. */
  readonly algorithms: readonly JwsAlgorithm[];
  readonly warnings: readonly string[];
  /** The keys have the order of the configuration. */
  readonly isOrdered: boolean;
  /** `undefined` with public keys, which cannot sign. */
  readonly ownSecret: ((delivery: Delivery, text: string | undefined) => MaybePromise<KeyObject>) | undefined;
  find(query: JwsQuery, tried?: FoundJwsKeys): MaybePromise<FoundJwsKeys | Refusal>;
}

/** @throws {TypeError} If algorithms and keys do not fit each other, or a key is ill-formed. */
export function compileJwsKeys(
  source: JwsKeySource,
  algorithms: readonly JwsAlgorithm[],
  where: string,
  tuning?: KeyTuning,
): JwsKeyFinder {
  const name = jwsKeySourceName(source, where);
  checkJwsAlgorithms(algorithms, name === "secret", where);
  if (name === "secret") return bySecret(source.secret, (source as { key?: KeyForm }).key, algorithms, where);
  if (source.x5c !== undefined) return byChain(source.x5c, algorithms, where);
  if (source.jwks !== undefined) return byLocalKeySet(source.jwks, algorithms, where);
  const names = algorithms.map((jwa) => publicKeyAlgorithmOf(jwa) as PublicKeyAlgorithm);
  const own = { [name]: source[name] } as Parameters<typeof compileKeyFinder>[0];
  const finder = compileKeyFinder(own, names, where, tuning, true);
  const { fixed } = finder;
  return {
    algorithms: fixed === undefined ? algorithms : algorithms.filter((_, at) => fitsSome(fixed.keys, names[at])),
    warnings: [],
    isOrdered: fixed !== undefined,
    ownSecret: undefined,
    find({ header, delivery, context }, tried) {
      const algorithm = publicKeyAlgorithmOf(header.alg) as PublicKeyAlgorithm;
      if (tried === undefined && fixed !== undefined) return fixed;
      return finder.find({ delivery, fields: undefined, algorithm, keyId: header.kid, context }, tried);
    },
  };
}

function fitsSome(keys: readonly KeyObject[], name: PublicKeyAlgorithm | undefined): boolean {
  return name !== undefined && keys.some((key) => misfitOf(key, name) === undefined);
}

function byLocalKeySet(set: JwkSet, algorithms: readonly JwsAlgorithm[], where: string): JwsKeyFinder {
  const all: unknown = (set as { keys?: unknown } | null)?.keys;
  // A private key set was pasted, or `secret` was meant: an error is better than ignoring those keys.
  const isOurs = (key: unknown) =>
    typeof key === "object" && key !== null && (Object.hasOwn(key, "d") || Object.hasOwn(key, "k"));
  if (Array.isArray(all) && all.some(isOurs)) {
    throw new TypeError(`${where}: jwks holds a private or secret key; give public keys only`);
  }
  let keySet: ReturnType<typeof localKeySet>;
  try {
    keySet = localKeySet(parseKeySet(set));
  } catch (error) {
    throw new TypeError(`${where}: jwks: ${(error as Error).message}`, { cause: error });
  }
  return {
    algorithms,
    warnings: [],
    isOrdered: false,
    ownSecret: undefined,
    find: ({ header }, tried) =>
      keySet.find({ algorithm: publicKeyAlgorithmOf(header.alg) as PublicKeyAlgorithm, kid: header.kid }, tried),
  };
}

function bySecret(
  secret: Secrets,
  form: KeyForm | undefined,
  algorithms: readonly JwsAlgorithm[],
  where: string,
): JwsKeyFinder {
  const decode = compileKeyForm(form ?? "utf8", where);
  const minBytes = minSecretBytes(algorithms);
  const secrets = compileSecrets<KeyObject>(secret, {
    where: `${where}: secret`,
    toKey(text) {
      const bytes = decode(text);
      if (bytes.length >= minBytes) return createSecretKey(bytes);
      throw new IllFormedKey(
        `must have at least ${minBytes} bytes for ${algorithms.join(", ")} (RFC 7518 section 3.2); got ${bytes.length}`,
      );
    },
  });
  // Where there is no secret the answer comes as late as for a wrong one, so that nobody learns which tenants exist.
  const withDummy = (found: KeySet<KeyObject> | Refusal) =>
    found.ok && found.keys.length === 0 ? { ...found, keys: dummyKeys() } : found;
  return {
    algorithms,
    warnings: secrets.warnings,
    isOrdered: true,
    find({ delivery }, tried) {
      if (tried !== undefined) return { ok: true, keys: [] };
      const found = secrets.fixed ?? secrets.lookUp(delivery);
      return isPromise(found) ? found.then(withDummy) : withDummy(found);
    },
    ownSecret(delivery, text) {
      if (text !== undefined) return secrets.toKey(text);
      const found = secrets.fixed ?? secrets.lookUp(delivery);
      return isPromise(found) ? found.then((keys) => firstOf(keys, where)) : firstOf(found, where);
    },
  };
}

function firstOf(found: KeySet<KeyObject> | Refusal, where: string): KeyObject {
  const key = found.ok ? found.keys[0] : undefined;
  if (key === undefined) throw new TypeError(`${where}: there is no secret to sign with`);
  return key;
}

function byChain(options: X5cOptions, algorithms: readonly JwsAlgorithm[], where: string): JwsKeyFinder {
  const readChain = compileX5c(options, `${where}: x5c`);
  return {
    algorithms,
    warnings: [],
    isOrdered: true,
    ownSecret: undefined,
    find({ header }, tried) {
      if (tried !== undefined) return { ok: true, keys: [] };
      const chain = readChain(header.x5c);
      return chain.ok ? { ok: true, keys: [chain.key], refusalAt: chain.refusalAt } : chain;
    },
  };
}
