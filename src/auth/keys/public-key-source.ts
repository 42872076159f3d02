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

/** What a key function answers; `null`, `undefined` or `[]`: there is none. */
export type PublicKeyAnswer =
  | PublicKeyText
  | readonly PublicKeyText[]
  | { readonly publicKey: PublicKeyText | readonly PublicKeyText[]; readonly tenant: string }
  | null;

/**
 * Looks the keys of a delivery up, when it comes. What it answers decides: keys are tried; none (`null`, `[]`) is 401; a throw, a
 * rejection, or no answer within 5 s is 503 `undecided`, so the sender sends again; an ill-formed key is 500 `misconfigured`.
 */
export type PublicKeyFunction = (delivery: UnverifiedDelivery) => MaybePromise<PublicKeyAnswer>;

/** As `PublicKeyFunction`, for the key that the delivery names. The name is a stranger's text: look it up, and no more. */
export type PublicKeyByIdFunction = (keyId: string, delivery: UnverifiedDelivery) => MaybePromise<PublicKeyAnswer>;

/** Exactly one source of keys. */
export type PublicKeySource =
  | {
      /** The sender's key, several while one replaces another, or a function. */
      readonly publicKey: PublicKeyText | readonly PublicKeyText[] | PublicKeyFunction;
      readonly keys?: never;
      readonly keyId?: never;
      readonly jwksUrl?: never;
      readonly certificate?: never;
    }
  | {
      /** Keys by the id that the delivery names: an object, or a function that asks the sender's API and remembers. */
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
      /** Where the delivery names its key; without it every key of the set that fits is tried, at most five. */
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

/** A delivery, as far as it decides which key is tried. */
export interface KeyQuery {
  readonly delivery: Delivery;
  readonly fields: PrivateFields | undefined;
  readonly algorithm: PublicKeyAlgorithm;
  /** The key's name, where it is known already (a JWS says it in its own header). */
  readonly keyId?: string | undefined;
  readonly context: Pick<ProofContext, "nowMs">;
}

export interface PublicKeyFinder {
  /** Known when built. */
  readonly fixed?: FoundPublicKeys;
  /** It reads the body or the query. */
  readonly readsFields: boolean;
  /** @param tried - What was found before and did not fit; only a key set may answer anything else then. */
  find(query: KeyQuery, tried?: FoundPublicKeys): MaybePromise<FoundPublicKeys | Refusal>;
}

/** How long fetched keys are kept; for tests. */
export interface KeyTuning {
  readonly keySet?: Partial<KeySetTuning>;
  readonly certificate?: Partial<CertificateTuning>;
}

/** There is no key. */
export const NO_KEYS: FoundPublicKeys = { ok: true, keys: [] };
