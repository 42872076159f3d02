// Asks a user's function for keys: one deadline, and one reading of the answer, whatever kind of key it is.
import { type Refusal, refuse } from "../../core/auth.js";
import { within } from "../../lib/deadline.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";

/** Why something is no key, as the end of a sentence; never quotes it. */
export class IllFormedKey extends Error {}

/** The keys to try for one delivery. */
export interface KeySet<Key> {
  readonly ok: true;
  /** Empty: there are none for this delivery. */
  readonly keys: readonly Key[];
  readonly tenant?: string | undefined;
}

export interface LookUpRules<Key> {
  /** For messages: `hmac: secret`. */
  readonly where: string;
  /** The property that holds the keys where an answer names a tenant too: `{ secret, tenant }`. */
  readonly property: "secret" | "publicKey" | "keys";
  /** @throws {IllFormedKey} Where it is none. */
  toKey(given: unknown): Key;
  /** The function takes no argument, so `undefined` is an environment variable that is not set, and no unknown tenant. */
  readonly isWithoutParameters?: boolean;
}

/** Two while rotating; five leaves room, and bounds the work that one forged delivery causes. */
export const MAX_KEYS = 5;
/** Keys made of a function's answers, kept so that a busy tenant's is made once. */
const MAX_CACHED_KEYS = 256;
/** A look-up that hangs would hold every delivery of a stranger until the socket closes. */
const LOOK_UP_SECONDS = 5;
const TOO_SLOW = `the function did not answer within ${LOOK_UP_SECONDS} s`;

/**
 * Compiles how a function's answers become keys. A throw, a rejection, or no answer within 5 s is `undecided`; an
 * ill-formed key is `misconfigured`; `null`, `undefined` and `[]` are no keys.
 */
export function keyLookUp<Key>(rules: LookUpRules<Key>): (ask: () => unknown) => MaybePromise<KeySet<Key> | Refusal> {
  const { where, property } = rules;
  const toKey = cached(rules.toKey);
  const none: KeySet<Key> = { ok: true, keys: [], tenant: undefined };

  function accept(answer: unknown): KeySet<Key> | Refusal {
    if (answer === undefined && rules.isWithoutParameters === true) {
      return misconfigured("the function answered undefined; is the environment variable set? For none, answer null");
    }
    if (answer === undefined || answer === null) return none;
    const isNamed = typeof answer === "object" && Object.hasOwn(answer, property);
    const given = isNamed ? (answer as Record<string, unknown>)[property] : answer;
    const tenant = isNamed ? (answer as { tenant?: unknown }).tenant : undefined;
    if (isNamed && (typeof tenant !== "string" || tenant === "")) {
      return misconfigured("the function answered a tenant that is not a non-empty string");
    }
    const all: readonly unknown[] = Array.isArray(given) ? given : [given];
    if (all.length > MAX_KEYS) return misconfigured(`the function answered more than ${MAX_KEYS} keys`);
    try {
      return { ok: true, keys: all.map(toKey), tenant: tenant as string | undefined };
    } catch (error) {
      if (!(error instanceof IllFormedKey)) return failed(error);
      return misconfigured(`a key that the function answered ${error.message}`);
    }
  }

  function misconfigured(what: string): Refusal {
    return refuse("misconfigured", `${where}: ${what}`);
  }

  function failed(cause: unknown): Refusal {
    const what = cause instanceof TooSlow ? TOO_SLOW : "the function threw or rejected";
    return { ...refuse("undecided", `${where}: ${what}`), cause };
  }

  return function lookUp(ask) {
    try {
      const answer = ask();
      if (!isPromise(answer)) return accept(answer);
      return within(answer, LOOK_UP_SECONDS * 1000, () => new TooSlow(TOO_SLOW)).then(accept, failed);
    } catch (error) {
      return failed(error);
    }
  };
}

class TooSlow extends Error {}

/** Texts are remembered; a `KeyObject` or JWK that a function answers is its own to keep. */
function cached<Key>(toKey: (given: unknown) => Key): (given: unknown) => Key {
  const cache = new Map<string, Key>();
  return function cachedKey(given) {
    if (typeof given !== "string") return toKey(given);
    const known = cache.get(given);
    if (known !== undefined) return known;
    const key = toKey(given);
    if (cache.size >= MAX_CACHED_KEYS) cache.delete(cache.keys().next().value as string);
    cache.set(given, key);
    return key;
  };
}
