// Which addresses does a list of addresses and networks hold? Read strictly when built, then a binary search.
// Formats: RFC 4632 section 3.1 (IPv4 CIDR), RFC 4291 sections 2.2 and 2.3 (IPv6 texts and prefixes).
import { loadIpaddr, loadNet } from "../internal/load.js";

/** 32-bit words, the highest first: one is IPv4, four are IPv6. An IPv4-mapped IPv6 address is IPv4. */
export type Address = readonly number[];

/** A list of networks, compiled. */
export interface AddressRanges {
  /** Whether the text is an address in the list. What is no address is in no list; nothing is thrown. */
  contains(text: string): boolean;
  /** The same for an address that has been read already. */
  holds(address: Address): boolean;
}

export interface CompileRangesOptions {
  /** The option the entries came from, for the error's text. */
  readonly option: string;
  /** Lets the list hold every address there is. */
  readonly allowAny?: boolean;
}

interface Range {
  readonly first: Address;
  readonly last: Address;
}

/** The longest IPv6 text is 45 characters; a zone id is an interface's name, at most 15 on Linux. */
const MAX_TEXT_LENGTH = 64;
const WORD_MAX = 0xffff_ffff;
const ZONE = /^[0-9A-Za-z._~-]{1,16}$/;
const PREFIX = /^(?:0|[1-9][0-9]{0,2})$/;

// Loaded on first need: together they cost more than importing all of hookgate.
let ipv6Parser: { isIPv6(text: string): boolean; parts(text: string): number[] } | undefined;

/**
 * Compiles addresses and CIDRs into sorted, merged ranges.
 *
 * @param entries - `203.0.113.7`, `10.0.0.0/8`, `2001:db8::1`, `2001:db8::/32`, `::ffff:10.0.0.0/104`.
 * @throws {TypeError} For an entry that some parser somewhere would read as another network, one with host bits, a list
 * of every address without `allowAny`, or an empty list. The message names the option, the entry and the fix.
 */
export function compileRanges(entries: readonly string[], options: CompileRangesOptions): AddressRanges {
  const { option, allowAny = false } = options;
  if (!Array.isArray(entries)) {
    throw new TypeError(`${option} must be an array of addresses and CIDRs such as ["203.0.113.7", "10.0.0.0/8"]`);
  }
  if (entries.length === 0) {
    throw new TypeError(`${option} must name at least one address: an empty list would match nothing; leave it out`);
  }
  const ranges = entries.map((entry) => rangeOf(entry, option));
  const ipv4 = merge(ranges.filter((range) => range.first.length === 1));
  const ipv6 = merge(ranges.filter((range) => range.first.length === 4));
  if (!allowAny && (isEveryAddress(ipv4) || isEveryAddress(ipv6))) {
    throw new TypeError(
      `${option} holds every address of its kind (0.0.0.0/0, ::/0, or networks that add up to it) and so refuses nobody: name the sender's networks (allowAny: true where everyone is meant)`,
    );
  }
  const search = { 1: compileSearch(ipv4, 1), 4: compileSearch(ipv6, 4) };
  const holds = (address: Address): boolean => search[address.length as 1 | 4](address);
  return {
    holds,
    contains(text) {
      const address = parseAddress(text);
      return address !== undefined && holds(address);
    },
  };
}

/**
 * The address a text names, or `undefined`. As strict as the wire needs: IPv4 is four decimal parts without leading
 * zeros, a zone id is dropped from link-local addresses (fe80::/10) and from no others, and the deprecated
 * IPv4-compatible text `::1.2.3.4` is nothing.
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined;
  if (text.includes(":")) return parseIPv6(text);
  const word = parseIPv4(text, 0);
  return word === undefined ? undefined : [word];
}

/** The usual text of an address, IPv6 as RFC 5952 wants it. */
export function formatAddress(address: Address): string {
  if (address.length === 1) return formatIPv4(address[0] as number);
  const parts = address.flatMap((word) => [word >>> 16, word & 0xffff]);
  const { IPv6 } = loadIpaddr();
  return new IPv6(parts).toRFC5952String();
}

/** 32 bits of the text from `from` on: four decimal parts, no leading zero, for others read those as octal. */
function parseIPv4(text: string, from: number): number | undefined {
  let word = 0;
  let part = -1;
  let dots = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2e) {
      if (part < 0 || ++dots > 3) return undefined;
      word = word * 256 + part;
      part = -1;
      continue;
    }
    const digit = code - 0x30;
    if (digit < 0 || digit > 9 || part === 0) return undefined;
    part = part < 0 ? digit : part * 10 + digit;
    if (part > 255) return undefined;
  }
  return dots === 3 && part >= 0 ? word * 256 + part : undefined;
}

