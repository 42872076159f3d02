// Finds the keys of a token: fixed keys, a local key set, or one behind a URL that is cached,
// fetched by one caller at a time, and slow to be fetched again.
import type { KeyObject } from "node:crypto";
import type { CryptoKey, JSONWebKeySet, LocalJWKSet } from "jose";
import { type Refusal, refuse } from "../../core/auth.js";
import type { BoundedFetch } from "./bounded-fetch.js";
import { fetchKeySet } from "./jwks-document.js";

export interface FoundKeys {
  readonly keys: readonly (CryptoKey | KeyObject)[];
  /** The fetched set they are from; `undefined` where keys never change. */
  readonly set?: LocalJWKSet;
}

/** Where keys come from. */
export interface KeySource {
  /**
   * @param tried - Keys found before that did not fit, of a token that names no key: a newer set may hold one that does.
   */
  find(header: JwtHeader, tried?: FoundKeys): Promise<FoundKeys | Refusal>;
}

/** Of a token that names no key, this many of a set's keys are tried. */
const MAX_CANDIDATES = 5;

let jose: Promise<typeof import("jose")> | undefined;

/** jose costs 54 ms to import, so it is loaded by the first token that needs it. */
export function loadJose(): Promise<typeof import("jose")> {
  jose ??= import("jose");
  return jose;
}

/** One wording, whatever the keys' source. */
export const NO_FIT: Refusal = /* @__PURE__ */ refuse("unauthenticated", "the token's signature fits none of the keys");
const NO_KEY: Refusal = /* @__PURE__ */ refuse(
  "unauthenticated",
  "no key of the key set fits the token's `kid` and `alg`",
);

/** Keys of our own: secrets, or one public key. `kid` is not looked at. */
export function fixedKeys(keys: readonly KeyObject[]): KeySource {
  const found: FoundKeys = { keys };
  return { find: async (_header, tried) => (tried === undefined ? found : NO_FIT) };
}

/** A key set given as an object. */
export function localKeySet(set: JSONWebKeySet): KeySource {
  let resolver: LocalJWKSet | undefined;
  return {
    async find(header, tried) {
      if (tried !== undefined) return NO_FIT;
      resolver ??= (await loadJose()).createLocalJWKSet(set);
      const keys = await keysFor(resolver, header);
      return keys.length === 0 ? NO_KEY : { keys };
    },
  };
}

async function keysFor(set: LocalJWKSet, header: JwtHeader): Promise<CryptoKey[]> {
  const { errors } = await loadJose();
  try {
    return [await set(header.kid === undefined ? { alg: header.alg } : { alg: header.alg, kid: header.kid })];
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return [];
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    const keys: CryptoKey[] = [];
    for await (const key of error) {
      keys.push(key);
      if (keys.length === MAX_CANDIDATES) break;
    }
    return keys;
  }
}

/** How a key set behind a URL is kept. Not public: the defaults are the promise, tests shorten them. */
export interface KeySetTuning extends Pick<BoundedFetch, "timeoutMs" | "maxBytes"> {
  /** Within this age a set is used without asking again. */
  readonly freshMs: number;
  /** Up to this age a set is used while its URL fails. */
  readonly staleMs: number;
  /** How long a delivery waits for a newer set where the old one may still be used; the fetch itself goes on. */
  readonly patienceMs: number;
  /** After a successful fetch, an unknown `kid` does not cause another one for this long. */
  readonly cooldownMs: number;
  /** The same after the first, second, … failed fetch in a row; the last for all further ones. */
  readonly backOffMs: readonly number[];
  /** A monotonic clock. */
  readonly clockMs: () => number;
}

const DEFAULTS: KeySetTuning = {
  timeoutMs: 5_000,
  maxBytes: 256 * 1024,
  freshMs: 10 * 60_000,
  staleMs: 24 * 3_600_000,
  // Well below the 3 s after which the most impatient sender hangs up.
  patienceMs: 1_000,
  cooldownMs: 30_000,
  // One early try mends a blip; with 30 s and more after it, no 30 s ever see more than two fetches.
  backOffMs: [5_000, 30_000, 60_000],
  clockMs: () => performance.now(),
};

