// Compiles the secrets of a scheme: fixed ones, or a function that looks them up for each delivery.
import type { Refusal } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import {
  type CompiledSecrets,
  fixedSecrets,
  keyOfSecret,
  type Secret,
  type SecretRules,
  whyNoSecret,
} from "./fixed-secrets.js";
import { IllFormedKey, type KeySet, keyLookUp } from "./key-lookup.js";
import { Unverified, type UnverifiedDelivery } from "./unverified-delivery.js";

/**
 * One secret, several while rotating (a match with any of them is proof), or a function that looks them up.
 */
export type Secrets = Secret | readonly Secret[] | SecretFunction;

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

/** @throws {TypeError} When a secret is missing, blank, surrounded by white space, ill-formed or repeated. */
export function compileSecrets<Key>(secrets: Secrets, rules: SecretRules<Key>): CompiledSecrets<Key> {
  if (typeof secrets === "function") return lookedUp(secrets, rules);
  return fixedSecrets(secrets, rules);
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
    toKey: (text) => keyOfSecret(text, rules, rules.where),
    lookUp: (delivery) => lookUp(() => find(new Unverified(delivery))),
  };
}

/** @throws {IllFormedKey} Where the text is no secret, or none for this scheme. */
function keyOfText<Key>(text: unknown, rules: SecretRules<Key>): Key {
  const wrong = whyNoSecret(text);
  if (wrong !== undefined) throw new IllFormedKey(wrong);
  return rules.toKey(text as string);
}

/**
 * The key to sign a request with: that of the given text, the first configured one, or the first that the function names.
 *
 * @throws {TypeError} Where there is none.
 */
export function secretToSign<Key>(
  secrets: CompiledSecrets<Key>,
  where: string,
  delivery: Delivery,
  text: string | undefined,
): MaybePromise<Key> {
  if (text !== undefined) return secrets.toKey(text);
  const first = (found: KeySet<Key> | Refusal): Key => {
    const key = found.ok ? found.keys[0] : undefined;
    if (key !== undefined) return key;
    const why = found.ok ? "the function names none for this request" : found.hint;
    throw new TypeError(`${where}: there is no secret to sign with: ${why}; give the key to sign with`);
  };
  const found = secrets.fixed ?? secrets.lookUp(delivery);
  return isPromise(found) ? found.then(first) : first(found);
}
