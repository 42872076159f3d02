// Finds the keys of a JWS and verifies it: public keys, a shared secret, or the chain in its header.
import { createHmac, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from "node:crypto";
import type { ProofContext, Refusal } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { ALGORITHMS, isSignedBy, misfitOf, type PublicKeyAlgorithm } from "../keys/algorithms.js";
import type { PublicKeyText } from "../keys/parse-public-key.js";
import { compileKeyFinder } from "../keys/public-key-resolver.js";
import type {
  FoundPublicKeys,
  KeyTuning,
  PublicKeyByIdFunction,
  PublicKeyFunction,
} from "../keys/public-key-source.js";
import { compileKeyForm, type KeyForm } from "../keys/secret-encoding.js";
import { compileSecrets, type KeySet, type Secrets } from "../keys/secrets.js";
import type { JwsHeader } from "./jws-parse.js";
import { compileX5c, type X5cOptions } from "./x5c.js";

/** RFC 7518 section 3.1 and RFC 8037. `none` is not one. */
export type JwsAlgorithm =
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "EdDSA"
  | "HS256"
  | "HS384"
  | "HS512";

/** Exactly one source of keys. */
export type JwsKeySource =
  | {
      /** The sender's key, several while one replaces another, or a function. The token's `kid` is not looked at. */
      readonly publicKey: PublicKeyText | readonly PublicKeyText[] | PublicKeyFunction;
      readonly keys?: never;
      readonly jwksUrl?: never;
      readonly secret?: never;
      readonly x5c?: never;
    }
  | {
      /** Keys by the token's `kid`: an object, or a function that asks the sender's API and remembers (Plaid). */
      readonly keys: Readonly<Record<string, PublicKeyText | readonly PublicKeyText[]>> | PublicKeyByIdFunction;
      readonly publicKey?: never;
      readonly jwksUrl?: never;
      readonly secret?: never;
      readonly x5c?: never;
    }
  | {
      /** Where the sender publishes its key set: https, or http to `127.0.0.1` or `[::1]` for tests. */
      readonly jwksUrl: string | undefined;
      readonly publicKey?: never;
      readonly keys?: never;
      readonly secret?: never;
      readonly x5c?: never;
    }
  | {
      /** A shared secret for HS256, HS384 or HS512. */
      readonly secret: Secrets;
      /** How the secret's text becomes bytes. Default `"utf8"`. */
      readonly key?: KeyForm;
      readonly publicKey?: never;
      readonly keys?: never;
      readonly jwksUrl?: never;
      readonly x5c?: never;
    }
  | {
      /** The chain in the token's header, to a root of the sender's (Apple). */
      readonly x5c: X5cOptions;
      readonly publicKey?: never;
      readonly keys?: never;
      readonly jwksUrl?: never;
      readonly secret?: never;
    };

export const JWS_KEY_SOURCES: readonly string[] = ["publicKey", "keys", "jwksUrl", "secret", "x5c"];
const HMACS: Readonly<Record<string, string>> = { HS256: "sha256", HS384: "sha384", HS512: "sha512" };
const DETAILS = { ecdsaForm: "p1363", pssSalt: "digest" } as const;
const BY_JWA: ReadonlyMap<string, PublicKeyAlgorithm> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ /* @__PURE__ */ (Object.keys(ALGORITHMS) as PublicKeyAlgorithm[]).flatMap((name) => {
    const { jwa } = ALGORITHMS[name];
    return jwa === undefined ? [] : [[jwa, name] as const];
  }),
);

/** Keys to try for one token. */
export interface FoundJwsKeys extends FoundPublicKeys {
  /** Of a chain: what is wrong with it at the moment it signed. */
  refusalAt?(atMs: number): Refusal | undefined;
}

export interface JwsQuery {
  readonly header: JwsHeader;
  readonly delivery: Delivery;
  readonly context: Pick<ProofContext, "nowMs">;
}

export interface JwsKeyFinder {
  readonly warnings: readonly string[];
  /** The order of the keys is ours. */
  readonly isOrdered: boolean;
  /** `undefined` where public keys, which cannot sign, are all there is. */
  readonly ownSecret: ((delivery: Delivery, text: string | undefined) => MaybePromise<KeyObject>) | undefined;
  find(query: JwsQuery, tried?: FoundJwsKeys): MaybePromise<FoundJwsKeys | Refusal>;
}

