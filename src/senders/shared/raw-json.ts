// Finds the text of a JSON property as it was sent, for vendors that sign that text. One pass, in time linear in the text.
import { findJsonMembers } from "../../lib/json-members.js";

/**
 * The text of one property of the outermost object, from its first character to its last.
 *
 * The caller has parsed the text already, so it is JSON.
 *
 * @returns `undefined` where the property is not there, or there twice: parsers differ in which one they take.
 */
export function rawMember(text: string, name: string): string | undefined {
  const [found, more] = findJsonMembers(text, (path) => path.length === 1 && path[0] === name);
  return found === undefined || more !== undefined ? undefined : text.slice(found.valueStart, found.end);
}

const QUOTE = 0x22;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const SMALL_U = 0x75;
/** The letters of the escapes that are not numbers; a slash has one in PHP. */
const ESCAPES: ReadonlyMap<number, number> = /* @__PURE__ */ new Map([
  ...[..."\b\t\n\f\r"].map((unit, at) => [unit.charCodeAt(0), "btnfr".charCodeAt(at)] as const),
  ...[QUOTE, SLASH, BACKSLASH].map((code) => [code, code] as const),
]);
const DIGITS = "0123456789abcdef";

/** A JSON text as PHP's `json_encode` writes it by default: no white space, `\/`, and `\uxxxx` beyond ASCII; numbers as they stand. */
export function phpJson(text: string): Buffer {
  const written = Buffer.allocUnsafe(text.length * 6); // a unit has six characters at most
  let length = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) isString = !isString;
    if (!isString || code === QUOTE) {
      if (code > 0x20) written[length++] = code;
    } else if (code !== BACKSLASH) {
      length = writeUnit(written, length, code);
    } else if (text.charCodeAt(at + 1) === SMALL_U) {
      length = writeUnit(written, length, Number.parseInt(text.slice(at + 2, at + 6), 16));
      at += 5;
    } else {
      written[length++] = code;
      written[length++] = text.charCodeAt(++at); // these escapes are PHP's, too
    }
  }
  return written.subarray(0, length);
}

/** One UTF-16 unit inside of a string. */
function writeUnit(written: Buffer, from: number, code: number): number {
  let at = from;
  if (code > 0x7f || code < 0x20 || code === SLASH || code === QUOTE || code === BACKSLASH) {
    written[at++] = BACKSLASH;
    const letter = ESCAPES.get(code);
    written[at++] = letter ?? SMALL_U;
    if (letter !== undefined) return at;
    for (let shift = 12; shift >= 0; shift -= 4) written[at++] = DIGITS.charCodeAt((code >> shift) & 15);
    return at;
  }
  written[at++] = code;
  return at;
}
