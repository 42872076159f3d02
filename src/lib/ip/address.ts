// Parses and formats IP addresses strictly.
// Formats: RFC 4291 section 2.2 (IPv6 texts), RFC 5952 (how they are written). IPv6 is read by the platform's URL parser
// (WHATWG URL section 3.5): it is in every runtime without an import, is strict, and formats as RFC 5952.

/** 32-bit words, the highest first: one for IPv4, four for IPv6. An IPv4-mapped IPv6 address is IPv4. */
export type Address = readonly number[];

/** The longest IPv6 address has 45 characters. A zone id is an interface's name, at most 15 characters on Linux. */
const MAX_TEXT_LENGTH = 64;
const ZONE = /^[0-9A-Za-z._~-]{1,16}$/;

/** The characters of an IPv6 address whose dotted tail has been converted to hexadecimal. */
const HEX_GROUPS = /^[0-9A-Fa-f:]{2,39}$/;

/**
 * Parses an address; `undefined` where the string is not one. IPv4 is four decimal parts without leading zeros. A zone id is
 * removed from link-local addresses (fe80::/10) and refused in others. The deprecated IPv4-compatible form `::1.2.3.4` is
 * refused.
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined;
  if (text.includes(":")) return parseIPv6(text);
  const word = parseIPv4(text, 0);
  return word === undefined ? undefined : [word];
}

/** Formats an address, IPv6 as in RFC 5952. */
export function formatAddress(address: Address): string {
  if (address.length === 1) return formatIPv4(address[0] as number);
  const groups = address.flatMap((word) => [word >>> 16, word & 0xffff]);
  return spelled(groups.map((group) => group.toString(16)).join(":"));
}

/** The 32 bits of an IPv4 address from `from` on. No leading zeros, which other parsers read as octal. */
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
  // The form that a dual-stack socket gives an IPv4 peer. This common case needs no parser.
  const mapped = text.startsWith("::ffff:") ? parseIPv4(text, 7) : undefined;
  if (mapped !== undefined) return [mapped];
  const zoneAt = text.indexOf("%");
  const bare = zoneAt < 0 ? text : text.slice(0, zoneAt);
  if (zoneAt >= 0 && !ZONE.test(text.slice(zoneAt + 1))) return undefined;
  const isDotted = bare.includes(".");
  const hex = isDotted ? withHexTail(bare) : bare;
  if (hex === undefined) return undefined;
  const groups = groupsOf(hex);
  if (groups === undefined) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  if (zoneAt >= 0 && (a & 0xffc0) !== 0xfe80) return undefined;
  const words = [((a << 16) | b) >>> 0, ((c << 16) | d) >>> 0, ((e << 16) | f) >>> 0, ((g << 16) | h) >>> 0];
  const hasNoHead = words[0] === 0 && words[1] === 0;
  if (hasNoHead && words[2] === 0xffff) return [words[3] as number];
  if (hasNoHead && words[2] === 0 && isDotted) return undefined;
  return words;
}

/** Converts the dotted tail of `64:ff9b::1.2.3.4` to hexadecimal, since parsers differ on which prefixes may have one. */
function withHexTail(text: string): string | undefined {
  const tailAt = text.lastIndexOf(":") + 1;
  const word = parseIPv4(text, tailAt);
  if (word === undefined) return undefined;
  return `${text.slice(0, tailAt)}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
}

/** The eight groups of a hexadecimal IPv6 address; `undefined` where the string is not one. */
function groupsOf(text: string): readonly number[] | undefined {
  if (!HEX_GROUPS.test(text)) return undefined;
  let spelling: string;
  try {
    spelling = spelled(text);
  } catch {
    return undefined; // a TypeError: not an IPv6 address
  }
  const [head = "", tail] = spelling.split("::");
  const first = numbersOf(head);
  const last = numbersOf(tail ?? "");
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
}

/** The form of RFC 5952. @throws {TypeError} When the string is not an IPv6 address. */
function spelled(text: string): string {
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

function numbersOf(groups: string): readonly number[] {
  return groups === "" ? [] : groups.split(":").map((group) => Number.parseInt(group, 16));
}
