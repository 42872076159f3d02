// Verifies the certificate chain in a token's header up to a pinned root. Each certificate must be of its kind. RFC 7515
// section 4.1.6; the kind is marked by extensions, as Apple marks its certificates.
import { type KeyObject, X509Certificate } from "node:crypto";
import { type Refusal, refuse } from "../../core/auth.js";
import { refuseUnknownKeys } from "../../lib/options.js";
import { compileRoots, MAX_CHAIN, refuseChain } from "../keys/certificate.js";
import { decodeCanonical } from "../request/encoding.js";

/** Which chains are trusted. */
export interface X5cOptions {
  /** The sender's own roots, as PEM text or DER bytes; never the system's, which issue to anybody. */
  readonly roots: readonly (string | Uint8Array | undefined)[];
  /** Extensions that the certificate which signs must have, as dotted OIDs. Apple: `1.2.840.113635.100.6.11.1`. */
  readonly leafOids?: readonly string[];
  /** Extensions that the certificate after it must have. Apple: `1.2.840.113635.100.6.2.1`. */
  readonly issuerOids?: readonly string[];
}

/** A chain's key, still to be judged by the time at which it signed. */
export interface X5cKey {
  readonly ok: true;
  readonly key: KeyObject;
  /** What is wrong with the chain at that moment; `undefined` where it is trusted. */
  refusalAt(atMs: number): Refusal | undefined;
}

const OPTION_NAMES: readonly (keyof X5cOptions)[] = ["roots", "leafOids", "issuerOids"];
const OID = /^[0-2](?:\.(?:0|[1-9]\d*))+$/;
const MAX_CERTIFICATE_CHARS = 8_192;

const MISSING = /* @__PURE__ */ refuse("unauthenticated", "the token's header has no x5c chain");
const MALFORMED = /* @__PURE__ */ refuse(
  "bad_credentials",
  `x5c is not a list of 1 to ${MAX_CHAIN} certificates in base64`,
);
const WRONG_KIND = /* @__PURE__ */ refuse(
  "unauthenticated",
  "a certificate of the chain is not of the sender's kind: it lacks a required extension",
);

/** @throws {TypeError} Where a root cannot be read, or an OID is ill-formed. */
export function compileX5c(options: X5cOptions, where: string): (x5c: unknown) => X5cKey | Refusal {
  if (typeof options !== "object" || options === null) throw new TypeError(`${where} must be an object with roots`);
  refuseUnknownKeys(where, options, OPTION_NAMES);
  const roots = compileRoots(options.roots, `${where}.roots`);
  const { leafOids = [], issuerOids = [] } = options;
  const bad = [...leafOids, ...issuerOids].find((oid) => typeof oid !== "string" || !OID.test(oid));
  if (bad !== undefined) throw new TypeError(`${where}: OIDs must be dotted numbers; got ${JSON.stringify(bad)}`);

  return function readChain(x5c) {
    if (x5c === undefined) return MISSING;
    const chain = parseChain(x5c);
    const leaf = chain?.[0];
    if (chain === undefined || leaf === undefined) return MALFORMED;
    if (!hasAll(leaf, leafOids)) return WRONG_KIND;
    if (issuerOids.length > 0 && (chain[1] === undefined || !hasAll(chain[1], issuerOids))) return WRONG_KIND;
    return { ok: true, key: leaf.publicKey, refusalAt: (atMs) => refuseChain(chain, roots, atMs) };
  };
}

function parseChain(x5c: unknown): X509Certificate[] | undefined {
  if (!Array.isArray(x5c) || x5c.length === 0 || x5c.length > MAX_CHAIN) return undefined;
  try {
    return x5c.map((text: unknown) => {
      const der =
        typeof text === "string" && text.length <= MAX_CERTIFICATE_CHARS ? decodeCanonical(text, "base64") : undefined;
      if (der === undefined) throw new Error("not canonical base64");
      const certificate = new X509Certificate(der);
      certificate.publicKey; // throws for a key that the library does not have
      return certificate;
    });
  } catch {
    return undefined;
  }
}

function hasAll(certificate: X509Certificate, oids: readonly string[]): boolean {
  if (oids.length === 0) return true;
  const found = extensionOids(certificate.raw);
  return oids.every((oid) => found.includes(oid));
}

const SEQUENCE = 0x30;
const OBJECT_IDENTIFIER = 0x06;
/** `[3] EXPLICIT Extensions` of TBSCertificate, RFC 5280 section 4.1. */
const EXTENSIONS = 0xa3;

/** The OIDs of a certificate's extensions. OpenSSL has read the certificate already, so this reads what is well-formed. */
export function extensionOids(der: Uint8Array): readonly string[] {
  const certificate = children(der)[0];
  const body = certificate === undefined ? undefined : children(certificate.content)[0];
  const wrapper = body === undefined ? undefined : children(body.content).find(({ tag }) => tag === EXTENSIONS);
  const list = wrapper === undefined ? undefined : children(wrapper.content)[0];
  if (list?.tag !== SEQUENCE) return [];
  return children(list.content).flatMap(({ content }) => {
    const id = children(content)[0];
    return id?.tag === OBJECT_IDENTIFIER ? [dotted(id.content)] : [];
  });
}

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The elements that follow each other in DER; stops where lengths do not add up. */
function children(der: Uint8Array): Element[] {
  const elements: Element[] = [];
  for (let at = 0; at + 2 <= der.length; ) {
    const tag = der[at] as number;
    let length = der[at + 1] as number;
    let start = at + 2;
    if (length >= 0x80) {
      const count = length - 0x80;
      if (count === 0 || count > 3) break;
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (der[start + i] ?? 0);
      start += count;
    }
    if (start + length > der.length) break;
    elements.push({ tag, content: der.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}

/** X.690 section 8.19: the first number holds two, each further one seven bits a byte. */
function dotted(bytes: Uint8Array): string {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    numbers.push(value);
    value = 0;
  }
  const [first = 0, ...rest] = numbers;
  const top = Math.min(2, Math.floor(first / 40));
  return [top, first - top * 40, ...rest].join(".");
}
