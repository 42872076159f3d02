// How does application/x-www-form-urlencoded become fields? As the senders' own SDKs read it, for some sign the fields.
// WHATWG URL section 5.1: "+" is a space, a broken %XX stays as it is, bytes that are not UTF-8 become U+FFFD.
import type { Parsed } from "./json.js";

/** The largest forms of senders have under 100 fields; more than this is an attack on whoever loops over them. */
export const MAX_FORM_FIELDS = 1_000;

/** No prototype, so that no field name finds anything but a field. An array where a name repeats, in order. */
export type FormFields = { [name: string]: string | string[] };

/** Splits and decodes a form. An empty text is a form without fields. */
export function parseForm(text: string): Parsed<FormFields> {
  const fields: FormFields = Object.create(null);
  let count = 0;
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf("&", start);
    const end = next < 0 ? text.length : next;
    if (end > start) {
      if (++count > MAX_FORM_FIELDS) return { ok: false, hint: `the form has more than ${MAX_FORM_FIELDS} fields` };
      const equals = text.indexOf("=", start);
      const hasValue = equals >= 0 && equals < end;
      const name = decode(text.slice(start, hasValue ? equals : end));
      if (name === "__proto__") return { ok: false, hint: 'the form has a field named "__proto__"' };
      add(fields, name, hasValue ? decode(text.slice(equals + 1, end)) : "");
    }
    start = end + 1;
  }
  return { ok: true, value: fields };
}

function add(fields: FormFields, name: string, value: string): void {
  const earlier = fields[name];
  if (earlier === undefined) fields[name] = value;
  else if (typeof earlier === "string") fields[name] = [earlier, value];
  else earlier.push(value);
}

function decode(piece: string): string {
  const spaced = piece.includes("+") ? piece.replaceAll("+", " ") : piece;
  if (!spaced.includes("%")) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    // Broken or not UTF-8. The piece holds no "&", so it is one value to the platform's own parser, which never throws.
    return new URLSearchParams(`v=${piece}`).get("v") as string;
  }
}
