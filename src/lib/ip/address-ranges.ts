// Ranges of addresses, parsed strictly when built and searched by bisection.
import { type Address, parseAddress } from "./address.js";
import { compare, type Range, rangeOf, WORD_MAX } from "./cidr.js";

/** A compiled list of networks. */
export interface AddressRanges {
  /** Whether the string is an address in the list. `false` for a string that is not an address; never throws. */
  contains(text: string): boolean;
  /** The same for a parsed address. */
  holds(address: Address): boolean;
}

export interface CompileRangesOptions {
  /** The option with the entries, for the error message. */
  readonly option: string;
  /** Allows a list that contains every address. */
  readonly allowAny?: boolean;
}

/**
 * Compiles addresses and CIDRs into sorted, merged ranges.
 *
 * @param entries - `203.0.113.7`, `10.0.0.0/8`, `2001:db8::1`, `2001:db8::/32`, `::ffff:10.0.0.0/104`.
 * @throws {TypeError} For an entry that another parser could read as another network, one with host bits, a list of every
 * address without `allowAny`, or an empty list. The message names the option, the entry and the fix.
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

/** The next address; the first one after the last. */
function next(address: Address): Address {
  const words = [...address];
  for (let index = words.length - 1; index >= 0; index--) {
    words[index] = words[index] === WORD_MAX ? 0 : (words[index] as number) + 1;
    if (words[index] !== 0) break;
  }
  return words;
}

/** Sorts the ranges and merges those that overlap or are adjacent. */
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

/** Flat arrays, so that the search touches few cache lines and allocates nothing. */
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
    let low = 0; // the number of ranges that begin at or before the address
    let high = merged.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareAt(firsts, middle, address) <= 0) low = middle + 1;
      else high = middle;
    }
    return low > 0 && compareAt(lasts, low - 1, address) >= 0;
  };
}
