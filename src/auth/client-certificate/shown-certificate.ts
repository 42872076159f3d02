// Reads the client certificate from the TLS socket or from the header of a trusted proxy.
import { X509Certificate } from "node:crypto";
import { absent, type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import { REPEATED } from "../../lib/headers.js";
import { compileRanges } from "../../lib/ip/address-ranges.js";
import { checkOptions, choiceOf, isObject, isText, type OptionRules, required } from "../../lib/options.js";
import { type CertificateHeaderForm, READERS, readCertificateHeader } from "./certificate-header.js";

/** A header in which a proxy forwards the certificate. */
export interface CertificateFromProxy {
  readonly header: string;
  /** `client-cert` (RFC 9440), `xfcc` (Envoy), `url-encoded-pem` (nginx's `$ssl_client_escaped_cert`). */
  readonly form: CertificateHeaderForm;
  /** Addresses and ranges of your own proxies. The header of other peers is refused. */
  readonly trustedProxies: readonly string[];
  /** A header of the proxy that says that it has verified the certificate: `{ header: "x-ssl-client-verify", value: "SUCCESS" }`. */
  readonly verifiedBy?: { readonly header: string; readonly value: string };
}

/** A certificate, and whether its chain was verified where TLS ends. */
export interface ShownCertificate {
  readonly ok: true;
  readonly certificate: X509Certificate;
  readonly isVerified: boolean;
}

const NONE_SHOWN = /* @__PURE__ */ absent(
  "the client showed no certificate; does the server ask for one (requestCert)?",
);
const UNREADABLE = /* @__PURE__ */ refuse("bad_credentials", "the client's certificate cannot be read");
const NOT_FROM_PROXY = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the certificate's header came from an address that is no trusted proxy",
);
const NO_HEADER = /* @__PURE__ */ absent("the proxy passed no client certificate on");
const TWICE = /* @__PURE__ */ refuse("bad_credentials", "the certificate's header came more than once");
const NOT_BY_PROXY = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the proxy does not say that it verified the client's certificate",
);

export function readSocket(delivery: Delivery): ShownCertificate | Refusal {
  const peer = delivery.peerCertificate?.();
  if (peer === undefined) return NONE_SHOWN;
  const certificate = parseDer(peer.raw);
  return certificate === undefined ? UNREADABLE : { ok: true, certificate, isVerified: peer.isAuthorized };
}

function parseDer(raw: Uint8Array | string): X509Certificate | undefined {
  try {
    return new X509Certificate(raw);
  } catch {
    return undefined;
  }
}

const PROXY_RULES: OptionRules<CertificateFromProxy> = {
  header: { must: "be a header's name", fits: isText, isRequired: true },
  form: /* @__PURE__ */ required(/* @__PURE__ */ choiceOf(READERS)),
  trustedProxies: {
    must: 'name the proxies whose header is believed, such as ["10.0.0.0/8"]',
    fits: (value) => Array.isArray(value) && value.length > 0,
    isRequired: true,
  },
  verifiedBy: {
    must: 'be such as { header: "x-ssl-client-verify", value: "SUCCESS" }',
    fits: (value) => isObject(value) && isHeaderValue(value),
  },
};

function isHeaderValue(value: { header?: unknown; value?: unknown }): boolean {
  return typeof value.header === "string" && typeof value.value === "string";
}

export function compileProxy(from: CertificateFromProxy): (delivery: Delivery) => ShownCertificate | Refusal {
  checkOptions("clientCertificate: from.", from, PROXY_RULES);
  const { header, form, verifiedBy } = from;
  const readHeader = readCertificateHeader(form);
  const isProxy = compileProxies(from.trustedProxies);
  return function readProxy(delivery) {
    const text = delivery.headers.onceList(header.toLowerCase());
    if (text === undefined) return NO_HEADER;
    if (!isProxy(delivery.remoteAddress)) return NOT_FROM_PROXY;
    if (text === REPEATED) return TWICE;
    if (verifiedBy !== undefined && delivery.headers.once(verifiedBy.header.toLowerCase()) !== verifiedBy.value) {
      return NOT_BY_PROXY;
    }
    if (text === "") return NO_HEADER; // nginx sends an empty header without a certificate
    const raw = readHeader(text);
    const certificate = raw === undefined ? undefined : parseDer(raw);
    return certificate === undefined ? UNREADABLE : { ok: true, certificate, isVerified: true };
  };
}

/** The trusted proxies, by the same rules as `allow`. */
function compileProxies(ranges: readonly string[]): (address: string | undefined) => boolean {
  const option = "clientCertificate: from.trustedProxies";
  const { contains } = compileRanges(ranges, { option });
  return (address) => address !== undefined && contains(address);
}
