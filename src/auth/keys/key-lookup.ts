// Calls a user's look-up function for keys, with a deadline, and checks its answer.
import { type Refusal, refuse } from "../../core/auth.js";
import { within } from "../../lib/deadline.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";

/** The message is the end of a sentence that says why something is not a key, without quoting it. */
export class IllFormedKey extends Error {}

/** The keys to try for one delivery. */
export interface KeySet<Key> {
  readonly ok: true;
  /** Empty if there are none for this delivery. */
  readonly keys: readonly Key[];
  readonly tenant?: string | undefined;
}

export interface LookUpRules<Key> {
  /** For messages: `hmac: secret`. */
  readonly where: string;
  /** The property with the keys in an answer with a tenant: `{ secret, tenant }`. */
  readonly property: "secret" | "publicKey" | "keys";
  /** @throws {IllFormedKey} If the value is not a key. */
  toKey(given: unknown): Key;
  /** The function has no parameters, so `undefined` means an environment variable that is not set, not an unknown tenant. */
  readonly isWithoutParameters?: boolean;
}

/** Two are needed while rotating. The limit bounds the work of one forged delivery. */
export const MAX_KEYS = 5;
/** Keys that are cached, so that the key of a busy tenant is parsed once. */
const MAX_CACHED_KEYS = 256;
/** Without a limit, a look-up that hangs would keep each delivery open until its socket closes. */
const LOOK_UP_SECONDS = 5;
const TOO_SLOW = `the function did not answer within ${LOOK_UP_SECONDS} s`;

/**
 * Compiles a look-up. If the function throws, rejects, or has no answer within 5 s, the result is `undecided`. An ill-formed
 * key is `misconfigured`. `null`, `undefined` and `[]` mean that there are no keys.
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

/** Caches keys by their text. Caching of a `KeyObject` or JWK is left to the function. */
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
