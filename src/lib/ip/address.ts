// Reads and writes IP addresses, as strictly as the wire needs.
// Formats: RFC 4291 section 2.2 (IPv6 texts), RFC 5952 (how they are written). IPv6 is read by the platform's URL parser
// (WHATWG URL section 3.5): it is in every runtime without an import, strict, and writes the one spelling of RFC 5952.

/** 32-bit words, the highest first: one is IPv4, four are IPv6. An IPv4-mapped IPv6 address is IPv4. */
export type Address = readonly number[];

/** The longest IPv6 text is 45 characters; a zone id is an interface's name, at most 15 on Linux. */
const MAX_TEXT_LENGTH = 64;
const ZONE = /^[0-9A-Za-z._~-]{1,16}$/;

/** What stands in an IPv6 text once a dotted tail is hexadecimal, too. */
const HEX_GROUPS = /^[0-9A-Fa-f:]{2,39}$/;

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
  const groups = address.flatMap((word) => [word >>> 16, word & 0xffff]);
  return spelled(groups.map((group) => group.toString(16)).join(":"));
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

/** `64:ff9b::1.2.3.4` with its tail as hexadecimal parts: parsers differ on which heads may have a dotted tail. */
function withHexTail(text: string): string | undefined {
  const tailAt = text.lastIndexOf(":") + 1;
  const word = parseIPv4(text, tailAt);
  if (word === undefined) return undefined;
  return `${text.slice(0, tailAt)}${(word >>> 16).toString(16)}:${(word & 0xffff).toString(16)}`;
}

/** The eight groups of an IPv6 text in hexadecimal; `undefined` where it is none. */
function groupsOf(text: string): readonly number[] | undefined {
  if (!HEX_GROUPS.test(text)) return undefined;
  let spelling: string;
  try {
    spelling = spelled(text);
  } catch {
    return undefined; // a TypeError: no IPv6 address
  }
  const [head = "", tail] = spelling.split("::");
  const first = numbersOf(head);
  const last = numbersOf(tail ?? "");
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
}

/** The spelling of RFC 5952. @throws {TypeError} Where the text is no IPv6 address. */
function spelled(text: string): string {
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

function numbersOf(groups: string): readonly number[] {
  return groups === "" ? [] : groups.split(":").map((group) => Number.parseInt(group, 16));
}
