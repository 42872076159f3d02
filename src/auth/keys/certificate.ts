// Checks a certificate chain: validity, trust and name (X.509 by node:crypto, RFC 5280).
import { X509Certificate } from "node:crypto";
import { type Refusal, refuse } from "../../core/auth.js";
import {
  ANY_EXTENDED_KEY_USAGE,
  CLIENT_AUTH,
  extensionsOf,
  isStronglySigned,
  SERVER_AUTH,
} from "./certificate-extensions.js";
import { weaknessOf } from "./weak-keys.js";

/** Leaf, intermediates and root together; chains of senders have three. */
export const MAX_CHAIN = 5;

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** @throws {Error} Where the text holds none, too many, or one that cannot be read. */
export function parsePemCertificates(text: string): readonly [X509Certificate, ...X509Certificate[]] {
  const blocks = text.match(PEM_BLOCK) ?? [];
  if (blocks.length > MAX_CHAIN) throw new Error(`the PEM holds more than ${MAX_CHAIN} certificates`);
  const [leaf, ...rest] = blocks.map((block) => new X509Certificate(block));
  if (leaf === undefined) throw new Error("there is no PEM certificate in it");
  return [leaf, ...rest];
}

/**
 * Pinned roots, as PEM text or DER bytes, each of which may hold several.
 *
 * @throws {TypeError} Where one is missing or cannot be read.
 */
export function compileRoots(
  roots: readonly (string | Uint8Array | undefined)[] | undefined,
  where: string,
): readonly X509Certificate[] {
  if (!Array.isArray(roots) || roots.length === 0) {
    throw new TypeError(`${where} must hold at least one root certificate, as PEM text or DER bytes`);
  }
  return roots.flatMap((root: unknown, at) => {
    const certificates = parseRoot(root);
    if (certificates === undefined) {
      throw new TypeError(`${where}[${at}] must be a certificate as PEM text or DER bytes`);
    }
    const weakness = certificates.map(({ publicKey }) => weaknessOf(publicKey)).find((one) => one !== undefined);
    if (weakness !== undefined) throw new TypeError(`${where}[${at}]: its key ${weakness}`);
    return certificates;
  });
}

function parseRoot(root: unknown): readonly X509Certificate[] | undefined {
  try {
    if (typeof root === "string") return parsePemCertificates(root);
    return root instanceof Uint8Array ? [new X509Certificate(root)] : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the moment is within the dates of the certificate; both ends belong to it. */
export function isValidAt(certificate: X509Certificate, atMs: number): boolean {
  return atMs >= Date.parse(certificate.validFrom) && atMs <= Date.parse(certificate.validTo);
}

/** What a chain must be beyond leading to a root. */
export interface ChainRules {
  /** Purposes, as OIDs, of which each certificate that names any must name one. Default: those of TLS, with which senders sign too. */
  readonly purposes?: readonly string[];
  /** Extensions that the caller honours, so that they may be critical. */
  readonly understood?: readonly string[];
}

const TLS_PURPOSES: readonly string[] = [SERVER_AUTH, CLIENT_AUTH];

/**
 * Whether a chain leads from its first certificate to a pinned root; `undefined` where it does (RFC 5280 section 6.1).
 *
 * A pinned root is looked for at each step, so whatever stands behind the certificate that it issued is not looked at:
 * the root itself, or another way to it. Each certificate on the way must be valid at the moment, have a strong key and
 * signature, no critical extension that nobody honours, and a key usage and purpose that fit; those of CAs allow the
 * length of the path. Not checked: revocation, name constraints that are not critical, and policies.
 */
export function refuseChain(
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  atMs: number,
  rules: ChainRules = {},
): Refusal | undefined {
  if (chain.length === 0 || chain.length > MAX_CHAIN) {
    return refuse("bad_credentials", `the chain must have 1 to ${MAX_CHAIN} certificates`);
  }
  let refusal: Refusal | undefined;
  for (const [at, certificate] of chain.entries()) {
    if (roots.some((root) => root.raw.equals(certificate.raw))) {
      return at === 0 ? NOT_A_LEAF : refusePath(chain.slice(0, at), certificate, atMs, rules);
    }
    for (const root of roots) {
      if (!isIssuedBy(certificate, root)) continue;
      const wrong = refusePath(chain.slice(0, at + 1), root, atMs, rules);
      if (wrong === undefined) return undefined;
      refusal ??= wrong;
    }
    const issuer = chain[at + 1];
    if (issuer === undefined) break;
    if (!isIssuedBy(certificate, issuer)) return refusal ?? BROKEN;
  }
  return refusal ?? UNTRUSTED;
}

/** What is wrong with a path whose signatures fit; the root is that of the last certificate. */
function refusePath(
  path: readonly X509Certificate[],
  root: X509Certificate,
  atMs: number,
  { purposes = TLS_PURPOSES, understood = [] }: ChainRules,
): Refusal | undefined {
  let intermediates = 0;
  for (const [at, certificate] of [...path, root].entries()) {
    const isRoot = at === path.length;
    const { oids, unknownCritical, pathLength, extendedKeyUsage, mayBeUsedFor } = extensionsOf(certificate, understood);
    if (!isValidAt(certificate, atMs)) return NOT_VALID_THEN;
    if (weaknessOf(certificate.publicKey) !== undefined || !(isRoot || isStronglySigned(certificate))) return WEAK;
    if (unknownCritical.length > 0) return unknownExtension(unknownCritical[0] as string);
    if (new Set(oids).size !== oids.length) return REPEATED_EXTENSION;
    if (!mayBeUsedFor(at === 0 ? ["digitalSignature", "contentCommitment"] : ["keyCertSign"])) return WRONG_USAGE;
    const fits = (purpose: string) => purpose === ANY_EXTENDED_KEY_USAGE || purposes.includes(purpose);
    if (!isRoot && extendedKeyUsage?.some(fits) === false) return WRONG_PURPOSE;
    if (at === 0) continue;
    if (pathLength !== undefined && intermediates > pathLength) return TOO_LONG;
    // Section 4.2.1.9: a certificate that a CA issues to itself, to change its key, does not count.
    if (certificate.subject !== certificate.issuer) intermediates++;
  }
  return undefined;
}

const NOT_VALID_THEN = /* @__PURE__ */ refuse(
  "unauthenticated",
  "a certificate of the chain had not begun or had ended by then",
);
const NOT_A_LEAF = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the chain begins with the root, which signs certificates and no deliveries",
);
const BROKEN = /* @__PURE__ */ refuse(
  "unauthenticated",
  "a certificate of the chain was not issued by the one after it",
);
const UNTRUSTED = /* @__PURE__ */ refuse("unauthenticated", "the chain does not lead to a pinned root");
const WEAK = /* @__PURE__ */ refuse(
  "unauthenticated",
  "a certificate of the chain has a weak key, or was signed with SHA-1 or another weak algorithm",
);
const REPEATED_EXTENSION = /* @__PURE__ */ refuse(
  "unauthenticated",
  "a certificate of the chain has an extension twice",
);
const WRONG_USAGE = /* @__PURE__ */ refuse(
  "unauthenticated",
  "a certificate of the chain is not for what it is used for: its key usage",
);
const WRONG_PURPOSE = /* @__PURE__ */ refuse(
  "unauthenticated",
  "a certificate of the chain is for another purpose: its extended key usage",
);
const TOO_LONG = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the chain is longer than one of its CAs allows: its path length",
);

