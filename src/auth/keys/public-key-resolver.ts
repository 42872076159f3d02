// Finds the public keys for a delivery: fixed keys, keys by id, a key set, or a certificate.
import type { KeyObject } from "node:crypto";
import { absent, type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { isPromise } from "../../lib/maybe-promise.js";
import { isParsedField, readUnverified } from "../request/unverified-fields.js";
import { ALGORITHMS, type PublicKeyAlgorithm } from "./algorithms.js";
import type { CertificateTuning } from "./certificate-cache.js";
import { type CertificateUrlOptions, certificateSource } from "./certificate-url.js";
import { type KeyIdReader, KNOWN_KEY_ID, keyIdReader } from "./key-id.js";
import { keyLookUp } from "./key-lookup.js";
import { compilePublicKeys, fittingKey, type PublicKeyText } from "./parse-public-key.js";
import {
  type FoundPublicKeys,
  KEY_SOURCES,
  type KeyTuning,
  NO_KEYS,
  type PublicKeyByIdFunction,
  type PublicKeyFinder,
  type PublicKeySource,
} from "./public-key-source.js";
import { type KeySetTuning, keySetUrl, remoteKeySet } from "./remote-jwks.js";
import { Unverified } from "./unverified-delivery.js";

/**
 * @param isKeyIdKnown - Queries have the key id, so there is no `keyId` option.
 * @throws {TypeError} When there is not exactly one source, or one of its keys is ill-formed or does not fit.
 */
export function compileKeyFinder(
  source: PublicKeySource,
  algorithms: readonly PublicKeyAlgorithm[],
  where: string,
  tuning: KeyTuning = {},
  isKeyIdKnown = false,
): PublicKeyFinder {
  const given = KEY_SOURCES.filter((name) => source[name] !== undefined);
  // `publicKey: process.env.X` with X unset: the error should be about X.
  const named = given.length > 0 ? given : KEY_SOURCES.filter((name) => Object.hasOwn(source, name));
  if (named.length !== 1) {
    throw new TypeError(
      `${where}: exactly one of ${KEY_SOURCES.join(", ")} is needed; got ${named.length === 0 ? "none" : named.join(" and ")}`,
    );
  }
  if (source.certificate !== undefined) return byCertificate(source.certificate, where, tuning.certificate);
  const keyId = isKeyIdKnown ? KNOWN_KEY_ID : keyIdReader(source.keyId, source.keys !== undefined, where);
  if (Object.hasOwn(source, "jwksUrl")) return byKeySet(source.jwksUrl, keyId, algorithms, where, tuning.keySet);
  if (source.keys !== undefined) return byId(source.keys, keyId, algorithms, where);
  const { publicKey } = source;
  if (typeof publicKey !== "function") {
    return fixedFinder(compilePublicKeys(publicKey, algorithms, `${where}: publicKey`));
  }
  const lookUp = keyLookUp({
    where: `${where}: publicKey`,
    property: "publicKey",
    isWithoutParameters: publicKey.length === 0,
    toKey: (given) => fittingKey(given, algorithms),
  });
  return {
    readsFields: false,
    find: ({ delivery }, tried) => (tried === undefined ? lookUp(() => publicKey(new Unverified(delivery))) : NO_KEYS),
  };
}

function fixedFinder(keys: readonly KeyObject[]): PublicKeyFinder {
  const fixed: FoundPublicKeys = { ok: true, keys };
  return { fixed, readsFields: false, find: (_query, tried) => (tried === undefined ? fixed : NO_KEYS) };
}

function byId(
  keys: Readonly<Record<string, PublicKeyText | readonly PublicKeyText[]>> | PublicKeyByIdFunction,
  keyId: KeyIdReader,
  algorithms: readonly PublicKeyAlgorithm[],
  where: string,
): PublicKeyFinder {
  const find = typeof keys === "function" ? fromFunction(keys) : fromTable(keys);

  function fromFunction(look: PublicKeyByIdFunction) {
    const lookUp = keyLookUp({
      where: `${where}: keys`,
      property: "publicKey",
      toKey: (given) => fittingKey(given, algorithms),
    });
    return (id: string, delivery: Delivery) => lookUp(() => look(id, new Unverified(delivery)));
  }
  function fromTable(table: object) {
    if (typeof table !== "object" || table === null || Object.keys(table).length === 0) {
      throw new TypeError(`${where}: keys must be an object of at least one key by its id, or a function`);
    }
    // A Map, so that a delivery cannot name `constructor`.
    const known = new Map<string, FoundPublicKeys>();
    for (const [id, given] of Object.entries(table)) {
      known.set(id, { ok: true, keys: compilePublicKeys(given, algorithms, `${where}: keys[${JSON.stringify(id)}]`) });
    }
    return (id: string) => known.get(id) ?? NO_KEYS;
  }

  return {
    readsFields: keyId.readsFields,
    find(query, tried) {
      if (tried !== undefined) return NO_KEYS;
      const id = keyId.read(query);
      if (id === undefined) return UNNAMED;
      return typeof id === "string" ? find(id, query.delivery) : id;
    },
  };
}

const UNNAMED = /* @__PURE__ */ refuse("unauthenticated", "the delivery does not name the key that it was signed with");

function byKeySet(
  jwksUrl: string | undefined,
  keyId: KeyIdReader,
  algorithms: readonly PublicKeyAlgorithm[],
  where: string,
  tuning: Partial<KeySetTuning> | undefined,
): PublicKeyFinder {
  const nameless = algorithms.find((name) => ALGORITHMS[name].jwa === undefined);
  if (nameless !== undefined)
    throw new TypeError(`${where}: ${nameless} has no name in key sets, so jwksUrl cannot be used`);
  const keySet = remoteKeySet(keySetUrl(jwksUrl, where), tuning);
  return {
    readsFields: keyId.readsFields,
    find(query, tried) {
      const kid = keyId.read(query);
      if (typeof kid === "object") return kid;
      // Without a key id, the delivery may be signed with a key that was published after the last fetch.
      if (tried !== undefined && (kid !== undefined || tried.set === undefined)) return NO_KEYS;
      return keySet.find({ algorithm: query.algorithm, kid }, tried);
    },
  };
}

function byCertificate(
  options: CertificateUrlOptions,
  where: string,
  tuning: Partial<CertificateTuning> | undefined,
): PublicKeyFinder {
  const source = certificateSource(options, `${where}: certificate`, tuning);
  const { field } = source;
  const noUrl = absent(`the ${field.in} value ${field.name}, which names the certificate, is not there`);
  return {
    readsFields: isParsedField(field),
    find({ delivery, fields, context }, tried) {
      if (tried !== undefined) return NO_KEYS;
      const url = readUnverified(field, delivery, fields);
      if (url === undefined) return noUrl;
      if (typeof url !== "string") return url;
      const found = source.find(url, context.nowMs);
      return isPromise(found) ? found.then(asKeys) : asKeys(found);
    },
  };
}

function asKeys(found: KeyObject | Refusal): FoundPublicKeys | Refusal {
  return "ok" in found ? found : { ok: true, keys: [found] };
}
