// Reads and writes application/x-www-form-urlencoded, for signatures, handshakes and payloads. They use the same reader, so a
// handler gets what the signature was verified over.
// WHATWG URL section 5.1: "+" is a space, a malformed %XX stays as it is, bytes that are not UTF-8 become U+FFFD. Unlike
// URLSearchParams it does not remove a leading "?": that is part of the first name.
import { type Once, REPEATED } from "./headers.js";
import { decodeUtf8, type Parsed } from "./json.js";

/** The largest forms of senders have fewer than 100 fields. More than this is an attack on loops over the fields. */
export const MAX_FORM_FIELDS = 1_000;

/** An object without a prototype, so that every name is that of a field. An array where a name repeats, in order. */
export type FormFields = { [name: string]: string | string[] };

/** The fields of a form body, which must be UTF-8. A byte order mark is removed. */
export function parseFormBody(bytes: Uint8Array): Parsed<FormFields> {
  const text = decodeUtf8(bytes);
  return text === undefined ? { ok: false, hint: "the body is not valid UTF-8" } : parseForm(text);
}

/** Splits and decodes a form. An empty string is a form without fields. */
export function parseForm(text: string): Parsed<FormFields> {
  const fields: FormFields = Object.create(null);
  let count = 0;
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf("&", start);
    const end = next < 0 ? text.length : next;
    if (end > start) {
      if (++count > MAX_FORM_FIELDS) return { ok: false, hint: `the form has more than ${MAX_FORM_FIELDS} fields` };
      // The piece is cut first, since a search for "=" in the whole text would repeat for each piece without one.
      const piece = text.slice(start, end);
      const equals = piece.indexOf("=");
      const name = decode(equals < 0 ? piece : piece.slice(0, equals));
      if (name === "__proto__") return { ok: false, hint: 'the form has a field named "__proto__"' };
      add(fields, name, equals < 0 ? "" : decode(piece.slice(equals + 1)));
    }
    start = end + 1;
  }
  return { ok: true, value: fields };
}

/** The value of a field that must be given once. `REPEATED` also for a malformed form, where the value is unclear. */
export function onlyField(form: Parsed<FormFields>, name: string): Once {
  if (!form.ok) return REPEATED;
  const value = form.value[name];
  return typeof value === "object" ? REPEATED : value;
}

/** Writes a form with `encodeURIComponent`; `undefined` where a string has a lone surrogate. */
export function formatForm(fields: FormFields): string | undefined {
  try {
    return Object.entries(fields)
      .flatMap(([name, value]) => [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`))
      .join("&");
  } catch {
    return undefined; // a lone surrogate
  }
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
    // Malformed, or not UTF-8. The piece has no "&", so it is one value for the platform's parser, which never throws.
    return new URLSearchParams(`v=${piece}`).get("v") as string;
  }
}
