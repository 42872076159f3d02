// Reads and writes application/x-www-form-urlencoded. The one reader of forms and queries, for proofs, handshakes and
// payloads alike: what a proof has read is what the handler gets.
// WHATWG URL section 5.1: "+" is a space, a broken %XX stays as it is, bytes that are not UTF-8 become U+FFFD. Unlike
// URLSearchParams it takes no leading "?" off: that is part of the first name.
import { type Once, REPEATED } from "./headers.js";
import { decodeUtf8, type Parsed } from "./json.js";

/** The largest forms of senders have under 100 fields; more than this is an attack on whoever loops over them. */
export const MAX_FORM_FIELDS = 1_000;

/** No prototype, so that no field name finds anything but a field. An array where a name repeats, in order. */
export type FormFields = { [name: string]: string | string[] };

/** The fields of a form's body. Strict UTF-8, without a byte order mark, as of every text. */
export function parseFormBody(bytes: Uint8Array): Parsed<FormFields> {
  const text = decodeUtf8(bytes);
  return text === undefined ? { ok: false, hint: "the body is not valid UTF-8" } : parseForm(text);
}

/** Splits and decodes a form. An empty text is a form without fields. */
export function parseForm(text: string): Parsed<FormFields> {
  const fields: FormFields = Object.create(null);
  let count = 0;
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf("&", start);
    const end = next < 0 ? text.length : next;
    if (end > start) {
      if (++count > MAX_FORM_FIELDS) return { ok: false, hint: `the form has more than ${MAX_FORM_FIELDS} fields` };
      // Cut first: a search for "=" in the whole text would be made again for each piece without one.
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

/** The value of a field that must come once. A form that cannot be read has it more than once, so to speak: nobody knows which. */
export function onlyField(form: Parsed<FormFields>, name: string): Once {
  if (!form.ok) return REPEATED;
  const value = form.value[name];
  return typeof value === "object" ? REPEATED : value;
}

/** Writes a form as `encodeURIComponent` does; `undefined` where a text is no Unicode. */
export function formatForm(fields: FormFields): string | undefined {
  try {
    return Object.entries(fields)
      .flatMap(([name, value]) => [value].flat().map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one)}`))
      .join("&");
  } catch {
    return undefined; // half of a surrogate pair
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
    // Broken or not UTF-8. The piece has no "&", so it is one value to the platform's own parser, which never throws.
    return new URLSearchParams(`v=${piece}`).get("v") as string;
  }
}