interface CachedSet {
  readonly resolver: LocalJWKSet;
  readonly fetchedAtMs: number;
}

/**
 * A key set behind a URL.
 *
 * - a known `kid` in a fresh set: no fetch; in an old one: after a fetch, and from the old one for 24 h while fetches fail
 *   or take longer than a second
 * - an unknown `kid`: one more fetch unless one ended a moment ago; then `unauthenticated`
 * - an unknown `kid`, or no set at all, while the last fetch failed: `undecided`
 */
export function remoteKeySet(url: string, tuning: Partial<KeySetTuning> = {}): KeySource {
  const { freshMs, staleMs, patienceMs, cooldownMs, backOffMs, clockMs, ...limits } = { ...DEFAULTS, ...tuning };
  let cached: CachedSet | undefined;
  let failuresInARow = 0;
  let lastFailure: unknown;
  let settledAtMs = Number.NEGATIVE_INFINITY;
  let inFlight: Promise<void> | undefined;

  const isYoungerThan = (ageMs: number): boolean => cached !== undefined && clockMs() - cached.fetchedAtMs < ageMs;

  async function load(): Promise<void> {
    try {
      const [set, { createLocalJWKSet }] = await Promise.all([fetchKeySet(url, limits), loadJose()]);
      cached = { resolver: createLocalJWKSet(set), fetchedAtMs: clockMs() };
      failuresInARow = 0;
    } catch (error) {
      failuresInARow++;
      lastFailure = error;
    }
    settledAtMs = clockMs();
    inFlight = undefined;
  }

  /** Fetches, joins the fetch under way, or does nothing because the last one ended a moment ago. */
  async function refresh(): Promise<void> {
    const pauseMs = failuresInARow === 0 ? cooldownMs : backOffMs[Math.min(failuresInARow, backOffMs.length) - 1];
    if (inFlight === undefined && clockMs() - settledAtMs < (pauseMs ?? cooldownMs)) return;
    inFlight ??= load();
    await inFlight;
  }

  function undecided(): Refusal {
    const reason = reasonOf(lastFailure);
    return { ...refuse("undecided", `the key set at ${hostOf(url)} could not be had: ${reason}`), cause: lastFailure };
  }

  return {
    async find(header, tried) {
      if (!isYoungerThan(freshMs)) await (isYoungerThan(staleMs) ? within(patienceMs, refresh()) : refresh());
      if (cached === undefined || !isYoungerThan(staleMs)) return undecided();
      const found = await keysNotTried(cached.resolver, header, tried);
      if (found !== undefined) return found;
      await refresh();
      if (failuresInARow > 0) return undecided();
      return (await keysNotTried(cached.resolver, header, tried)) ?? (tried === undefined ? NO_KEY : NO_FIT);
    },
  };
}

/** Until it is done, but no longer. What is waited for never rejects. */
function within(patienceMs: number, done: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMs);
    void done.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function keysNotTried(
  set: LocalJWKSet,
  header: JwtHeader,
  tried: FoundKeys | undefined,
): Promise<FoundKeys | undefined> {
  if (set === tried?.set) return undefined;
  const keys = await keysFor(set, header);
  return keys.length === 0 ? undefined : { keys, set };
}

/** `fetch` says "fetch failed" and keeps what happened, ECONNREFUSED or a certificate's fault, in its cause. */
function reasonOf(failure: unknown): string {
  if (!(failure instanceof Error)) return "the fetch failed";
  const code = (failure.cause as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? `${failure.message} (${code})` : failure.message;
}

/** The host alone: a path or query may hold a token. */
function hostOf(url: string): string {
  return new URL(url).host;
}

/** What of a token's header decides which key is tried. `jwk`, `jku`, `x5u` and `x5c` are never read (RFC 8725 section 3.10). */
export interface JwtHeader {
  readonly alg: string;
  readonly kid: string | undefined;
}
