// Writes a value into a request that is being signed. The inverse of reading a field.

import type { SignableRequest } from "../../core/auth.js";
import type { Field } from "../../core/field.js";

/** A new request with the value at the field. Missing objects of a JSON path are created. */
export function writeField(
  request: SignableRequest,
  field: Pick<Field, "in" | "name">,
  value: string | number,
): SignableRequest {
  switch (field.in) {
    case "header":
      return { ...request, headers: { ...request.headers, [field.name]: String(value) } };
    case "query": {
      const joint = request.url.includes("?") ? "&" : "?";
      return { ...request, url: `${request.url}${joint}${encode(field.name)}=${encode(String(value))}` };
    }
    case "form": {
      const fields = new URLSearchParams(Buffer.from(request.body).toString("utf8"));
      fields.set(field.name, String(value));
      return { ...request, body: Buffer.from(fields.toString(), "utf8") };
    }
    case "json":
      return { ...request, body: withMember(request.body, field.name.split("."), value) };
    default:
      throw new TypeError(`cannot write a ${field.in} field`);
  }
}

function withMember(body: Uint8Array, path: readonly string[], value: string | number): Uint8Array {
  const text = Buffer.from(body).toString("utf8");
  return Buffer.from(JSON.stringify(put(text === "" ? {} : JSON.parse(text), path, value)), "utf8");
}

/** `*` stands for every item of an array. */
function put(at: unknown, path: readonly string[], value: string | number): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (name === "*") return Array.isArray(at) ? at.map((item) => put(item, rest, value)) : [put({}, rest, value)];
  if (Array.isArray(at)) return at.map((item, index) => (String(index) === name ? put(item, rest, value) : item));
  const object = typeof at === "object" && at !== null ? at : {};
  return { ...object, [name]: put((object as Record<string, unknown>)[name], rest, value) };
}

function encode(text: string): string {
  return encodeURIComponent(text);
}