/** The algorithm of public keys behind a JWA name. */
export function publicKeyAlgorithmOf(jwa: string): PublicKeyAlgorithm | undefined {
  return BY_JWA.get(jwa);
}

/** Whether the signature over the input is of that key, by that algorithm and no other. */
export function isJwsSignedBy(key: KeyObject, alg: string, input: Buffer, signature: Buffer): boolean {
  const hash = HMACS[alg];
  if (hash !== undefined) {
    if (key.type !== "secret") return false;
    const expected = createHmac(hash, key).update(input).digest();
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  }
  const algorithm = BY_JWA.get(alg);
  if (algorithm === undefined || key.type !== "public" || misfitOf(key, algorithm) !== undefined) return false;
  return isSignedBy(key, algorithm, input, signature, DETAILS);
}

/** @throws {TypeError} Where algorithms and keys do not go together, or a key is ill-formed. */
export function compileJwsKeys(
  source: JwsKeySource,
  algorithms: readonly JwsAlgorithm[],
  where: string,
  tuning?: KeyTuning,
): JwsKeyFinder {
  const given = JWS_KEY_SOURCES.filter((name) => Object.hasOwn(source, name));
  if (given.length !== 1) {
    throw new TypeError(
      `${where}: exactly one of ${JWS_KEY_SOURCES.join(", ")} is needed; got ${given.length === 0 ? "none" : given.join(" and ")}`,
    );
  }
  checkAlgorithms(algorithms, given[0] === "secret", where);
  if (given[0] === "secret") return bySecret(source.secret, (source as { key?: KeyForm }).key, where);
  if (source.x5c !== undefined) return byChain(source.x5c, where);
  const names = algorithms.map((jwa) => BY_JWA.get(jwa) as PublicKeyAlgorithm);
  const { publicKey, keys, jwksUrl } = source;
  const own = Object.hasOwn(source, "publicKey")
    ? { publicKey }
    : Object.hasOwn(source, "keys")
      ? { keys }
      : { jwksUrl };
  const finder = compileKeyFinder(own as Parameters<typeof compileKeyFinder>[0], names, where, tuning, true);
  return {
    warnings: [],
    isOrdered: finder.fixed !== undefined,
    ownSecret: undefined,
    find({ header, delivery, context }, tried) {
      const algorithm = BY_JWA.get(header.alg) as PublicKeyAlgorithm;
      if (tried === undefined && finder.fixed !== undefined) return finder.fixed;
      return finder.find({ delivery, fields: undefined, algorithm, keyId: header.kid, context }, tried);
    },
  };
}

function checkAlgorithms(algorithms: unknown, isSecret: boolean, where: string): void {
  if (!Array.isArray(algorithms) || algorithms.length === 0) {
    throw new TypeError(`${where}: algorithms must name at least one, such as ["ES256"]`);
  }
  const known = isSecret ? Object.keys(HMACS) : [...BY_JWA.keys()];
  const other = algorithms.find((name: unknown) => typeof name !== "string" || !known.includes(name));
  if (other === undefined) return;
  const isMixed = typeof other === "string" && (Object.hasOwn(HMACS, other) || BY_JWA.has(other));
  throw new TypeError(
    isMixed
      ? `${where}: ${other} ${isSecret ? "needs public keys, not secret" : "needs secret; beside public keys anyone could sign with the public key's text"}`
      : `${where}: algorithms must be among ${known.join(", ")}; got ${JSON.stringify(other)}`,
  );
}

function bySecret(secret: Secrets, form: KeyForm | undefined, where: string): JwsKeyFinder {
  const decode = compileKeyForm(form ?? "utf8", where);
  const secrets = compileSecrets<KeyObject>(secret, {
    where: `${where}: secret`,
    strengthBytes: (text) => decode(text).length,
    toKey: (text) => createSecretKey(decode(text)),
  });
  // Where there is no secret the answer comes as late as for a wrong one, so that nobody learns which tenants exist.
  const dummyKeys = [createSecretKey(randomBytes(32))];
  const withDummy = (found: KeySet<KeyObject> | Refusal) =>
    found.ok && found.keys.length === 0 ? { ...found, keys: dummyKeys } : found;
  return {
    warnings: secrets.warnings,
    isOrdered: true,
    find({ delivery }) {
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

function byChain(options: X5cOptions, where: string): JwsKeyFinder {
  const readChain = compileX5c(options, `${where}: x5c`);
  return {
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
