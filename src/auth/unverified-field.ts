// What does a delivery say at a field that no proof binds yet, such as the id of the key it was signed with?
import type { Delivery } from "../delivery.js";
import type { Field } from "../field.js";
import { REPEATED } from "../internal/headers.js";
import { type Refusal, refuse } from "./auth.js";
import { type PrivateFields, UNREADABLE } from "./private-fields.js";

/** Where a value can be that decides how a delivery is verified. */
export type UnverifiedField = Field<"text"> & { readonly in: "header" | "json" | "form" | "query" };

/** @throws {TypeError} When the field is not a header, a member of the body or a query parameter. */
export function checkUnverifiedField(field: Field<"text"> | undefined, name: string): UnverifiedField {
  const isField = typeof field === "object" && field !== null && field.kind === "text";
  if (isField && ["header", "json", "form", "query"].includes(field.in)) return field as UnverifiedField;
  throw new TypeError(`${name} must be header(…), json(…), form(…) or query(…)`);
}

/** Whether reading it needs the parsed body or query. */
export function isParsedField(field: Field): boolean {
  return field.in !== "header";
}

/** One text, `undefined` where there is none, or a refusal where it came twice or is no text. */
export function readUnverified(
  field: UnverifiedField,
  delivery: Delivery,
  fields: PrivateFields | undefined,
): string | undefined | Refusal {
  const value = field.in === "header" ? delivery.headers.onceList(field.name) : fields?.read(field.in, field.name);
  if (value !== REPEATED && value !== UNREADABLE) return value;
  return refuse("bad_credentials", `the ${field.in} value ${field.name} came more than once, or is no single text`);
}
