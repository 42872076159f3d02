// Reads what node:crypto does not expose of a certificate: extensions, signature algorithm, permitted uses (RFC 5280 section 4).
import type { X509Certificate } from "node:crypto";
import { type DerElement, dottedOid, elementsOf, insideOf, integerOf, OBJECT_IDENTIFIER, SEQUENCE } from "./der.js";

const OID_KEY_USAGE = "2.5.29.15";
const OID_SUBJECT_ALT_NAME = "2.5.29.17";
const OID_BASIC_CONSTRAINTS = "2.5.29.19";
const OID_CERTIFICATE_POLICIES = "2.5.29.32";
const OID_EXTENDED_KEY_USAGE = "2.5.29.37";
export const ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0";
export const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
export const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

/** Extensions that are checked here or by node:crypto. Policies have no effect without required ones (section 6.1.1 (c)). */
const UNDERSTOOD: readonly string[] = [
  OID_KEY_USAGE,
  OID_SUBJECT_ALT_NAME,
  OID_BASIC_CONSTRAINTS,
  OID_CERTIFICATE_POLICIES,
  OID_EXTENDED_KEY_USAGE,
];
/** Signature algorithms of certificates: RSA and RSA-PSS, ECDSA, Ed25519, with SHA-256 and longer. SHA-1 and MD5 can be forged. */
const SIGNATURES: readonly string[] = [
  "1.2.840.113549.1.1.10",
  "1.2.840.113549.1.1.11",
  "1.2.840.113549.1.1.12",
  "1.2.840.113549.1.1.13",
  "1.2.840.10045.4.3.2",
  "1.2.840.10045.4.3.3",
  "1.2.840.10045.4.3.4",
  "1.3.101.112",
];
const BOOLEAN = 0x01;
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
/** `[3] EXPLICIT Extensions` of TBSCertificate, section 4.1. */
const EXTENSIONS = 0xa3;

/** Bits of KeyUsage, section 4.2.1.3. */
export type KeyUsage = "digitalSignature" | "contentCommitment" | "keyCertSign";
const USAGE_BITS: Readonly<Record<KeyUsage, number>> = { digitalSignature: 0, contentCommitment: 1, keyCertSign: 5 };

export interface CertificateExtensions {
  /** In their order, with duplicates. */
  readonly oids: readonly string[];
  /** Critical extensions that are not understood: the certificate must be refused (section 4.2). */
  readonly unknownCritical: readonly string[];
  /** The largest number of CA certificates between this one and the last. `undefined`: no limit. */
  readonly pathLength: number | undefined;
  /** Purposes as OIDs; `undefined`: any. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  /** Whether the key may be used for one of these. `true` without the extension. */
  mayBeUsedFor(usages: readonly KeyUsage[]): boolean;
}

/** @param understood - OIDs that the caller handles. */
export function extensionsOf(certificate: X509Certificate, understood: readonly string[]): CertificateExtensions {
  const all = readExtensions(certificate.raw);
  const contentOf = (oid: string) => all.find((one) => one.oid === oid)?.value;
  const keyUsage = contentOf(OID_KEY_USAGE);
  const purposes = contentOf(OID_EXTENDED_KEY_USAGE);
  const constraints = insideOf(contentOf(OID_BASIC_CONSTRAINTS)).find(({ tag }) => tag === INTEGER);
  return {
    oids: all.map(({ oid }) => oid),
    unknownCritical: all.flatMap(({ oid, isCritical }) =>
      isCritical && !UNDERSTOOD.includes(oid) && !understood.includes(oid) ? [oid] : [],
    ),
    pathLength: constraints === undefined ? undefined : Number(integerOf(constraints.content)),
    extendedKeyUsage: purposes === undefined ? undefined : insideOf(purposes).map(({ content }) => dottedOid(content)),
    mayBeUsedFor(usages) {
      if (keyUsage === undefined) return true;
      // A BIT STRING: the first byte counts unused bits, and bit 0 is the highest of the next.
      const bits = elementsOf(keyUsage)[0]?.content.subarray(1) ?? new Uint8Array();
      return usages.some((usage) => ((bits[0] ?? 0) & (0x80 >> USAGE_BITS[usage])) !== 0);
    },
  };
}

/** Whether the certificate was signed with a strong algorithm. */
export function isStronglySigned(certificate: X509Certificate): boolean {
  const [algorithm] = elementsOf(insideOf(certificate.raw)[1]?.content ?? new Uint8Array());
  return algorithm?.tag === OBJECT_IDENTIFIER && SIGNATURES.includes(dottedOid(algorithm.content));
}

interface Extension {
  readonly oid: string;
  readonly isCritical: boolean;
  readonly value: Uint8Array;
}

function readExtensions(der: Uint8Array): readonly Extension[] {
  const [body] = insideOf(der);
  const wrapper = elementsOf(body?.content ?? new Uint8Array()).find(({ tag }) => tag === EXTENSIONS);
  const [list] = elementsOf(wrapper?.content ?? new Uint8Array());
  return list?.tag === SEQUENCE ? elementsOf(list.content).flatMap(readExtension) : [];
}

function readExtension({ content }: DerElement): readonly Extension[] {
  const [id, ...rest] = elementsOf(content);
  const value = rest.find(({ tag }) => tag === OCTET_STRING)?.content;
  if (id?.tag !== OBJECT_IDENTIFIER || value === undefined) return [];
  const isCritical = rest.some((one) => one.tag === BOOLEAN && one.content[0] !== 0);
  return [{ oid: dottedOid(id.content), isCritical, value }];
}
