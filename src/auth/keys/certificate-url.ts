// Fetches, checks and caches the signing certificate whose URL a delivery names.
import type { KeyObject } from "node:crypto";
import { type Refusal, refuse } from "../../core/auth.js";
import type { Field } from "../../core/field.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { CHECKED_LATER, checkOptions, type OptionRules } from "../../lib/options.js";
import { checkUnverifiedField, type UnverifiedField } from "../request/unverified-fields.js";
import { unsupported } from "./algorithms.js";
import { reasonOf } from "./bounded-fetch.js";
import { compileRoots, isValidAt } from "./certificate.js";
import { type CertificateTuning, type Chain, type ChainAnswer, certificateCache } from "./certificate-cache.js";
import { refuseChain } from "./certificate-chain.js";
import { checkNamePattern, isNameAmong, namesOf } from "./certificate-names.js";

/** A certificate whose URL the delivery names, and the rules for URL and certificate. */
export interface CertificateUrlOptions {
  /** Where the URL is: `header("paypal-cert-url")`, `json("SigningCertURL")`. */
  readonly url: Field<"text">;
  /**
   * Allowed hosts: exact names, `*.paypal.com` for every name below, or a RegExp from `^` to `$` for the host name. Who
   * controls one of these hosts can sign as the sender.
   */
  readonly hosts: readonly (string | RegExp)[];
  /** Allowed paths, a RegExp from `^` to `$`. Needed if the hosts serve other files than certificates. */
  readonly path?: RegExp;
  /** DNS names, exact or `*.` and the rest. The certificate must have one of them. Default: any. */
  readonly names?: readonly string[];
  /** Root certificates. The certificate must lead to one of them, through the others of its file. Default: only the TLS of the host is trusted. */
  readonly roots?: readonly (string | undefined)[];
}

const MAX_URL_CHARS = 1_024;
const RULES: OptionRules<CertificateUrlOptions> = {
  url: CHECKED_LATER,
  hosts: {
    must: 'name at least one host, such as "api.paypal.com"',
    fits: (value) => Array.isArray(value) && value.length > 0,
    isRequired: true,
  },
  path: CHECKED_LATER,
  names: { must: 'be a list of DNS names, such as ["*.paypal.com"]', fits: Array.isArray },
  roots: CHECKED_LATER,
};
const LOOPBACK = "127.0.0.1";

export interface CertificateSource {
  readonly field: UnverifiedField;
  /** @param url - The URL of the delivery. URLs that the rules do not allow are never requested. */
  find(url: string, nowMs: number): MaybePromise<KeyObject | Refusal>;
}

/** @throws {TypeError} Where a host rule is open-ended, or a root cannot be read. */
export function certificateSource(
  options: CertificateUrlOptions,
  where: string,
  tuning?: Partial<CertificateTuning>,
): CertificateSource {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(
      `${where} must be an object, such as { url: header("x-cert-url"), hosts: ["api.example.com"] }`,
    );
  }
  checkOptions(`${where}.`, options, RULES);
  const field = checkUnverifiedField(options.url, `${where}.url`);
  const isAllowed = compileUrlRule(options, where);
  const names = options.names?.map((name, at) => checkNamePattern(name, `${where}.names[${at}]`));
  const roots = options.roots === undefined ? undefined : compileRoots(options.roots, `${where}.roots`);
  const cache = certificateCache(tuning);

  function keyOf(chain: Chain, nowMs: number): KeyObject | Refusal {
    const [leaf] = chain;
    if (!isValidAt(leaf, nowMs)) return OUTDATED;
    if (names !== undefined && !namesOf(leaf).some((name) => isNameAmong(name, names))) return WRONG_NAME;
    const untrusted = roots === undefined ? undefined : refuseChain(chain, roots, nowMs);
    return untrusted ?? leaf.publicKey;
  }

  function judge(url: string, answer: ChainAnswer, nowMs: number): KeyObject | Refusal {
    if (answer.ok) {
      try {
        return keyOf(answer.chain, nowMs);
      } catch (cause) {
        return unsupported(cause);
      }
    }
    const reason = `the certificate at ${new URL(url).host} could not be had: ${reasonOf(answer.failure)}`;
    return { ...refuse("undecided", reason), cause: answer.failure };
  }

  return {
    field,
    find(url, nowMs) {
      if (!isAllowed(url)) return WRONG_URL;
      const answer = cache.find(url, nowMs);
      return isPromise(answer) ? answer.then((one) => judge(url, one, nowMs)) : judge(url, answer, nowMs);
    },
  };
}

const WRONG_URL = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the certificate's URL is not one that the sender uses (https, an allowed host and path, no port, user or query); nothing was fetched",
);
const OUTDATED = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the certificate that the delivery names has expired or is not valid yet",
);
const WRONG_NAME = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the certificate that the delivery names has none of the sender's names",
);

/** Only a URL in its normal form is allowed, because parsers read other forms differently. */
function compileUrlRule({ hosts, path }: CertificateUrlOptions, where: string): (url: string) => boolean {
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

/** `/amazonaws\.com/` would match `amazonaws.com.evil.example`. */
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
