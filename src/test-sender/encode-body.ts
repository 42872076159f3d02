// Encodes payloads in the sender's body format.

import type { BodyFormat } from "../body-formats/format.js";
import { asBuffer } from "../lib/bytes.js";

/** The bytes of a payload. Bytes are not changed; a string is not changed where the format is not JSON. */
export function encode(payload: unknown, format: BodyFormat): Buffer {
  if (payload instanceof Uint8Array) return asBuffer(payload);
  if (typeof format === "object" && "parse" in format) {
    if (format.encode === undefined)
      throw new TypeError(`the body format ${format.name} cannot be written: give body as bytes`);
    return asBuffer(format.encode(payload));
  }
  if (typeof format === "object") return asBuffer(formText({ [format.jsonInForm]: JSON.stringify(payload) }));
  if (format === "form") return asBuffer(formText(payload as Record<string, unknown>));
  if (format !== "json" && typeof payload === "string") return asBuffer(payload);
  return asBuffer(JSON.stringify(payload));
}

/** Encodes a form. An array becomes a repeated name. */
function formText(fields: Readonly<Record<string, unknown>>): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) form.append(name, String(one));
  }
  return form.toString();
}

export function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
