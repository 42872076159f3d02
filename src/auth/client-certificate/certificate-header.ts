// Reads a client certificate from a proxy's header: RFC 9440, Envoy's XFCC, nginx's escaped PEM.
import { decodeCanonical } from "../request/encoding.js";

/** How a proxy writes a client certificate into a header: RFC 9440, Envoy's XFCC, or a URL-encoded PEM text. */
export type CertificateHeaderForm = "client-cert" | "xfcc" | "url-encoded-pem";

/** DER or PEM. `undefined` if the text does not have the form. */
type ReadCertificate = (text: string) => Uint8Array | string | undefined;

/** Node reads 16 KB of headers in all. */
const MAX_CHARS = 16_384;
const PEM = /^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*$/;

export const READERS: Readonly<Record<CertificateHeaderForm, ReadCertificate>> = {
  "client-cert": readByteSequence,
  xfcc: readForwarded,
  "url-encoded-pem": readEscaped,
};

export function readCertificateHeader(form: CertificateHeaderForm): ReadCertificate {
  const read = READERS[form];
  return (text) => (text.length > MAX_CHARS ? undefined : read(text));
}

/** RFC 9440 section 2.1: a byte sequence, `:<base64 DER>:`. */
function readByteSequence(text: string): Uint8Array | undefined {
  const isSequence = text.length > 2 && text.startsWith(":") && text.endsWith(":");
  return isSequence ? decodeCanonical(text.slice(1, -1), "base64") : undefined;
}

/** Exactly one certificate. */
function readEscaped(text: string): string | undefined {
  try {
    // A plus sign is not a space: base64 has plus signs, and nginx escapes them.
    const pem = decodeURIComponent(text);
    return PEM.test(pem) ? pem : undefined;
  } catch {
    return undefined;
  }
}

/**
 * `By=…;Hash=…;Cert="<URL-encoded PEM>";Subject="…"`, elements of several proxies joined by commas. Only one
 * element is accepted: the first of several may come from the client, or from a proxy that is not trusted.
 */
function readForwarded(text: string): string | undefined {
  let cert: string | undefined;
  for (const pair of splitOutsideQuotes(text, ";") ?? []) {
    const equals = pair.indexOf("=");
    if (equals < 0) return undefined;
    if (pair.slice(0, equals).trim().toLowerCase() !== "cert") continue;
    if (cert !== undefined) return undefined;
    cert = pair.slice(equals + 1).trim();
  }
  if (cert === undefined) return undefined;
  return readEscaped(cert.startsWith('"') && cert.endsWith('"') ? cert.slice(1, -1) : cert);
}

/** `undefined` if a quote is not closed, or there is a second element. */
function splitOutsideQuotes(text: string, separator: string): string[] | undefined {
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "\\" && isQuoted) at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && character === ",") return undefined;
    else if (!isQuoted && character === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  if (isQuoted) return undefined;
  parts.push(text.slice(start));
  return parts;
}
