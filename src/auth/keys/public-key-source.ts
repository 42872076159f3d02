// The sources that public keys may come from, and what a look-up answers.
import type { ProofContext, Refusal } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { Field } from "../../core/field.js";
import type { MaybePromise } from "../../lib/maybe-promise.js";
import { CHECKED_LATER, type OptionRules } from "../../lib/options.js";
import type { PrivateFields } from "../request/unverified-fields.js";
import type { PublicKeyAlgorithm } from "./algorithms.js";
import type { CertificateTuning } from "./certificate-cache.js";
import type { CertificateUrlOptions } from "./certificate-url.js";
import type { FoundPublicKeys } from "./jwks-document.js";
import type { PublicKeyText } from "./parse-public-key.js";
import type { KeySetTuning } from "./remote-jwks.js";
import type { UnverifiedDelivery } from "./unverified-delivery.js";

/** The answer of a key function. `null`, `undefined` or `[]`: there is no key. */
export type PublicKeyAnswer =
  | PublicKeyText
  | readonly PublicKeyText[]
  | { readonly publicKey: PublicKeyText | readonly PublicKeyText[]; readonly tenant: string }
  | null;

/**
 * Looks up the keys of a delivery. The answer decides: keys are tried; no keys (`null`, `[]`) give 401; an exception, a
 * rejection, or no answer within 5 s gives 503 `undecided`, so that the sender retries; an ill-formed key gives 500 `misconfigured`.
 */
export type PublicKeyFunction = (delivery: UnverifiedDelivery) => MaybePromise<PublicKeyAnswer>;

/** As `PublicKeyFunction`, for the key that the delivery names. The name is not verified: use it only to look up the key. */
export type PublicKeyByIdFunction = (keyId: string, delivery: UnverifiedDelivery) => MaybePromise<PublicKeyAnswer>;

/** Exactly one source of keys. */
export type PublicKeySource =
  | {
      /** The sender's key, several while rotating, or a function. */
      readonly publicKey: PublicKeyText | readonly PublicKeyText[] | PublicKeyFunction;
      readonly keys?: never;
      readonly keyId?: never;
      readonly jwksUrl?: never;
      readonly certificate?: never;
    }
  | {
      /** Keys by the id that the delivery names: an object, or a function that calls the sender's API and caches the answer. */
      readonly keys: Readonly<Record<string, PublicKeyText | readonly PublicKeyText[]>> | PublicKeyByIdFunction;
      /** Where the delivery names its key: `header("x-circle-key-id")`. */
      readonly keyId: Field<"text">;
      readonly publicKey?: never;
      readonly jwksUrl?: never;
      readonly certificate?: never;
    }
  | {
      /** Where the sender publishes its key set: https, or http to `127.0.0.1` or `[::1]` for tests. */
      readonly jwksUrl: string | undefined;
      /** Where the delivery names its key. Without it, up to five fitting keys of the set are tried. */
      readonly keyId?: Field<"text">;
      readonly publicKey?: never;
      readonly keys?: never;
      readonly certificate?: never;
    }
  | {
      /** A certificate whose URL the delivery names. */
      readonly certificate: CertificateUrlOptions;
      readonly publicKey?: never;
      readonly keys?: never;
      readonly keyId?: never;
      readonly jwksUrl?: never;
    };

export const KEY_SOURCES = ["publicKey", "keys", "jwksUrl", "certificate"] as const;

/** Which of them is given, and what it holds, is checked where keys are compiled. */
export const KEY_SOURCE_RULES: OptionRules<PublicKeySource> = {
  publicKey: CHECKED_LATER,
  keys: CHECKED_LATER,
  keyId: CHECKED_LATER,
  jwksUrl: CHECKED_LATER,
  certificate: CHECKED_LATER,
};

export type { FoundPublicKeys } from "./jwks-document.js";

/** What decides which keys are tried for a delivery. */
export interface KeyQuery {
  readonly delivery: Delivery;
  readonly fields: PrivateFields | undefined;
  readonly algorithm: PublicKeyAlgorithm;
  /** The id of the key, if it is already known (from the header of a JWS). */
  readonly keyId?: string | undefined;
  readonly context: Pick<ProofContext, "nowMs">;
}

export interface PublicKeyFinder {
  /** Keys that do not depend on the delivery. */
  readonly fixed?: FoundPublicKeys;
  /** It reads the body or the query. */
  readonly readsFields: boolean;
  /** @param tried - Keys that did not match. Only a key set may find others then. */
  find(query: KeyQuery, tried?: FoundPublicKeys): MaybePromise<FoundPublicKeys | Refusal>;
}

/** Lifetimes of fetched keys, for tests. */
export interface KeyTuning {
  readonly keySet?: Partial<KeySetTuning>;
  readonly certificate?: Partial<CertificateTuning>;
}

/** There is no key. */
export const NO_KEYS: FoundPublicKeys = { ok: true, keys: [] };
