// Compares the names of a certificate with DNS names and patterns.
import type { X509Certificate } from "node:crypto";

/** A DNS name in lower case, or `*.paypal.com` for all names below it. */
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

/** @throws {TypeError} If a pattern is not a DNS name, or its star covers a top-level domain. */
export function checkNamePattern(pattern: unknown, where: string): NamePattern {
  const isName = typeof pattern === "string" && DNS_PATTERN.test(pattern);
  if (isName && !(pattern.startsWith("*.") && pattern.split(".").length < 3)) return pattern;
  throw new TypeError(`${where} must be a lower-case host name such as "api.paypal.com" or "*.paypal.com"`);
}

/** The DNS names of subjectAltName, or the common name of the subject if there are none. */
export function namesOf(certificate: X509Certificate): readonly string[] {
  // Values with commas are quoted; unquoted they could look like further names.
  const subjectAltName = certificate.subjectAltName?.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const names = subjectAltName === undefined ? [] : [...subjectAltName.matchAll(/(?:^|, )DNS:([^",\s]+)(?=,|$)/g)];
  if (names.length > 0) return names.map((match) => match[1] as string);
  const commonName = commonNameOf(certificate);
  return commonName === undefined ? [] : [commonName];
}

/** The common name of the subject. `undefined` if it has none or several. */
export function commonNameOf(certificate: X509Certificate): string | undefined {
  const lines = (certificate.subject ?? "").split("\n").filter((line) => line.startsWith("CN="));
  return lines.length === 1 ? (lines[0] as string).slice("CN=".length) : undefined;
}
