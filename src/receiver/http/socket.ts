// Reads from the socket of a request who is at its other end, and whether it is encrypted.
import type { TLSSocket } from "node:tls";
import type { DeliveryHead, PeerCertificate } from "../../core/delivery.js";

type SocketFacts = Pick<DeliveryHead, "remoteAddress" | "isSecure"> & Required<Pick<DeliveryHead, "peerCertificate">>;

/** Of a socket that is gone nothing is known but that it was not encrypted. */
export function socketFacts(socket: unknown): SocketFacts {
  const { remoteAddress, encrypted } = (socket ?? {}) as Partial<TLSSocket>;
  return { remoteAddress, isSecure: encrypted === true, peerCertificate: () => peerCertificateOf(socket) };
}

/** Of a TLS socket whose server asked its client for a certificate (`requestCert`). */
function peerCertificateOf(socket: unknown): PeerCertificate | undefined {
  const { getPeerCertificate, authorized } = (socket ?? {}) as Partial<TLSSocket>;
  const raw = getPeerCertificate?.call(socket as TLSSocket)?.raw;
  return raw === undefined ? undefined : { raw, isAuthorized: authorized === true };
}

/**
 * The socket beneath a Fetch API request, where a server on `node:http` made it and keeps the Node request in it under a
 * symbol, as `@hono/node-server` does; `undefined` elsewhere. No client can put anything there.
 */
export function socketOf(request: Request): object | undefined {
  for (const key of Object.getOwnPropertySymbols(request)) {
    const kept = (request as unknown as Record<symbol, unknown>)[key] as { socket?: unknown; rawHeaders?: unknown };
    if (typeof kept?.socket === "object" && kept.socket !== null && Array.isArray(kept.rawHeaders)) return kept.socket;
  }
  return undefined;
}
