// Probes whether a sender can reach the endpoint: resolves its name and connects to each address.

import { lookup } from "node:dns/promises";
import { BlockList, connect, isIP } from "node:net";
import { isLoopbackHost } from "../lib/ip/loopback.js";
import { bad, noted, ok, type Probe } from "./probe.js";

/** The largest number of addresses that are probed. A name with more belongs to a content delivery network. */
const MAX_ADDRESSES = 8;
const CONNECT_MS = 5_000;

/** RFC 1918, RFC 4193, RFC 3927, RFC 6598 and loopback: addresses that no sender on the internet can reach. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
] as const) {
  PRIVATE.addSubnet(network, bits, "ipv4");
}
for (const [network, bits] of [
  ["::1", 128],
  ["fc00::", 7],
  ["fe80::", 10],
] as const) {
  PRIVATE.addSubnet(network, bits, "ipv6");
}

interface Address {
  readonly address: string;
  readonly family: number;
}

/** The probes. `isReached` is false where no further probe is possible. */
export interface Reached {
  readonly probes: readonly Probe[];
  readonly isReached: boolean;
}

export async function reach(url: URL): Promise<Reached> {
  const host = hostOf(url);
  const port = portOf(url);
  const isLocal = isLoopbackHost(url.hostname);
  const probes: Probe[] = [];
  if (url.protocol === "http:") {
    probes.push(
      isLocal
        ? noted("https", "plain http, on this machine")
        : bad(
            "https",
            "plain http: who is on the way reads the deliveries and can send copies",
            "Serve it by https; most senders take no other URL.",
          ),
    );
  }
  let addresses: readonly Address[];
  try {
    addresses = (await lookup(host, { all: true })).slice(0, MAX_ADDRESSES);
  } catch (error) {
    const code = codeOf(error);
    const fix =
      code === "ENOTFOUND"
        ? "Is it spelt as registered? Is there an A or AAAA record?"
        : "See that the name server answers.";
    return { probes: [...probes, bad("dns", `${host} leads to no address (${code})`, fix)], isReached: false };
  }
  const listed = addresses.map(({ address }) => address).join(", ");
  const arePrivate = addresses.every(({ address, family }) => PRIVATE.check(address, family === 6 ? "ipv6" : "ipv4"));
  probes.push(
    arePrivate && !isLocal
      ? noted("dns", `${host} leads to ${listed}: private, which senders outside cannot reach`)
      : ok("dns", isIP(host) === 0 ? `${host} leads to ${listed}` : `${host} is an address`),
  );
  const failures = await Promise.all(addresses.map(async (one) => ({ ...one, error: await tryConnect(one, port) })));
  const failed = failures.filter(({ error }) => error !== undefined);
  const causes = failed.map(({ address, error }) => `${address} ${error}`).join(", ");
  if (failed.length === failures.length) {
    const fix = "Is the server running, does it listen on that port, does a firewall let senders through?";
    return {
      probes: [...probes, bad("connect", `down: no connection to port ${port} (${causes})`, fix)],
      isReached: false,
    };
  }
  // `localhost` usually has two addresses, and few servers listen on both.
  const isPartly = failed.length > 0 && !isLocal;
  probes.push(
    isPartly
      ? bad(
          "connect",
          `${failed.length} of ${failures.length} addresses cannot be connected to (${causes}): deliveries fail now and then`,
          "Mend those, or take them out of the name's records.",
        )
      : ok("connect", `port ${port} is open`),
  );
  return { probes, isReached: true };
}

function tryConnect({ address }: Address, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (error: string | undefined): void => {
      socket.destroy();
      resolve(error);
    };
    socket.setTimeout(CONNECT_MS, () => end("ETIMEDOUT"));
    socket.once("connect", () => end(undefined));
    socket.once("error", (error) => end(codeOf(error)));
  });
}

export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

export function portOf({ port, protocol }: URL): number {
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}

export function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "failed";
}