function formatIPv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

function parseIPv6(text: string): Address | undefined {
  // What a dual-stack socket says of an IPv4 peer; the common case needs no parser.
  const mapped = text.startsWith("::ffff:") ? parseIPv4(text, 7) : undefined;
  if (mapped !== undefined) return [mapped];
  const zoneAt = text.indexOf("%");
  const bare = zoneAt < 0 ? text : text.slice(0, zoneAt);
  if (zoneAt >= 0 && !ZONE.test(text.slice(zoneAt + 1))) return undefined;
  const isDotted = bare.includes(".");
  const hex = isDotted ? withHexTail(bare) : bare;
  if (hex === undefined) return undefined;
  ipv6Parser ??= loadIPv6Parser();
  if (!ipv6Parser.isIPv6(hex)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = ipv6Parser.parts(hex);
  if (zoneAt >= 0 && (a & 0xffc0) !== 0xfe80) return undefined;
  const words = [((a << 16) | b) >>> 0, ((c << 16) | d) >>> 0, ((e << 16) | f) >>> 0, ((g << 16) | h) >>> 0];
  const hasNoHead = words[0] === 0 && words[1] === 0;
  if (hasNoHead && words[2] === 0xffff) return [words[3] as number];
  if (hasNoHead && words[2] === 0 && isDotted) return undefined;
  return words;
}

/** `64:ff9b::1.2.3.4` with its tail as hexadecimal parts: parsers differ on which heads may have a dotted tail. */
function withHexTail(text: string): string | undefined {
  const tailAt = text.lastIndexOf(":") + 1;
  const word = parseIPv4(text, tailAt);
  if (word === undefined) return undefined;
  return `${text.slice(0, tailAt)}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
}

function loadIPv6Parser(): NonNullable<typeof ipv6Parser> {
  const { isIPv6 } = loadNet();
  const { IPv6 } = loadIpaddr();
  return { isIPv6, parts: (text) => IPv6.parse(text).parts };
}

function rangeOf(entry: string, option: string): Range {
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

/** The part of a prefix that falls into one 32-bit word. JavaScript shifts by 32 as by 0, hence the edge. */
function maskOf(prefix: number, index: number): number {
  const bits = Math.min(Math.max(prefix - index * 32, 0), 32);
  return bits === 0 ? 0 : (WORD_MAX << (32 - bits)) >>> 0;
}

/** What people write instead of an address, and what they should write. The first that fits is told. */
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

function compare(left: Address, right: Address): number {
  for (let index = 0; index < left.length; index++) {
    const difference = (left[index] as number) - (right[index] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The address after this one; after the last comes the first. */
function next(address: Address): Address {
  const words = [...address];
  for (let index = words.length - 1; index >= 0; index--) {
    words[index] = words[index] === WORD_MAX ? 0 : (words[index] as number) + 1;
    if (words[index] !== 0) break;
  }
  return words;
}

/** Sorted, with what overlaps or touches made one. */
function merge(ranges: readonly Range[]): readonly Range[] {
  const merged: Range[] = [];
  for (const range of ranges.toSorted((left, right) => compare(left.first, right.first))) {
    const before = merged.at(-1);
    const touches =
      before !== undefined && (compare(range.first, before.last) <= 0 || compare(range.first, next(before.last)) === 0);
    if (!touches) merged.push(range);
    else if (compare(range.last, before.last) > 0)
      merged[merged.length - 1] = { first: before.first, last: range.last };
  }
  return merged;
}

function isEveryAddress(merged: readonly Range[]): boolean {
  return merged.some(({ first, last }) => first.every((word) => word === 0) && last.every((word) => word === WORD_MAX));
}

/** Flat arrays: the search touches few cache lines and makes no garbage. */
function compileSearch(merged: readonly Range[], width: number): (address: Address) => boolean {
  const firsts = Uint32Array.from(merged.flatMap((range) => range.first));
  const lasts = Uint32Array.from(merged.flatMap((range) => range.last));

  function compareAt(bounds: Uint32Array, index: number, address: Address): number {
    for (let word = 0, at = index * width; word < width; word++, at++) {
      const difference = (bounds[at] as number) - (address[word] as number);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  return function isInside(address) {
    let low = 0; // how many ranges begin at or before the address
    let high = merged.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareAt(firsts, middle, address) <= 0) low = middle + 1;
      else high = middle;
    }
    return low > 0 && compareAt(lasts, low - 1, address) >= 0;
  };
}
