// Checks a certificate chain: validity, trust and name (X.509 by node:crypto, RFC 5280).
import { X509Certificate } from "node:crypto";
import { type Refusal, refuse } from "../../core/auth.js";

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
    try {
      if (typeof root === "string") return parsePemCertificates(root);
      if (root instanceof Uint8Array) return [new X509Certificate(root)];
    } catch {
      // told below
    }
    throw new TypeError(`${where}[${at}] must be a certificate as PEM text or DER bytes`);
  });
}

/** Whether the moment is within the dates of the certificate; both ends belong to it. */
export function isValidAt(certificate: X509Certificate, atMs: number): boolean {
  return atMs >= Date.parse(certificate.validFrom) && atMs <= Date.parse(certificate.validTo);
}

/**
 * Whether a chain leads from its first certificate to a pinned root, each valid at the moment; `undefined` where it does.
 *
 * The chain may end with the root itself or below it. Not checked: revocation, name constraints and policies, which
 * node:crypto does not know; pinning one's sender's own root is what stands in for them.
 */
export function refuseChain(
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  atMs: number,
): Refusal | undefined {
  if (chain.length === 0 || chain.length > MAX_CHAIN) {
    return refuse("bad_credentials", `the chain must have 1 to ${MAX_CHAIN} certificates`);
  }
  for (let at = 0; at < chain.length; at++) {
    const certificate = chain[at] as X509Certificate;
    if (!isValidAt(certificate, atMs)) return NOT_VALID_THEN;
    if (roots.some((root) => root.raw.equals(certificate.raw))) return at === 0 ? NOT_A_LEAF : undefined;
    const issuer = chain[at + 1];
    if (issuer !== undefined) {
      if (!isIssuedBy(certificate, issuer)) return BROKEN;
      continue;
    }
    const root = roots.find((one) => isIssuedBy(certificate, one));
    if (root === undefined) return UNTRUSTED;
    return isValidAt(root, atMs) ? undefined : NOT_VALID_THEN;
  }
  return UNTRUSTED;
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

/** Names, key usage and key identifiers by checkIssued; the signature by verify; an issuer must be a CA. */
function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false; // a key or signature algorithm that the library does not have
  }
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
