// Header lines in their order, with repeated names kept apart.
// RFC 9110 section 5.2 lets a recipient join repeated lines; for a credential that would hide an attack, so lines stay lines.
import type { IncomingHttpHeaders } from "node:http";

/** Says that a header which may come once came more than once. */
export const REPEATED: unique symbol = /* @__PURE__ */ Symbol.for("hookgate.repeated-header");
export type Once = string | undefined | typeof REPEATED;

/** What a caller may give as headers: an object as `node:http` has it, or name-value pairs. */
export type HeadersInput =
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/** What tells `A` from `a` in ASCII. */
const CASE_BIT = 0x20;

/** Header lines in the order they came: names in any case, repeats kept. Look-ups take lower-case names. */
export class HeaderLines {
  /** Name, value, name, value, and so on, as in `IncomingMessage.rawHeaders`. */
  readonly #raw: readonly string[];
  /** The transport has already joined repeats with ", " (the Fetch API does). */
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

  /** How many header lines came. */
  get count(): number {
    return this.#raw.length / 2;
  }

  /** Whether there is any line of that name. */
  has(name: string): boolean {
    return this.#find(name, 0) >= 0;
  }

  /** The lines of one name, in order. */
  lines(name: string): string[] {
    const found: string[] = [];
    for (let at = this.#find(name, 0); at >= 0; at = this.#find(name, at + 2)) found.push(this.#raw[at + 1] as string);
    return found;
  }

  /** The value of a header that may lawfully repeat: lines joined with ", ", as RFC 9110 section 5.2 says. */
  get(name: string): string | undefined {
    const at = this.#find(name, 0);
    if (at < 0) return undefined;
    return this.#find(name, at + 2) < 0 ? this.#raw[at + 1] : this.lines(name).join(", ");
  }

  /** The value of a header that must come once and whose format has no comma. */
  once(name: string): Once {
    const value = this.onceList(name);
    return this.#isJoined && typeof value === "string" && value.includes(",") ? REPEATED : value;
  }

  /** The value of a header that must come once and whose own format may hold commas. */
  onceList(name: string): Once {
    const at = this.#find(name, 0);
    if (at < 0) return undefined;
    return this.#find(name, at + 2) < 0 ? this.#raw[at + 1] : REPEATED;
  }

  /** Lower-case names to values, without the names in `left`. Repeats are joined, `set-cookie` excepted. */
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

  /** The lines as they came, name, value, name, value, and so on, in a copy of the caller's own. */
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
      // Names of one length mostly differ in the last letter, and a look at it is cheaper than a copy in lower case.
      if ((candidate.charCodeAt(last) | CASE_BIT) !== lastCode) continue;
      if (candidate === name || candidate.toLowerCase() === name) return at;
    }
    return -1;
  }
}
