// Holds the secrets of a scheme: one, several while rotating, or a function that looks them up per delivery.
import type { Refusal } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { MaybePromise } from "../../lib/maybe-promise.js";
import { kindOf } from "../../lib/options.js";
import { IllFormedKey, type KeySet, keyLookUp, MAX_KEYS } from "./key-lookup.js";

/** A secret's text. `undefined` type-checks so that `process.env.X` can be given as it is; it is refused when built. */
export type Secret = string | undefined;

/**
 * One secret, several while rotating (a match with any of them is proof), or a function that looks them up.
 */
export type Secrets = Secret | readonly Secret[] | SecretFunction;

/** What a secret function may see. Nothing of it is verified, and the body is not among it. */
export interface UnverifiedDelivery {
  readonly method: string;
  readonly url: string;
  /** Route parameters (`/hooks/:tenant`). */
  readonly params: Readonly<Record<string, string>>;
  /** Lower-case names; repeated lines are joined. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** The secrets of this delivery, with the tenant they belong to if wanted; `null`, `undefined` or `[]`: there are none. */
export type SecretAnswer =
  | string
  | readonly string[]
  | { readonly secret: string | readonly string[]; readonly tenant: string }
  | null
  | undefined;

/**
 * Looks the secrets of a delivery up, when it comes.
 *
 * What it answers decides: secrets are tried; none (`null`, `[]`) is 401; a throw, a rejection, or no answer within 5 s
 * is 503 `undecided`, so the sender sends again; an ill-formed secret is 500 `misconfigured`. A function without parameters that answers
 * `undefined` is `misconfigured` too: that is an environment variable which is not set, not an unknown tenant.
 */
export type SecretFunction = (delivery: UnverifiedDelivery) => MaybePromise<SecretAnswer>;

/** What a scheme makes of a secret's text. `toKey` throws `IllFormedKey` where it is none. */
export interface SecretRules<Key> {
  /** For messages: `hmac: secret`. */
  readonly where: string;
  toKey(text: string): Key;
  /** How strong the key is, in bytes, where that can be told. */
  strengthBytes?(text: string): number;
}

export interface CompiledSecrets<Key> {
  /** Known when built; `undefined` where a function looks them up. */
  readonly fixed: KeySet<Key> | undefined;
  /** For the operator, once. */
  readonly warnings: readonly string[];
  lookUp(delivery: Delivery): MaybePromise<KeySet<Key> | Refusal>;
  /** The key of a text that stands in for the configured ones. */
  toKey(text: string): Key;
}

/** RFC 2104 section 3 discourages keys shorter than the hash; 16 bytes is where guessing is out of reach. */
const WEAK_BELOW_BYTES = 16;
const SET_IT = "; set the environment variable, or give a function to read it per delivery";
const NO_NAMES: ReadonlySet<string> = /* @__PURE__ */ new Set();

/** @throws {TypeError} When a secret is missing, blank, surrounded by white space, ill-formed or repeated. */
export function compileSecrets<Key>(secrets: Secrets, rules: SecretRules<Key>): CompiledSecrets<Key> {
  if (typeof secrets === "function") return lookedUp(secrets, rules);
  const isList = Array.isArray(secrets);
  const texts: readonly Secret[] = isList ? secrets : [secrets as Secret];
  if (texts.length === 0) {
    throw new TypeError(`${rules.where}: the list is empty; give at least one secret`);
  }
  if (texts.length > MAX_KEYS) {
    throw new TypeError(`${rules.where}: at most ${MAX_KEYS} secrets are tried; got ${texts.length}`);
  }
  const warnings: string[] = [];
  const keys = texts.map((text, at) => {
    const where = isList ? `${rules.where}[${at}]` : rules.where;
    const wrong = wrongWith(text);
    if (wrong !== undefined) throw new TypeError(`${where} ${wrong}${isUnset(text) ? SET_IT : ""}`);
    if (texts.indexOf(text) !== at) throw new TypeError(`${where} is given twice`);
    const key = keyOf(text as string, rules, where);
    const bytes = rules.strengthBytes?.(text as string) ?? Buffer.byteLength(text as string);
    if (bytes < WEAK_BELOW_BYTES) {
      warnings.push(`${where} has only ${bytes} bytes and could be guessed; use ${WEAK_BELOW_BYTES} or more`);
    }
    return key;
  });
  const fixed: KeySet<Key> = { ok: true, keys, tenant: undefined };
  return { fixed, warnings, lookUp: () => fixed, toKey: (text) => keyOf(text, rules, rules.where) };
}

function keyOf<Key>(text: string, rules: SecretRules<Key>, where: string): Key {
  try {
    return rules.toKey(text);
  } catch (error) {
    if (error instanceof IllFormedKey) throw new TypeError(`${where} ${error.message}`);
    throw error;
  }
}

/** What makes a text unfit as any secret; never quotes it. */
function wrongWith(text: unknown): string | undefined {
  if (text === undefined || text === null) return "is missing";
  if (typeof text !== "string") return `must be a string; got ${kindOf(text)}`;
  if (text === "") return "is empty";
  if (text.trim() === "") return "is blank";
  if (text.trim() !== text) return "has white space around it; a secret read from a file often ends in a line break";
  if (text.startsWith("-----BEGIN")) return "is a PEM document; a key pair's key is not a shared secret";
  if (text.startsWith("whpk_") || text.startsWith("whsk_")) {
    return "is a key of an Ed25519 pair (whpk_, whsk_), not a shared secret (whsec_)";
  }
  return undefined;
}

function isUnset(text: unknown): boolean {
  return text === undefined || text === null || (typeof text === "string" && text.trim() === "");
}

function lookedUp<Key>(find: SecretFunction, rules: SecretRules<Key>): CompiledSecrets<Key> {
  const lookUp = keyLookUp({
    where: rules.where,
    property: "secret",
    isWithoutParameters: find.length === 0,
    toKey: (text) => keyOfText(text, rules),
  });
  return {
    fixed: undefined,
    warnings: [],
    toKey: (text) => keyOf(text, rules, rules.where),
    lookUp: (delivery) => lookUp(() => find(new Unverified(delivery))),
  };
}

/** @throws {IllFormedKey} Where the text is no secret, or none for this scheme. */
function keyOfText<Key>(text: unknown, rules: SecretRules<Key>): Key {
  const wrong = wrongWith(text);
  if (wrong !== undefined) throw new IllFormedKey(wrong);
  return rules.toKey(text as string);
}

/** A delivery as a secret function sees it. Headers are copied when first read. */
export class Unverified implements UnverifiedDelivery {
  readonly #delivery: Delivery;
  #headers: UnverifiedDelivery["headers"] | undefined;

  constructor(delivery: Delivery) {
    this.#delivery = delivery;
  }
  get method(): string {
    return this.#delivery.method;
  }
  get url(): string {
    return this.#delivery.url;
  }
  get params(): Readonly<Record<string, string>> {
    return this.#delivery.params;
  }
  get headers(): UnverifiedDelivery["headers"] {
    this.#headers ??= this.#delivery.headers.toObject(NO_NAMES);
    return this.#headers;
  }
}
