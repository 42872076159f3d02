// Finds the client's address: the socket's peer, or what trusted proxies forward.
import type { DeliveryHead } from "../core/delivery.js";
import { REPEATED } from "../lib/headers.js";
import { type Address, parseAddress } from "../lib/ip/address.js";
import { type AddressRanges, compileRanges } from "../lib/ip/address-ranges.js";

/**
 * The source of the client's address.
 *
 * - `"socket"`: the peer, or with `trustedProxies` the first untrusted address of X-Forwarded-For, from the right
 * - `{ header }`: one header of one value that a trusted proxy sets, such as `cf-connecting-ip`
 * - `"express"`: `req.ip`, as the app's `trust proxy` setting has it
 */
export type ClientAddressSource = "socket" | "express" | { readonly header: string };

export interface ClientAddressOptions {
  /** Addresses and CIDRs of the proxies in front of the receiver. Forwarding headers from other peers are ignored. */
  readonly trustedProxies?: readonly string[] | undefined;
  readonly clientAddress?: ClientAddressSource | undefined;
}

/** The address is unknown. */
export interface UnknownClient {
  readonly hint: string;
}

/** The client's address as a string, which may be malformed, or why there is none. */
export type ClientAddressOf = (head: DeliveryHead) => string | UnknownClient;

/** A real chain has a handful of proxies. The limit bounds the time spent on a forged one. */
const MAX_HOPS = 32;
/** RFC 9110 section 5.6.2: a field name is a token. */
const HEADER_NAME = /^[0-9a-z!#$%&'*+.^_`|~-]+$/;
const WITH_BRACKETS = /^\[([0-9A-Fa-f:.]+)\](?::[0-9]{1,5})?$/;
const IPV4_WITH_PORT = /^([0-9]{1,3}(?:\.[0-9]{1,3}){3}):[0-9]{1,5}$/;

const NO_PEER: UnknownClient = {
  hint: "the socket has no peer address (a Unix socket, or the client is gone): give remoteAddress, or listen on TCP",
};
const NO_EXPRESS: UnknownClient = {
  hint: 'clientAddress is "express", but there is no req.ip: mount on an Express app',
};
const TOO_MANY_HOPS: UnknownClient = { hint: `X-Forwarded-For names more than ${MAX_HOPS} addresses` };
const BAD_HOP: UnknownClient = {
  hint: "X-Forwarded-For holds something other than an address before the first untrusted proxy: see what the proxies write there",
};

/** The advice when a private peer sends a forwarding header. */
export const BEHIND_A_PROXY =
  "the peer is a private address and sent X-Forwarded-For: behind a proxy? set trustedProxies";

/**
 * Compiles the look-up of the client's address.
 *
 * @throws {TypeError} When built with a malformed proxy, or a source that contradicts `trustedProxies`.
 */
export function clientAddressOf(options: ClientAddressOptions): ClientAddressOf {
  const { trustedProxies, clientAddress: source = "socket" } = options;
  const trusted =
    trustedProxies === undefined ? undefined : compileRanges(trustedProxies, { option: "trustedProxies" });
  if (source === "express") {
    if (trusted === undefined) return ofExpress;
    throw new TypeError(
      'trustedProxies and clientAddress: "express" exclude each other: Express has its own "trust proxy"',
    );
  }
  if (source === "socket") return trusted === undefined ? ofSocket : ofForwardedFor(trusted);
  const name = headerNameOf(source);
  if (trusted === undefined) {
    throw new TypeError(
      `clientAddress: { header: "${name}" } needs trustedProxies: without them anyone could write that header`,
    );
  }
  return ofHeader(name, trusted);
}

/** Whether the peer looks like a proxy that is not configured. */
export function looksProxied(head: DeliveryHead, peer: Address): boolean {
  return head.headers.get("x-forwarded-for") !== undefined && isPrivate(peer);
}

function headerNameOf(source: ClientAddressSource): string {
  const written = typeof source === "object" && source !== null ? source.header : undefined;
  const name = typeof written === "string" ? written.toLowerCase() : "";
  if (!HEADER_NAME.test(name)) {
    throw new TypeError('clientAddress must be "socket", "express" or { header: "cf-connecting-ip" }');
  }
  if (name === "x-forwarded-for") {
    throw new TypeError("clientAddress: X-Forwarded-For is what trustedProxies reads anyway: leave clientAddress out");
  }
  if (name === "forwarded") {
    throw new TypeError("clientAddress: Forwarded (RFC 7239) is not read: let the proxy set X-Forwarded-For");
  }
  return name;
}

function ofSocket(head: DeliveryHead): string | UnknownClient {
  return head.remoteAddress ?? NO_PEER;
}

function ofExpress(head: DeliveryHead): string | UnknownClient {
  return head.expressAddress?.() ?? NO_EXPRESS;
}

function ofHeader(name: string, trusted: AddressRanges): ClientAddressOf {
  const absent: UnknownClient = { hint: `a trusted proxy sent no ${name}: see that it sets it on every request` };
  const repeated: UnknownClient = { hint: `${name} came more than once: the proxy must replace what the client sent` };

  return function clientOfHeader(head) {
    const peer = head.remoteAddress;
    if (peer === undefined) return NO_PEER;
    if (!trusted.contains(peer)) return peer;
    const value = head.headers.once(name);
    if (value === REPEATED) return repeated;
    return value === undefined ? absent : bareAddress(value);
  };
}

function ofForwardedFor(trusted: AddressRanges): ClientAddressOf {
  return function clientOfForwardedFor(head) {
    const peer = head.remoteAddress;
    if (peer === undefined) return NO_PEER;
    const chain = trusted.contains(peer) ? head.headers.get("x-forwarded-for") : undefined;
    if (chain === undefined) return peer; // not forwarded, or not by a trusted proxy
    const hops = chain.split(",", MAX_HOPS + 1);
    if (hops.length > MAX_HOPS) return TOO_MANY_HOPS;
    let client = peer;
    for (const hop of hops.reverse()) {
      client = bareAddress(hop);
      const address = parseAddress(client);
      if (address === undefined) return BAD_HOP;
      if (!trusted.holds(address)) return client;
    }
    return client; // all addresses are trusted proxies: the farthest sent the request
  };
}

/** The address without white space, and without the port that Azure and IIS append: `1.2.3.4:567`, `[::1]:567`. */
function bareAddress(written: string): string {
  const text = written.trim();
  const port = text.startsWith("[") ? WITH_BRACKETS.exec(text) : IPV4_WITH_PORT.exec(text);
  return port?.[1] ?? text;
}

/** Loopback, link-local, private (RFC 1918, RFC 4193), and shared by a carrier or a cloud (RFC 6598). */
function isPrivate(address: Address): boolean {
  const [head = 0] = address;
  if (address.length === 4) {
    const isLoopback = head === 0 && address[1] === 0 && address[2] === 0 && address[3] === 1;
    return isLoopback || head >>> 25 === 0xfc >>> 1 || head >>> 22 === 0xfe80 >>> 6;
  }
  const first = head >>> 24;
  const firstTwo = head >>> 16;
  if (first === 10 || first === 127) return true;
  return firstTwo === 0xc0a8 || firstTwo === 0xa9fe || head >>> 20 === 0xac1 || head >>> 22 === 0x6440 >>> 6;
}
