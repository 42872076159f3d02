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

/** Further requirements of a chain. */
export interface ChainRules {
  /** Purposes, as OIDs. A certificate that lists purposes must list one of these. Default: those of TLS, which senders use too. */
  readonly purposes?: readonly string[];
  /** Critical extensions that the caller handles. */
  readonly understood?: readonly string[];
}

const TLS_PURPOSES: readonly string[] = [SERVER_AUTH, CLIENT_AUTH];

/**
 * Verifies a chain from its first certificate to a pinned root (RFC 5280 section 6.1). `undefined` if it is valid.
 *
 * At each step a pinned root ends the path, so certificates after the one that it issued are ignored, such as the root itself
 * or a cross-signed one. Each certificate of the path must be valid at `atMs`, have a strong key and signature, no unknown
 * critical extension, and a fitting key usage and purpose. CA certificates must allow the length of the path. Not checked:
 * revocation, name constraints that are not critical, and policies.
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

/** Why a path with valid signatures is refused. The root has issued its last certificate. */
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
  "a certificate of the chain was not valid at that time",
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
  "the key usage of a certificate of the chain does not allow its use here",
);
const WRONG_PURPOSE = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the extended key usage of a certificate of the chain is for another purpose",
);
const TOO_LONG = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the chain is longer than the path length of one of its CAs allows",
);

function unknownExtension(oid: string): Refusal {
  return refuse(
    "unauthenticated",
    `a certificate of the chain has the critical extension ${oid}, which is not honoured`,
  );
}

/**
 * checkIssued compares names, key usage and key identifiers; verify checks the signature; an issuer must be a CA. Weak
 * signatures are not verified, so an exception here means that the platform lacks a feature.
 */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return (
    issuer.ca &&
    certificate.checkIssued(issuer) &&
    isStronglySigned(certificate) &&
    certificate.verify(issuer.publicKey)
  );
}
