// Fetches, checks and caches the signing certificate whose URL a delivery names.
import type { KeyObject, X509Certificate } from "node:crypto";
import { type Refusal, refuse } from "../../core/auth.js";
import type { Field } from "../../core/field.js";
import { refuseUnknownKeys } from "../../lib/options.js";
import { checkUnverifiedField, type UnverifiedField } from "../request/unverified-fields.js";
import { type BoundedFetch, fetchBytes, reasonOf } from "./bounded-fetch.js";
import {
  checkNamePattern,
  compileRoots,
  isNameAmong,
  isValidAt,
  namesOf,
  parsePemCertificates,
  refuseChain,
} from "./certificate.js";

/** A certificate that the delivery names by its URL, and whom we let it name. */
export interface CertificateUrlOptions {
  /** Where the URL is: `header("paypal-cert-url")`, `json("SigningCertURL")`. */
  readonly url: Field<"text">;
  /**
   * Which hosts may be asked: exact names, `*.paypal.com` for every name below, or a RegExp from `^` to `$` over the host
   * name. Whoever controls a host named here can sign as the sender.
   */
  readonly hosts: readonly (string | RegExp)[];
  /** What the path must be, a RegExp from `^` to `$`. Where a host serves more than certificates, give one. */
  readonly path?: RegExp;
  /** DNS names of which the certificate must have one: exact, or `*.` and the rest. Default: any. */
  readonly names?: readonly string[];
  /** Root certificates to which the certificate must lead, through those that come in the same file. Default: the host's TLS is trusted alone. */
  readonly roots?: readonly (string | undefined)[];
}

/** How certificates are kept. Not public: the defaults are the promise, tests shorten them. */
export interface CertificateTuning extends Pick<BoundedFetch, "timeoutMs" | "maxBytes"> {
  /** A certificate is used this long without asking again, and while asking again fails up to its own end. */
  readonly freshMs: number;
  /** After a failure the same URL is not asked again for this long. */
  readonly backOffMs: number;
  readonly maxCached: number;
  /** Strangers can name URLs: at most so many fetches in a window, whatever they name. */
  readonly maxFetches: number;
  readonly windowMs: number;
  /** A monotonic clock. */
  readonly clockMs: () => number;
}

const DEFAULTS: CertificateTuning = {
  timeoutMs: 5_000,
  maxBytes: 64 * 1024,
  freshMs: 24 * 3_600_000,
  backOffMs: 10_000,
  maxCached: 32,
  maxFetches: 20,
  windowMs: 60_000,
  clockMs: () => performance.now(),
};

const MAX_URL_CHARS = 1_024;
const OPTION_NAMES: readonly (keyof CertificateUrlOptions)[] = ["url", "hosts", "path", "names", "roots"];
const LOOPBACK = "127.0.0.1";

interface Entry {
  chain?: readonly [X509Certificate, ...X509Certificate[]];
  fetchedAtMs: number;
  failedAtMs: number;
  failure?: unknown;
  inFlight?: Promise<void> | undefined;
}

export interface CertificateSource {
  readonly field: UnverifiedField;
  /** @param url - As the delivery has it. No request is made for one that the rules do not allow. */
  find(url: string, nowMs: number): Promise<KeyObject | Refusal>;
}

