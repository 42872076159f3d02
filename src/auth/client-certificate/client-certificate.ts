// Verifies a client certificate, from the TLS socket or from a trusted proxy.
import type { X509Certificate } from "node:crypto";
import { type Auth, COVERS_NOTHING, fromHead, type Proof, type Refusal, refuse } from "../../core/auth.js";
import { CHECKED_LATER, checkOptions, isObject, type OptionRules, TEXT } from "../../lib/options.js";
import { compileRoots, isValidAt } from "../keys/certificate.js";
import { refuseChain } from "../keys/certificate-chain.js";
import { CLIENT_AUTH } from "../keys/certificate-extensions.js";
import { checkNamePattern, commonNameOf, isNameAmong, namesOf } from "../keys/certificate-names.js";
import { type CertificateFromProxy, compileProxy, readSocket } from "./shown-certificate.js";

export type { CertificateFromProxy } from "./shown-certificate.js";

/** Which certificates are accepted. At least one rule is required, and a certificate must fit all given rules. */
export interface CertificateRules {
  /** SHA-256 fingerprints of whole certificates, hex, with or without colons. The strictest rule; it must be changed at every renewal. */
  readonly fingerprints?: readonly string[];
  /** DNS names, exact or `*.` and the rest. The certificate must have one of them, in subjectAltName, or as common name without that extension. */
  readonly names?: readonly string[];
  /** The exact common name of the subject, for certificates whose common name is not a DNS name. */
  readonly commonName?: string;
  /** The CAs that directly issue the sender's certificates, as PEM or DER. Chains are not followed. */
  readonly roots?: readonly (string | Uint8Array | undefined)[];
}

/** Options of `clientCertificate`: which certificates are accepted, and which proxy hands them over. */
export type ClientCertificateOptions = CertificateRules & {
  /** Default: the socket's own certificate. */
  readonly from?: CertificateFromProxy;
};

const RULES: OptionRules<ClientCertificateOptions> = {
  fingerprints: { must: "be a list of SHA-256 fingerprints in hex", fits: Array.isArray },
  names: { must: 'be a list of DNS names, such as ["hooks.example.com"]', fits: Array.isArray },
  commonName: TEXT,
  roots: CHECKED_LATER,
  from: { must: "be an object", fits: isObject },
};

/**
 * Verifies the TLS client certificate of a connection (mTLS).
 *
 * Shape:   the TLS socket's peer certificate, or a header of a trusted proxy: `Client-Cert: :<base64 DER>:` (RFC 9440),
 *          `X-Forwarded-Client-Cert: …;Cert="<URL-encoded PEM>"` (Envoy), a URL-encoded PEM (nginx).
 * Source:  RFC 8446 section 4.4, RFC 5280, RFC 9440; Envoy's and nginx's documentation of their headers.
 * Promise: the client of the connection has the key of the certificate, or a trusted proxy says so in a header. The
 *          certificate is valid now and fits every rule. Not promised: anything about the delivery itself. It is not signed,
 *          so a proxy in between could change it, and there is no freshness.
 *
 * The server must request a certificate (`requestCert: true`) and verify it (`ca`). A certificate that Node did not authorize
 * is accepted only by `fingerprints` or `roots`. A header is read only if the peer of the socket is one of `trustedProxies`,
 * which must remove this header from the client's requests. Without `roots`, `fingerprints` or `verifiedBy`, the proxy has to
 * verify the chain. Revocation is not checked.
 *
 * @throws {TypeError} When built without a rule, or with an ill-formed one. Never per delivery.
 * @example
 * import { clientCertificate } from "hookgate/auth/client-certificate";
 *
 * // Meta's webhooks: the server is given Meta's root as `ca`.
 * clientCertificate({ commonName: "client.webhooks.fbclientcerts.com" });
 */
export function clientCertificate(options: ClientCertificateOptions): Auth {
  checkOptions("clientCertificate", options, RULES);
  const judge = compileRules(options);
  const read = options.from === undefined ? readSocket : compileProxy(options.from);
  const isPinned = options.fingerprints !== undefined || options.roots !== undefined;

  return fromHead({
    scheme: "client-certificate",
    covers: COVERS_NOTHING,
    signsTime: false,
    credentialHeaders: options.from === undefined ? [] : [options.from.header.toLowerCase()],
    needsPublicUrl: false,

    verify(delivery, context): Proof {
      const shown = read(delivery);
      if (!shown.ok) return shown;
      if (!shown.isVerified && !isPinned) return UNVERIFIED;
      return judge(shown.certificate, context.nowMs) ?? PROVEN;
    },
  });
}

const PROVEN: Proof = /* @__PURE__ */ Object.freeze({ ok: true, keyIndex: 0, covers: COVERS_NOTHING });

const UNVERIFIED = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the client's certificate leads to no root of the server; is `ca` set to the sender's?",
);
const OUTDATED = /* @__PURE__ */ refuse("unauthenticated", "the client's certificate is not valid now, by its dates");
const OTHER = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the client's certificate is none of those accepted by their fingerprint",
);
const WRONG_NAME = /* @__PURE__ */ refuse("unauthenticated", "the client's certificate is not made out to the sender");

/** Compiles the rules. `undefined` if a certificate fits all of them. */
function compileRules(rules: CertificateRules): (certificate: X509Certificate, nowMs: number) => Refusal | undefined {
  const { fingerprints, names, commonName } = rules;
  if (fingerprints === undefined && names === undefined && commonName === undefined && rules.roots === undefined) {
    throw new TypeError(
      "clientCertificate: at least one of fingerprints, names, commonName, roots is needed, or every certificate of the CA would pass",
    );
  }
  const prints = fingerprints === undefined ? undefined : fingerprints.map(checkFingerprint);
  const patterns = names?.map((name, at) => checkNamePattern(name, `clientCertificate: names[${at}]`));
  if (prints?.length === 0 || patterns?.length === 0) {
    throw new TypeError("clientCertificate: fingerprints and names must not be empty lists");
  }
  const roots = rules.roots === undefined ? undefined : compileRoots(rules.roots, "clientCertificate: roots");
  return function judge(certificate, nowMs) {
    if (!isValidAt(certificate, nowMs)) return OUTDATED;
    if (prints !== undefined && !prints.includes(certificate.fingerprint256)) return OTHER;
    if (patterns !== undefined && !namesOf(certificate).some((name) => isNameAmong(name, patterns))) return WRONG_NAME;
    if (commonName !== undefined && commonNameOf(certificate) !== commonName) return WRONG_NAME;
    return roots === undefined ? undefined : refuseChain([certificate], roots, nowMs, { purposes: [CLIENT_AUTH] });
  };
}

/** In the form of `fingerprint256`. */
function checkFingerprint(given: unknown): string {
  const digits = typeof given === "string" ? given.replaceAll(":", "").toUpperCase() : "";
  if (!/^[0-9A-F]{64}$/.test(digits)) {
    throw new TypeError("clientCertificate: fingerprints must be SHA-256 in hex: 64 digits, with or without colons");
  }
  return (digits.match(/../g) as string[]).join(":");
}
