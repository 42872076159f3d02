// Reads certificates: PEM and DER, pinned roots, dates of validity.
import { X509Certificate } from "node:crypto";
import { weaknessOf } from "./weak-keys.js";

/** Leaf, intermediates and root together; chains of senders have three. */
export const MAX_CHAIN = 5;

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** @throws {Error} If the text has no certificate, too many, or one that cannot be read. */
export function parsePemCertificates(text: string): readonly [X509Certificate, ...X509Certificate[]] {
  const blocks = text.match(PEM_BLOCK) ?? [];
  if (blocks.length > MAX_CHAIN) throw new Error(`the PEM holds more than ${MAX_CHAIN} certificates`);
  const [leaf, ...rest] = blocks.map((block) => new X509Certificate(block));
  if (leaf === undefined) throw new Error("there is no PEM certificate in it");
  return [leaf, ...rest];
}

/**
 * Pinned roots, as PEM text with one or more certificates, or as DER bytes.
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

/** Whether the time is within the dates of the certificate, both included. */
export function isValidAt(certificate: X509Certificate, atMs: number): boolean {
  return atMs >= Date.parse(certificate.validFrom) && atMs <= Date.parse(certificate.validTo);
}
