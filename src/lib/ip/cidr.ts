// Parses CIDR entries. An entry that parsers read differently is refused, with a suggestion.
// Formats: RFC 4632 section 3.1 (IPv4 CIDR), RFC 4291 section 2.3 (IPv6 prefixes).
import { type Address, formatAddress, parseAddress } from "./address.js";

/** A network, by its first and last address. */
export interface Range {
  readonly first: Address;
  readonly last: Address;
}

export const WORD_MAX = 0xffff_ffff;
const PREFIX = /^(?:0|[1-9][0-9]{0,2})$/;

/** @throws {TypeError} The message names the option, the entry and the fix. */
export function rangeOf(entry: string, option: string): Range {
  const shown = JSON.stringify(entry)?.slice(0, 80);
  const refuse = (why: string): TypeError => new TypeError(`${option}: ${shown} ${why}`);
  if (typeof entry !== "string") throw refuse("is not a string: write an address or a CIDR, such as 10.0.0.0/8");
  const slashAt = entry.indexOf("/");
  const base = slashAt < 0 ? entry : entry.slice(0, slashAt);
  const address = base.includes("%") ? undefined : parseAddress(base);
  if (address === undefined) throw refuse(whyNoAddress(entry));
  if (slashAt < 0) return { first: address, last: address };

  const written = entry.slice(slashAt + 1);
  const isMapped = address.length === 1 && base.includes(":");
  const most = address.length === 4 || isMapped ? 128 : 32;
  if (!PREFIX.test(written) || Number(written) > most) throw refuse(whyNoPrefix(written, most));
  const prefix = isMapped ? Number(written) - 96 : Number(written);
  if (prefix < 0) {
    throw refuse(
      `is an IPv4-mapped network shorter than /96, which would hold all of IPv4: write ${formatAddress(address)}/${written} if that IPv4 network is meant`,
    );
  }
  const first = address.map((word, index) => (word & maskOf(prefix, index)) >>> 0);
  if (compare(first, address) !== 0) {
    throw refuse(
      `has bits set behind its prefix: write ${formatAddress(first)}/${prefix} for the network, or ${formatAddress(address)} for the one address`,
    );
  }
  return { first, last: address.map((word, index) => (word | ~maskOf(prefix, index)) >>> 0) };
}

/** The mask of the part of a prefix in one 32-bit word. A shift by 32 is a shift by 0 in JavaScript, which needs a special case. */
function maskOf(prefix: number, index: number): number {
  const bits = Math.min(Math.max(prefix - index * 32, 0), 32);
  return bits === 0 ? 0 : (WORD_MAX << (32 - bits)) >>> 0;
}

/** Common mistakes and what to write instead. The first match is in the message. */
const MISTAKES: readonly (readonly [RegExp, string])[] = [
  [/^$/, "is empty: write an address"],
  [/^\s|\s$|\s\/|\/\s/, "has white space in it: remove it"],
  [/\*/, "has a wildcard, which is not understood: write the network as a CIDR, such as 10.0.0.0/8"],
  [/%/, "has a zone id, which names an interface of one machine only: write the address without it"],
  [/^\[/, "has brackets: write the address alone, without brackets and port"],
  [/^[0-9.]+:[0-9]+$/, "has a port: write the address alone"],
  [/^[0-9.]+\s*-\s*[0-9.]+$/, "is a span: write it as CIDRs"],
  [/(?:^|\.)0x/i, "is hexadecimal, which parsers read differently: write four decimal parts"],
  [/^(?:[0-9]+\.)*0[0-9]/, "has a leading zero, which some parsers read as octal: write decimal parts without it"],
  [/^[0-9]+(?:\.[0-9]+){0,2}(?:\/|$)/, "is a short form, which parsers read differently: write all four parts"],
  [/^[0:]+:[0-9]+\.[0-9.]+(?:\/|$)/, "is IPv4-compatible IPv6, which is deprecated: write the IPv4 address alone"],
  [/[g-z]/i, "is a name, and names are not resolved: write addresses, or published(…) for a sender's list"],
];

function whyNoAddress(entry: string): string {
  const found = MISTAKES.find(([pattern]) => pattern.test(entry));
  return found?.[1] ?? "is no address: write one such as 203.0.113.7, 10.0.0.0/8, 2001:db8::1 or 2001:db8::/32";
}

function whyNoPrefix(written: string, most: number): string {
  const hint = written.includes(".") ? "; a mask such as 255.0.0.0 is written /8" : "";
  return `has no valid prefix length: after the slash comes a whole number from 0 to ${most}, without leading zeros${hint}`;
}

/** Below 0, 0 or above 0, as `left` is before, equal to or after `right`. Both have the same version. */
export function compare(left: Address, right: Address): number {
  for (let index = 0; index < left.length; index++) {
    const difference = (left[index] as number) - (right[index] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
