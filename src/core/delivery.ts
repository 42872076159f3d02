// One delivery, before anything about it is verified.
import { asBuffer, NO_BYTES } from "../lib/bytes.js";
import { onlyField, parseForm } from "../lib/form.js";
import { HeaderLines, type HeadersInput, type Once } from "../lib/headers.js";

/** The part of a delivery that is known before its body is read. Nothing in it is verified. */
export interface DeliveryHead {
  /** Upper case, as sent. */
  readonly method: string;
  /** The request target as the client sent it: path and raw query, never rewritten by a router. */
  readonly url: string;
  readonly headers: HeaderLines;
  /** The address of the socket's peer: the sender's, or that of the last proxy. */
  readonly remoteAddress: string | undefined;
  /** Whether the connection is encrypted, as its socket or the adapter says; `undefined` where unknown. Never derived from a URL. */
  readonly isSecure: boolean | undefined;
  /** Route parameters (`/hooks/:tenant`). */
  readonly params: Readonly<Record<string, string>>;
  /** `req.ip` of Express. Read only with `clientAddress: "express"`. */
  readonly expressAddress?: () => string | undefined;
  /** `req.protocol` of Express. Read only with `clientAddress: "express"`. */
  readonly expressProtocol?: () => string | undefined;
  /** The certificate that the client of a TLS connection presented, if any. Read only by `clientCertificate`. */
  readonly peerCertificate?: () => PeerCertificate | undefined;
}

/** The client certificate of a TLS connection. */
export interface PeerCertificate {
  /** DER. */
  readonly raw: Uint8Array;
  /** Whether the TLS server trusts it by its own `ca`. */
  readonly isAuthorized: boolean;
}

/** One complete HTTP attempt of the sender. */
export interface Delivery extends DeliveryHead {
  /** The bytes as they arrived. */
  readonly body: Buffer;
}

/** The input of `receiver.receive`. Every part is optional; the default is an empty POST to `/`. */
export interface DeliveryInput {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers?: HeadersInput | undefined;
  readonly body?: Uint8Array | string | undefined;
  readonly remoteAddress?: string | undefined;
  readonly isSecure?: boolean | undefined;
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly peerCertificate?: (() => PeerCertificate | undefined) | undefined;
}

const NO_PARAMS: Readonly<Record<string, string>> = /* @__PURE__ */ Object.freeze({});

export function toDelivery(input: DeliveryInput): Delivery {
  return {
    method: (input.method ?? "POST").toUpperCase(),
    url: input.url ?? "/",
    headers: HeaderLines.from(input.headers ?? {}),
    remoteAddress: input.remoteAddress,
    isSecure: input.isSecure,
    params: input.params ?? NO_PARAMS,
    body: input.body === undefined ? NO_BYTES : asBuffer(input.body),
    ...(input.peerCertificate === undefined ? {} : { peerCertificate: input.peerCertificate }),
  };
}

/** The path of a request target, as sent. */
export function pathOf(url: string): string {
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
}

/** The query of a request target, as sent, without the question mark; `undefined` where there is none. */
export function queryOf(url: string): string | undefined {
  const start = url.indexOf("?");
  return start < 0 ? undefined : url.slice(start + 1);
}

/** A parameter of the query. `REPEATED` where it is given more than once, or where the query is malformed. */
export function queryParameter(url: string, name: string): Once {
  const query = queryOf(url);
  return query === undefined ? undefined : onlyField(parseForm(query), name);
}
