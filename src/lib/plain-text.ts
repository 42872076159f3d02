// Escapes characters that move a terminal's cursor, set colours, are invisible, change the direction of text, or are not text.

/** Control and format characters (bidi overrides, zero widths, tags), line separators, lone surrogates, private use. */
const UNPRINTABLE = "[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Zl}\\p{Zp}\\p{Noncharacter_Code_Point}]";
const ANY = new RegExp(UNPRINTABLE, "gu");

/** The text on one line, with such characters written as in JSON: `\u001b`. */
export function plainText(text: string): string {
  return text.replace(ANY, escaped);
}

/** Compiles the same function with some sequences unchanged, such as line breaks. */
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
