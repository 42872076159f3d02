// Fetches certificates by their URL and caches them, so that forged URLs cannot block genuine ones.
import type { X509Certificate } from "node:crypto";
import { within } from "../../lib/deadline.js";
import { type BoundedFetch, fetchBytes } from "./bounded-fetch.js";
import { isValidAt, parsePemCertificates } from "./certificate.js";

/** Limits of the cache. Not public: the defaults are documented, and tests shorten them. */
export interface CertificateTuning extends Pick<BoundedFetch, "timeoutMs" | "maxBytes"> {
  /** A certificate is used for this time without another fetch. While fetches fail it is used until it expires. */
  readonly freshMs: number;
  /** After a failure the same URL is not fetched for this time. */
  readonly backOffMs: number;
  /** A delivery waits this long for a newer certificate if the old one is still valid. The fetch continues. */
  readonly patienceMs: number;
  readonly maxCached: number;
  /** The largest number of failures that are remembered. */
  readonly maxFailures: number;
  /** The largest number of concurrent fetches. Beyond it the oldest one is aborted: genuine fetches are much shorter. */
  readonly maxInFlight: number;
  /** A monotonic clock. */
  readonly clockMs: () => number;
}

const DEFAULTS: CertificateTuning = {
  timeoutMs: 5_000,
  maxBytes: 64 * 1024,
  freshMs: 24 * 3_600_000,
  backOffMs: 10_000,
  patienceMs: 1_000,
  maxCached: 64,
  maxFailures: 256,
  // 16 MB at most. Each URL has its own fetch, so forged URLs do not delay genuine ones.
  maxInFlight: 256,
  clockMs: () => performance.now(),
};

export type Chain = readonly [X509Certificate, ...X509Certificate[]];
export type ChainAnswer =
  | { readonly ok: true; readonly chain: Chain }
  | { readonly ok: false; readonly failure: unknown };

export interface CertificateCache {
  /** Synchronous if the certificate is cached and fresh. @param url - A URL that the rules allow. */
  find(url: string, nowMs: number): ChainAnswer | Promise<ChainAnswer>;
}

interface Cached {
  readonly ok: true;
  readonly chain: Chain;
  readonly fetchedAtMs: number;
}
interface Failed {
  readonly ok: false;
  readonly failure: unknown;
  readonly failedAtMs: number;
}
interface Fetching {
  readonly done: Promise<ChainAnswer>;
  readonly abort: AbortController;
}

const GAVE_WAY = "too many certificates were being fetched, and this one had taken longest";

export function certificateCache(tuning: Partial<CertificateTuning> = {}): CertificateCache {
  const { freshMs, backOffMs, patienceMs, maxCached, maxFailures, maxInFlight, clockMs, ...limits } = {
    ...DEFAULTS,
    ...tuning,
  };
  // Maps keep the order of insertion: the last used is last. Failures of forged URLs do not evict certificates.
  const cached = new Map<string, Cached>();
  const failed = new Map<string, Failed>();
  const inFlight = new Map<string, Fetching>();

  async function load(url: string, { signal }: AbortController): Promise<ChainAnswer> {
    let answer: Cached | Failed;
    try {
      const what = { what: "the certificate", accept: "application/x-pem-file, */*" };
      const bytes = await fetchBytes(url, { ...limits, ...what, signal });
      answer = { ok: true, chain: parsePemCertificates(bytes.toString("latin1")), fetchedAtMs: clockMs() };
      failed.delete(url);
      putLast(cached, url, answer, maxCached);
    } catch (failure) {
      answer = { ok: false, failure, failedAtMs: clockMs() };
      if (signal.aborted) return { ok: false, failure: new Error(GAVE_WAY) };
      putLast(failed, url, answer, maxFailures);
    }
    inFlight.delete(url);
    return answer;
  }

  /** Fetches the URL, joins a running fetch of it, or returns its recent failure. */
  function refresh(url: string): Promise<ChainAnswer> | Failed {
    const running = inFlight.get(url);
    if (running !== undefined) return running.done;
    const failure = failed.get(url);
    if (failure !== undefined && clockMs() - failure.failedAtMs < backOffMs) return failure;
    if (inFlight.size >= maxInFlight) {
      const [oldest, { abort }] = inFlight.entries().next().value as [string, Fetching];
      inFlight.delete(oldest);
      abort.abort();
    }
    const abort = new AbortController();
    const done = load(url, abort);
    inFlight.set(url, { done, abort });
    return done;
  }

  async function newer(url: string, known: Cached | undefined, isUsable: boolean): Promise<ChainAnswer> {
    const fetched = refresh(url);
    if (known === undefined) return fetched;
    const late = () => new Error("the newer certificate has not arrived yet");
    const answer =
      isUsable && "then" in fetched
        ? await within(fetched, patienceMs, late).catch((): ChainAnswer => known)
        : await fetched;
    return answer.ok ? answer : known;
  }

  return {
    find(url, nowMs) {
      const known = cached.get(url);
      if (known === undefined) return newer(url, known, false);
      putLast(cached, url, known, maxCached);
      const ageMs = clockMs() - known.fetchedAtMs;
      const isUsable = isValidAt(known.chain[0], nowMs);
      // An expired certificate may have been replaced at the same URL.
      return ageMs < (isUsable ? freshMs : backOffMs) ? known : newer(url, known, isUsable);
    },
  };
}

function putLast<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value as string);
}
