// Probes the endpoint's certificate and its remaining validity.
import { isIP } from "node:net";
import { connect, type DetailedPeerCertificate } from "node:tls";
import { bad, noted, ok, type Probe } from "./probe.js";
import { codeOf, hostOf, portOf } from "./reach-probe.js";

const HANDSHAKE_MS = 10_000;
const DAY_MS = 86_400_000;
/** Automatic renewal usually happens 30 days before the end, so a certificate with less has not been renewed. */
const SOON_DAYS = 14;
const NOTED_DAYS = 30;

const CAUSES: Readonly<Record<string, readonly [message: string, fix: string]>> = {
  CERT_HAS_EXPIRED: ["it has expired", "Renew it."],
  CERT_NOT_YET_VALID: ["it is not valid yet", "See that the clock of who issued it is right."],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["it is self-signed", "Get one from an authority that senders know (Let's Encrypt)."],
  SELF_SIGNED_CERT_IN_CHAIN: [
    "its chain ends in an authority of your own",
    "Get one that senders know; to check it here all the same, set NODE_EXTRA_CA_CERTS.",
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    "the chain is not whole: the intermediate certificate is not sent",
    "Serve the full chain (fullchain.pem). Browsers hide this, senders do not.",
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    "the chain is not whole, or ends in an authority that is not known",
    "Serve the full chain (fullchain.pem).",
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: ["it is for other names", "Get one for this name."],
};

/** One or two probes: whether the certificate is trusted, and how long it is valid. */
export async function certificate(url: URL, nowMs: number): Promise<Probe> {
  const seen = await handshake(url);
  if (seen.chain.length === 0) {
    return bad(
      "certificate",
      `no TLS connection (${seen.error ?? "failed"})`,
      "Is it https that is served on this port?",
    );
  }
  const endsMs = Math.min(...seen.chain.map(({ valid_to }) => Date.parse(valid_to)));
  const daysLeft = Math.floor((endsMs - nowMs) / DAY_MS);
  const facts = { daysLeft, validTo: new Date(endsMs).toISOString() };
  if (daysLeft < 0) {
    const days = -daysLeft;
    return bad(
      "certificate",
      `expired ${days} ${days === 1 ? "day" : "days"} ago (${facts.validTo})`,
      "Renew it.",
      facts,
    );
  }
  if (seen.error !== undefined) {
    const [message, fix] = CAUSES[seen.error] ?? [
      `senders refuse it (${seen.error})`,
      "See that the chain is whole and the name right.",
    ];
    return bad("certificate", message, fix, { ...facts, error: seen.error });
  }
  const told = `valid for ${daysLeft} more days, ${seen.protocol ?? "TLS"}`;
  if (daysLeft < SOON_DAYS)
    return bad(
      "certificate",
      `expires in ${daysLeft} days`,
      "Renew it, and see why that does not happen by itself.",
      facts,
    );
  return daysLeft < NOTED_DAYS ? noted("certificate", told, "", facts) : ok("certificate", told, facts);
}

interface Seen {
  readonly chain: readonly DetailedPeerCertificate[];
  readonly error: string | undefined;
  readonly protocol: string | undefined;
}

function handshake(url: URL): Promise<Seen> {
  const host = hostOf(url);
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: portOf(url),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      rejectUnauthorized: false, // so that an untrusted certificate can be read
    });
    const end = (seen: Seen): void => {
      socket.destroy();
      resolve(seen);
    };
    socket.setTimeout(HANDSHAKE_MS, () => end({ chain: [], error: "ETIMEDOUT", protocol: undefined }));
    socket.once("error", (error) => end({ chain: [], error: codeOf(error), protocol: undefined }));
    socket.once("secureConnect", () => {
      const error = socket.authorized ? undefined : errorOf(socket.authorizationError);
      end({ chain: chainOf(socket.getPeerCertificate(true)), error, protocol: socket.getProtocol() ?? undefined });
    });
  });
}

/** `authorizationError` has the type of an error and is a string at run time. */
function errorOf(error: unknown): string {
  return typeof error === "string" ? error : codeOf(error);
}

function chainOf(first: DetailedPeerCertificate): readonly DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  let next: DetailedPeerCertificate | undefined = first;
  while (next?.valid_to !== undefined && !chain.includes(next)) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}
