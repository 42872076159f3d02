// Header lines in their order, with repeated names as separate lines.
// RFC 9110 section 5.2 lets a recipient join repeated lines; for a credential that would hide an attack, so lines are not joined.
import type { IncomingHttpHeaders } from "node:http";

/** Marks a header that is given more than once and must be given once. */
export const REPEATED: unique symbol = /* @__PURE__ */ Symbol.for("hookgate.repeated-header");
export type Once = string | undefined | typeof REPEATED;

/** Headers as an object of `node:http`, or as name-value pairs. */
export type HeadersInput =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/** The bit in which `A` and `a` differ in ASCII. */
const CASE_BIT = 0x20;

/** Header lines in their order, with names in any case. Look-ups take lower-case names. */
export class HeaderLines {
  /** Name, value, name, value, and so on, as in `IncomingMessage.rawHeaders`. */
  readonly #raw: readonly string[];
  /** Whether the transport has already joined repeated headers with ", ", as the Fetch API does. */
  readonly #isJoined: boolean;

  constructor(raw: readonly string[], isJoined = false) {
    this.#raw = raw;
    this.#isJoined = isJoined;
  }

  static from(input: HeadersInput): HeaderLines {
    const raw: string[] = [];
    if (Symbol.iterator in input) {
      for (const [name, value] of input as Iterable<readonly [string, string]>) raw.push(name, value);
      return new HeaderLines(raw);
    }
    for (const [name, value] of Object.entries(input)) {
      if (value === undefined) continue;
      for (const line of typeof value === "string" ? [value] : value) raw.push(name, line);
    }
    return new HeaderLines(raw);
  }

  /** The number of header lines. */
  get count(): number {
    return this.#raw.length / 2;
  }

  /** Whether there is a line with that name. */
  has(name: string): boolean {
    return this.#find(name, 0) >= 0;
  }

  /** The lines of one name, in order. */
  lines(name: string): string[] {
    const found: string[] = [];
    for (let at = this.#find(name, 0); at >= 0; at = this.#find(name, at + 2)) found.push(this.#raw[at + 1] as string);
    return found;
  }

  /** The value of a header that may repeat: lines joined with ", ", as RFC 9110 section 5.2 says. */
  get(name: string): string | undefined {
    const at = this.#find(name, 0);
    if (at < 0) return undefined;
    return this.#find(name, at + 2) < 0 ? this.#raw[at + 1] : this.lines(name).join(", ");
  }

  /** The value of a header that must be given once and whose format has no comma. */
  once(name: string): Once {
    const value = this.onceList(name);
    return this.#isJoined && typeof value === "string" && value.includes(",") ? REPEATED : value;
  }

  /** The value of a header that must be given once and whose format may have commas. */
  onceList(name: string): Once {
    const at = this.#find(name, 0);
    if (at < 0) return undefined;
    return this.#find(name, at + 2) < 0 ? this.#raw[at + 1] : REPEATED;
  }

  /** Values by lower-case name, without the names in `left`. Repeated headers are joined, except `set-cookie`. */
  toObject(left: ReadonlySet<string>): IncomingHttpHeaders {
    const headers: Record<string, string> = Object.create(null);
    for (let at = 0; at < this.#raw.length; at += 2) {
      const name = (this.#raw[at] as string).toLowerCase();
      if (left.has(name)) continue;
      const value = this.#raw[at + 1] as string;
      headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
    }
    return headers;
  }

  /** A copy of the lines as they arrived: name, value, name, value, and so on. */
  toRaw(): string[] {
    return this.#raw.slice();
  }

  #find(name: string, from: number): number {
    const raw = this.#raw;
    const last = name.length - 1;
    const lastCode = name.charCodeAt(last) | CASE_BIT;
    for (let at = from; at < raw.length; at += 2) {
      const candidate = raw[at] as string;
      if (candidate.length !== name.length) continue;
      // Names of the same length usually differ in the last letter. Comparing it is cheaper than a lower-case copy.
      if ((candidate.charCodeAt(last) | CASE_BIT) !== lastCode) continue;
      if (candidate === name || candidate.toLowerCase() === name) return at;
    }
    return -1;
  }
}
