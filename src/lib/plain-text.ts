// Escapes what moves a terminal's cursor, colours it, hides itself, turns the direction of text, or is no text.

/** Control and format characters (bidi overrides, zero widths, tags), line separators, lone surrogates, private use. */
const UNPRINTABLE = "[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Zl}\\p{Zp}\\p{Noncharacter_Code_Point}]";
const ANY = new RegExp(UNPRINTABLE, "gu");

/** On one line, whatever came from outside: such characters are written `\u001b`, as in JSON. */
export function plainText(text: string): string {
  return text.replace(ANY, escaped);
}

/** Compiles the same with some sequences left as they are, such as line breaks. */
export function plainTextBut(kept: RegExp): (text: string) => string {
  const pattern = new RegExp(`(${kept.source})|${UNPRINTABLE}`, "gu");
  return (text) =>
    text.replace(pattern, (found: string, isKept?: string) => (isKept === undefined ? escaped(found) : found));
}

function escaped(character: string): string {
  let units = "";
  for (let at = 0; at < character.length; at++) units += `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`;
  return units;
}
