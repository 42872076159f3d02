// Fetches certificates by their URL and keeps them, bounded in memory, so that no stranger's URL is in another one's way.
import type { X509Certificate } from "node:crypto";
import { within } from "../../lib/deadline.js";
import { type BoundedFetch, fetchBytes } from "./bounded-fetch.js";
import { isValidAt, parsePemCertificates } from "./certificate.js";

/** How certificates are kept. Not public: the defaults are the promise, tests shorten them. */
export interface CertificateTuning extends Pick<BoundedFetch, "timeoutMs" | "maxBytes"> {
  /** A certificate is used this long without asking again, and while asking again fails up to its own end. */
  readonly freshMs: number;
  /** After a failure the same URL is not asked again for this long. */
  readonly backOffMs: number;
  /** How long a delivery waits for a newer certificate where the old one may still be used; the fetch itself goes on. */
  readonly patienceMs: number;
  readonly maxCached: number;
  /** Failures that are remembered. */
  readonly maxFailures: number;
  /** Fetches at a time. Beyond it the oldest gives way, for a genuine one is done long before. */
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
  // 16 MB at most. Every URL has its own fetch, so strangers who name others starve nobody.
  maxInFlight: 256,
  clockMs: () => performance.now(),
};

export type Chain = readonly [X509Certificate, ...X509Certificate[]];
export type ChainAnswer =
  | { readonly ok: true; readonly chain: Chain }
  | { readonly ok: false; readonly failure: unknown };

export interface CertificateCache {
  /** At once where it is kept and fresh. @param url - That may be asked. */
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
  // Maps keep their order: what was used last is last. Strangers' failures are not among the certificates.
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

  /** Fetches, joins the fetch of the same URL, or repeats its failure of a moment ago. */
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
    const late = () => new Error("the newer certificate is slow to come");
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
      // One that has ended may have been replaced at the same URL.
      return ageMs < (isUsable ? freshMs : backOffMs) ? known : newer(url, known, isUsable);
    },
  };
}

function putLast<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > most) map.delete(map.keys().next().value as string);
}
