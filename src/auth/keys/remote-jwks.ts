// Fetches and caches the key set at a URL, and finds keys in it.
import { type Refusal, refuse } from "../../core/auth.js";
import { within } from "../../lib/deadline.js";
import { type BoundedFetch, reasonOf } from "./bounded-fetch.js";
import { type KeySetQuery, type KeySetSource, NO_FIT, NO_KEY } from "./jwks.js";
import { candidatesOf, type FoundPublicKeys, fetchKeySet, type JwksKey } from "./jwks-document.js";

/** Limits of a cached key set. Not public: the defaults are documented, and tests shorten them. */
export interface KeySetTuning extends Pick<BoundedFetch, "timeoutMs" | "maxBytes"> {
  /** A set is used for this time without another fetch. */
  readonly freshMs: number;
  /** A set is used for this time while fetches fail. */
  readonly staleMs: number;
  /** A delivery waits this long for a newer set if the old one may still be used. The fetch continues. */
  readonly patienceMs: number;
  /** After a successful fetch, an unknown `kid` causes no other fetch for this time. */
  readonly cooldownMs: number;
  /** The same after the first, second, … consecutive failure. The last value is used for all further ones. */
  readonly backOffMs: readonly number[];
  /** A monotonic clock. */
  readonly clockMs: () => number;
}

const DEFAULTS: KeySetTuning = {
  timeoutMs: 5_000,
  maxBytes: 256 * 1024,
  freshMs: 10 * 60_000,
  staleMs: 24 * 3_600_000,
  // Well below 3 s, the shortest time limit of a sender.
  patienceMs: 1_000,
  cooldownMs: 30_000,
  // An early retry handles a short outage. With 30 s or more after it, there are at most two fetches in any 30 s.
  backOffMs: [5_000, 30_000, 60_000],
  clockMs: () => performance.now(),
};

const TOO_SOON: Refusal = /* @__PURE__ */ refuse(
  "undecided",
  "no key of the key set fits, and the set was fetched a moment ago: a newer one may have the key",
);
const LOOPBACK = /* @__PURE__ */ new Set(["127.0.0.1", "[::1]"]);

interface CachedSet {
  readonly set: readonly JwksKey[];
  readonly fetchedAtMs: number;
  /** The number of its fetch, counted from 1. */
  readonly fetchNumber: number;
}

/**
 * A key set at a URL.
 *
 * - a known `kid` in a fresh set: no fetch; in an old one: after a fetch, and from the old one for 24 h while fetches fail
 *   or take longer than a second
 * - an unknown `kid`: one more fetch, then `unauthenticated`; `undecided` if the last fetch ended shortly before, or began
 *   before the delivery arrived, because a key may have been published since
 * - an unknown `kid`, or no set at all, while the last fetch failed: `undecided`
 */
export function remoteKeySet(url: string, tuning: Partial<KeySetTuning> = {}): KeySetSource {
  const { freshMs, staleMs, patienceMs, cooldownMs, backOffMs, clockMs, ...limits } = { ...DEFAULTS, ...tuning };
  let cached: CachedSet | undefined;
  let fetchesBegun = 0;
  let failuresInARow = 0;
  let lastFailure: unknown;
  let settledAtMs = Number.NEGATIVE_INFINITY;
  let inFlight: Promise<void> | undefined;

  const isYoungerThan = (ageMs: number): boolean => cached !== undefined && clockMs() - cached.fetchedAtMs < ageMs;

  async function load(): Promise<void> {
    const fetchNumber = ++fetchesBegun;
    try {
      const set = await fetchKeySet(url, limits);
      cached = { set, fetchedAtMs: clockMs(), fetchNumber };
      failuresInARow = 0;
    } catch (error) {
      failuresInARow++;
      lastFailure = error;
    }
    settledAtMs = clockMs();
    inFlight = undefined;
  }

  /** Fetches the set, joins a running fetch, or does nothing because the last fetch ended shortly before. */
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

  /** The keys in the cached set, unless the keys of this set did not match. */
  function inCache({ algorithm, kid }: KeySetQuery, tried: FoundPublicKeys | undefined): FoundPublicKeys | undefined {
    if (cached === undefined || cached.set === tried?.set) return undefined;
    const keys = candidatesOf(cached.set, algorithm, kid);
    return keys.length === 0 ? undefined : { ok: true, keys, set: cached.set };
  }

  async function findAfterFetch(
    query: KeySetQuery,
    tried: FoundPublicKeys | undefined,
  ): Promise<FoundPublicKeys | Refusal> {
    const begunBefore = fetchesBegun;
    if (!isYoungerThan(freshMs)) {
      await (isYoungerThan(staleMs) ? within(refresh(), patienceMs, impatient).catch(() => {}) : refresh());
    }
    if (!isYoungerThan(staleMs)) return undecided();
    const found = inCache(query, tried);
    if (found !== undefined) return found;
    await refresh();
    if (failuresInARow > 0 || cached === undefined) return undecided();
    const newer = inCache(query, tried);
    if (newer !== undefined) return newer;
    if (cached.fetchNumber <= begunBefore) return TOO_SOON;
    return tried === undefined ? NO_KEY : NO_FIT;
  }

  return {
    find(query, tried) {
      const found = isYoungerThan(freshMs) ? inCache(query, tried) : undefined;
      return found ?? findAfterFetch(query, tried);
    },
  };
}

function impatient(): Error {
  return new Error("the newer key set has not arrived yet");
}

/** Only the host: the path or query may contain a token. */
function hostOf(url: string): string {
  return new URL(url).host;
}

/** The URL is never part of an error: its query may contain a token. */
export function keySetUrl(value: unknown, where: string): string {
  if (typeof value !== "string" || !URL.canParse(value)) {
    throw new TypeError(`${where}: jwksUrl must be an absolute URL; is its environment variable set?`);
  }
  const url = new URL(value);
  const isLoopback = url.protocol === "http:" && LOOPBACK.has(url.hostname);
  if ((url.protocol === "https:" || isLoopback) && url.username === "" && url.password === "") return url.href;
  throw new TypeError(
    `${where}: jwksUrl must be https (http only to 127.0.0.1 or [::1], for tests), without user name and password`,
  );
}
