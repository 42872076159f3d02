// Verifies a certificate chain to a pinned root (RFC 5280).
import type { X509Certificate } from "node:crypto";
import { type Refusal, refuse } from "../../core/auth.js";
import { isValidAt, MAX_CHAIN } from "./certificate.js";
import {
  ANY_EXTENDED_KEY_USAGE,
  CLIENT_AUTH,
  extensionsOf,
  isStronglySigned,
  SERVER_AUTH,
} from "./certificate-extensions.js";
import { weaknessOf } from "./weak-keys.js";

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
