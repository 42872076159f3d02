// Compares the names of a certificate with DNS names and patterns of them.
import type { X509Certificate } from "node:crypto";

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
