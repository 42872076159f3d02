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
 * One secret, several while rotating (a match with any of them is enough), or a function that looks them up.
 */
export type Secrets = Secret | readonly Secret[] | SecretFunction;

/** The secrets of a delivery, optionally with their tenant. `null`, `undefined` or `[]`: there are none. */
export type SecretAnswer =
  | string
  | readonly string[]
  | { readonly secret: string | readonly string[]; readonly tenant: string }
  | null
  | undefined;

/**
 * Looks up the secrets of a delivery.
 *
 * The answer decides: secrets are tried; no secrets (`null`, `[]`) give 401; an exception, a rejection, or no answer within
 * 5 s gives 503 `undecided`, so that the sender retries; an ill-formed secret gives 500 `misconfigured`. `undefined` from a
 * function without parameters is `misconfigured` too: it means an environment variable that is not set, not an unknown tenant.
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

/** @throws {IllFormedKey} If the text is not a secret of this scheme. */
function keyOfText<Key>(text: unknown, rules: SecretRules<Key>): Key {
  const wrong = whyNoSecret(text);
  if (wrong !== undefined) throw new IllFormedKey(wrong);
  return rules.toKey(text as string);
}

/**
 * The key to sign a request with: that of the given text, the first configured one, or the first that the function returns.
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