function unknownExtension(oid: string): Refusal {
  return refuse(
    "unauthenticated",
    `a certificate of the chain has the critical extension ${oid}, which is not honoured`,
  );
}

/**
 * Names, key usage and key identifiers by checkIssued; the signature by verify; an issuer must be a CA. A certificate with
 * a signature that is refused anyway is not verified, so what throws here is the platform's fault.
 */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return (
    issuer.ca &&
    certificate.checkIssued(issuer) &&
    isStronglySigned(certificate) &&
    certificate.verify(issuer.publicKey)
  );
}

/** A DNS name, or all names one level or more below it: `*.paypal.com`. Lower case. */
export type NamePattern = string;

/** Whether a name is one of the patterns, in any case. */
export function isNameAmong(name: string, patterns: readonly NamePattern[]): boolean {
  const lower = name.toLowerCase();
  return patterns.some((pattern) =>
    pattern.startsWith("*.")
      ? lower.length > pattern.length - 1 && lower.endsWith(pattern.slice(1))
      : lower === pattern,
  );
}

const DNS_PATTERN = /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

/** @throws {TypeError} Where a pattern is no DNS name, or a star that takes in a whole top-level domain. */
export function checkNamePattern(pattern: unknown, where: string): NamePattern {
  const isName = typeof pattern === "string" && DNS_PATTERN.test(pattern);
  if (isName && !(pattern.startsWith("*.") && pattern.split(".").length < 3)) return pattern;
  throw new TypeError(`${where} must be a lower-case host name such as "api.paypal.com" or "*.paypal.com"`);
}

/** DNS names of the certificate: those of subjectAltName, or, where it has none, the subject's common name. */
export function namesOf(certificate: X509Certificate): readonly string[] {
  // Values with commas in them are quoted, and could otherwise hold what looks like another name.
  const subjectAltName = certificate.subjectAltName?.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const names = subjectAltName === undefined ? [] : [...subjectAltName.matchAll(/(?:^|, )DNS:([^",\s]+)(?=,|$)/g)];
  if (names.length > 0) return names.map((match) => match[1] as string);
  const commonName = commonNameOf(certificate);
  return commonName === undefined ? [] : [commonName];
}

/** The subject's common name; `undefined` where it has none, or several. */
export function commonNameOf(certificate: X509Certificate): string | undefined {
  const lines = (certificate.subject ?? "").split("\n").filter((line) => line.startsWith("CN="));
  return lines.length === 1 ? (lines[0] as string).slice("CN=".length) : undefined;
}
