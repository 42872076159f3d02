// Verifies the certificate chain in the header of a token (RFC 7515 section 4.1.6), and the required extensions of its certificates.
import { type KeyObject, X509Certificate } from "node:crypto";
import { type Refusal, refuse } from "../../core/auth.js";
import { CHECKED_LATER, checkOptions, isListOf, isText, type OptionRule, type OptionRules } from "../../lib/options.js";
import { isPlatformError, unsupported } from "../keys/algorithms.js";
import { compileRoots, MAX_CHAIN } from "../keys/certificate.js";
import { isIssuedBy, refuseChain } from "../keys/certificate-chain.js";
import { extensionsOf } from "../keys/certificate-extensions.js";
import { decodeCanonical } from "../request/encoding.js";

/** Which chains are trusted. */
export interface X5cOptions {
  /** The sender's own roots, as PEM text or DER bytes. Not public ones, which issue certificates to everyone. */
  readonly roots: readonly (string | Uint8Array | undefined)[];
  /** Required extensions of the signing certificate, as dotted OIDs. Apple: `1.2.840.113635.100.6.11.1`. */
  readonly leafOids?: readonly string[];
  /** Required extensions of the certificate after it. Apple: `1.2.840.113635.100.6.2.1`. */
  readonly issuerOids?: readonly string[];
  /**
   * Purposes (extended key usage), as dotted OIDs. A certificate that lists purposes must list one of these. Default: those of
   * TLS servers and clients. A certificate without this extension is for every purpose.
   */
  readonly purposes?: readonly string[];
}

/** The key of a chain. Whether the chain is valid depends on the signed time. */
export interface X5cKey {
  readonly ok: true;
  readonly key: KeyObject;
  /** Why the chain is refused for this time. `undefined` if it is trusted. */
  refusalAt(atMs: number): Refusal | undefined;
}

const OID = /^[0-2](?:\.(?:0|[1-9]\d*))+$/;
const MAX_CERTIFICATE_CHARS = 8_192;
const OIDS: OptionRule = {
  must: "be a list of OIDs; OIDs must be dotted numbers",
  fits: (value) => isListOf(value, (oid) => isText(oid) && OID.test(oid)),
};
const RULES: OptionRules<X5cOptions> = { roots: CHECKED_LATER, leafOids: OIDS, issuerOids: OIDS, purposes: OIDS };

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
  checkOptions(`${where}.`, options, RULES);
  const roots = compileRoots(options.roots, `${where}.roots`);
  const { leafOids = [], issuerOids = [], purposes } = options;
  const understood = [...leafOids, ...issuerOids];

  return function readChain(x5c) {
    if (x5c === undefined) return MISSING;
    const chain = parseChain(x5c);
    if (!Array.isArray(chain)) return chain;
    const [leaf, issuer] = chain as [X509Certificate, ...X509Certificate[]];
    if (!hasAll(leaf, leafOids)) return WRONG_KIND;
    if (issuerOids.length > 0 && (issuer === undefined || !hasAll(issuer, issuerOids))) return WRONG_KIND;
    const rules = purposes === undefined ? { understood } : { understood, purposes };
    return {
      ok: true,
      key: leaf.publicKey,
      refusalAt(atMs) {
        try {
          // The required extension of a certificate that has not issued the leaf would mean nothing.
          if (issuerOids.length > 0 && !isIssuedBy(leaf, issuer as X509Certificate)) return WRONG_KIND;
          return refuseChain(chain, roots, atMs, rules);
        } catch (cause) {
          return unsupported(cause);
        }
      },
    };
  };
}

/** A certificate that cannot be read ends the chain. If it was needed, the chain does not lead to a root. */
function parseChain(x5c: unknown): X509Certificate[] | Refusal {
  if (!Array.isArray(x5c) || x5c.length === 0 || x5c.length > MAX_CHAIN) return MALFORMED;
  const chain: X509Certificate[] = [];
  for (const text of x5c as readonly unknown[]) {
    const der =
      typeof text === "string" && text.length <= MAX_CERTIFICATE_CHARS ? decodeCanonical(text, "base64") : undefined;
    if (der === undefined) break;
    try {
      const certificate = new X509Certificate(der);
      void certificate.publicKey; // throws for a key that the platform does not support
      chain.push(certificate);
    } catch (cause) {
      if (isPlatformError(cause)) return unsupported(cause);
      break;
    }
  }
  return chain.length === 0 ? MALFORMED : chain;
}

function hasAll(certificate: X509Certificate, oids: readonly string[]): boolean {
  if (oids.length === 0) return true;
  const found = extensionsOf(certificate, []).oids;
  return oids.every((oid) => found.includes(oid));
}