/** @throws {TypeError} Where a host rule is open-ended, or a root cannot be read. */
export function certificateSource(
  options: CertificateUrlOptions,
  where: string,
  tuning: Partial<CertificateTuning> = {},
): CertificateSource {
  const { freshMs, backOffMs, maxCached, maxFetches, windowMs, clockMs, ...limits } = { ...DEFAULTS, ...tuning };
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `${where} must be an object, such as { url: header("x-cert-url"), hosts: ["api.example.com"] }`,
    );
  }
  refuseUnknownKeys(where, options, OPTION_NAMES);
  const field = checkUnverifiedField(options.url, `${where}.url`);
  const isAllowed = compileUrlRule(options, where);
  const names = options.names?.map((name, at) => checkNamePattern(name, `${where}.names[${at}]`));
  const roots = options.roots === undefined ? undefined : compileRoots(options.roots, `${where}.roots`);
  const entries = new Map<string, Entry>();
  let fetches: number[] = [];

  async function load(url: string, entry: Entry): Promise<void> {
    try {
      const bytes = await fetchBytes(url, {
        ...limits,
        what: "the certificate",
        accept: "application/x-pem-file, */*",
      });
      entry.chain = parsePemCertificates(bytes.toString("latin1"));
      entry.fetchedAtMs = clockMs();
      entry.failure = undefined;
    } catch (error) {
      entry.failedAtMs = clockMs();
      entry.failure = error;
    }
    entry.inFlight = undefined;
  }

  /** Fetches, joins the fetch under way, or does nothing because it has just failed or too many were made. */
  async function refresh(url: string, entry: Entry): Promise<void> {
    const nowMs = clockMs();
    if (entry.inFlight === undefined) {
      if (nowMs - entry.failedAtMs < backOffMs) return;
      fetches = fetches.filter((atMs) => nowMs - atMs < windowMs);
      if (fetches.length >= maxFetches) {
        entry.failure ??= new Error(`${maxFetches} certificates were fetched within ${windowMs / 1000} s`);
        return;
      }
      fetches.push(nowMs);
      entry.inFlight = load(url, entry);
    }
    await entry.inFlight;
  }

  /** The least recently used goes; strangers' failures go first. */
  function entryOf(url: string): Entry {
    const known = entries.get(url) ?? { fetchedAtMs: Number.NEGATIVE_INFINITY, failedAtMs: Number.NEGATIVE_INFINITY };
    entries.delete(url);
    entries.set(url, known);
    if (entries.size > maxCached) {
      const [oldest] = entries.keys();
      const failed = [...entries].find(([key, entry]) => entry.chain === undefined && key !== url)?.[0];
      entries.delete(failed ?? (oldest as string));
    }
    return known;
  }

  function keyOf(chain: readonly [X509Certificate, ...X509Certificate[]], nowMs: number): KeyObject | Refusal {
    const [leaf] = chain;
    if (!isValidAt(leaf, nowMs)) return OUTDATED;
    if (names !== undefined && !namesOf(leaf).some((name) => isNameAmong(name, names))) return WRONG_NAME;
    const untrusted = roots === undefined ? undefined : refuseChain(chain, roots, nowMs);
    return untrusted ?? leaf.publicKey;
  }

  return {
    field,
    async find(url, nowMs) {
      if (!isAllowed(url)) return WRONG_URL;
      const entry = entryOf(url);
      const isFresh = clockMs() - entry.fetchedAtMs < freshMs;
      const isOver = entry.chain !== undefined && !isValidAt(entry.chain[0], nowMs);
      if (!isFresh || (isOver && clockMs() - entry.fetchedAtMs >= backOffMs)) await refresh(url, entry);
      if (entry.chain !== undefined) return keyOf(entry.chain, nowMs);
      return {
        ...refuse("undecided", `the certificate at ${new URL(url).host} could not be had: ${reasonOf(entry.failure)}`),
        cause: entry.failure,
      };
    },
  };
}

const WRONG_URL = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the certificate's URL is not one that the sender uses (https, an allowed host and path, no port, user or query); nothing was fetched",
);
const OUTDATED = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the certificate that the delivery names is not valid now, by its dates",
);
const WRONG_NAME = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the certificate that the delivery names is not made out to the sender",
);

/** Only a URL in its normal form: what parsers could read differently does not pass. */
function compileUrlRule({ hosts, path }: CertificateUrlOptions, where: string): (url: string) => boolean {
  if (!Array.isArray(hosts) || hosts.length === 0) {
    throw new TypeError(`${where}.hosts must name at least one host, such as "api.paypal.com"`);
  }
  const patterns = hosts.filter((host): host is RegExp => host instanceof RegExp);
  for (const pattern of path === undefined ? patterns : [...patterns, path]) checkAnchored(pattern, where);
  const names = hosts
    .filter((host) => !(host instanceof RegExp))
    .map((host) => checkNamePattern(host, `${where}.hosts`));
  return function isAllowedUrl(text) {
    if (text.length > MAX_URL_CHARS || !URL.canParse(text)) return false;
    const url = new URL(text);
    const isLoopback = url.protocol === "http:" && url.hostname === LOOPBACK && names.includes(LOOPBACK);
    if (url.href !== text || url.username !== "" || url.password !== "") return false;
    if (url.search !== "" || text.includes("#") || text.includes("?")) return false;
    if (!isLoopback && (url.protocol !== "https:" || url.port !== "")) return false;
    if (path !== undefined && !path.test(url.pathname)) return false;
    return isNameAmong(url.hostname, names) || patterns.some((pattern) => pattern.test(url.hostname));
  };
}

/** `/amazonaws\.com/` would let `amazonaws.com.evil.example` in. */
function checkAnchored(pattern: unknown, where: string): void {
  const isAnchored =
    pattern instanceof RegExp &&
    /^\^(?:.*[^\\])?\$$/s.test(pattern.source) &&
    !hasTopLevelBar(pattern.source) &&
    !/[gmy]/.test(pattern.flags);
  if (isAnchored) return;
  throw new TypeError(
    `${where}: a RegExp for hosts or path must begin with ^ and end with $, have no | outside of brackets, and no flag g, m or y`,
  );
}

/** `^a$|b` is anchored on one side only. */
function hasTopLevelBar(source: string): boolean {
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    const character = source[at];
    if (character === "\\") at++;
    else if (character === "(" || character === "[") depth++;
    else if (character === ")" || character === "]") depth--;
    else if (character === "|" && depth === 0) return true;
  }
  return false;
}
