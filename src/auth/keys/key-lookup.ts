// Checks the keys that a user gives, as options or as the answer of a look-up function.
import type { KeyObject } from "node:crypto";
import { type Refusal, refuse } from "../../core/auth.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { misfitOf, type PublicKeyAlgorithm } from "./algorithms.js";
import { IllFormedKey, type PublicKeyText, toPublicKey } from "./parse-public-key.js";
import { type FoundPublicKeys, NO_KEYS, type PublicKeyAnswer } from "./public-key-source.js";

/** Two while rotating; five leaves room, and bounds the work that one forged delivery causes. */
const MAX_KEYS = 5;
/** Keys made of a function's answers, kept so that a busy key is made once. */
const MAX_CACHED_KEYS = 256;

/** @throws {TypeError} Where there is none, or one is ill-formed or does not fit. */
export function compileKeys(
  given: PublicKeyText | readonly PublicKeyText[],
  algorithms: readonly PublicKeyAlgorithm[],
  where: string,
): readonly KeyObject[] {
  const isList = Array.isArray(given);
  const all: readonly unknown[] = isList ? given : [given];
  if (all.length === 0) throw new TypeError(`${where}: the list is empty; give at least one key`);
  if (all.length > MAX_KEYS) throw new TypeError(`${where}: at most ${MAX_KEYS} keys are tried; got ${all.length}`);
  return all.map((one, at) => {
    try {
      return fittingKey(one, algorithms);
    } catch (error) {
      if (!(error instanceof IllFormedKey)) throw error;
      throw new TypeError(`${isList ? `${where}[${at}]` : where} ${error.message}`);
    }
  });
}

/** @throws {IllFormedKey} Where it is no key, or of no use with any of the algorithms. */
function fittingKey(given: unknown, algorithms: readonly PublicKeyAlgorithm[]): KeyObject {
  const key = toPublicKey(given);
  const misfits = algorithms.map((name) => misfitOf(key, name));
  const [first] = misfits;
  if (first !== undefined && misfits.every((misfit) => misfit !== undefined)) throw new IllFormedKey(first);
  return key;
}

export type Accept = (ask: () => MaybePromise<PublicKeyAnswer>) => MaybePromise<FoundPublicKeys | Refusal>;

/** Turns what a user's function answers into keys. */
export function answerReader(algorithms: readonly PublicKeyAlgorithm[], where: string): Accept {
  const cache = new Map<string, KeyObject>();

  function keyOf(given: unknown): KeyObject {
    if (typeof given !== "string") return fittingKey(given, algorithms);
    const known = cache.get(given);
    if (known !== undefined) return known;
    const key = fittingKey(given, algorithms);
    if (cache.size >= MAX_CACHED_KEYS) cache.delete(cache.keys().next().value as string);
    cache.set(given, key);
    return key;
  }

  function accept(answer: PublicKeyAnswer): FoundPublicKeys | Refusal {
    if (answer === null || answer === undefined) return NO_KEYS;
    const isNamed = typeof answer === "object" && Object.hasOwn(answer, "publicKey");
    const { publicKey, tenant } = (isNamed ? answer : { publicKey: answer }) as {
      publicKey: unknown;
      tenant?: unknown;
    };
    if (isNamed && (typeof tenant !== "string" || tenant === "")) {
      return misconfigured("the function answered a tenant that is not a non-empty string");
    }
    const all: readonly unknown[] = Array.isArray(publicKey) ? publicKey : [publicKey];
    if (all.length > MAX_KEYS) return misconfigured(`the function answered more than ${MAX_KEYS} keys`);
    try {
      return { ok: true, keys: all.map(keyOf), tenant: tenant as string | undefined };
    } catch (error) {
      if (!(error instanceof IllFormedKey)) return failed(error);
      return misconfigured(`a key that the function answered ${error.message}`);
    }
  }

  function misconfigured(what: string): Refusal {
    return refuse("misconfigured", `${where}: ${what}`);
  }
  function failed(cause: unknown): Refusal {
    return { ...refuse("undecided", `${where}: the function threw or rejected`), cause };
  }

  return function ask(find) {
    try {
      const answer = find();
      return isPromise(answer) ? answer.then(accept, failed) : accept(answer);
    } catch (error) {
      return failed(error);
    }
  };
}
