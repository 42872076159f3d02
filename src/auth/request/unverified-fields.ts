// Reads fields of a delivery before it is verified, such as the id of its key. The readers are those of the payload, so
// that what is verified is what the handler gets.

import { type Refusal, refuse } from "../../core/auth.js";
import { type Delivery, queryOf } from "../../core/delivery.js";
import type { Field } from "../../core/field.js";
import { type FormFields, onlyField, parseForm, parseFormBody } from "../../lib/form.js";
import { type Once, REPEATED } from "../../lib/headers.js";
import { type Parsed, parseJson } from "../../lib/json.js";

/** A place for a value that decides how a delivery is verified. */
export type UnverifiedField = Field<"text"> & { readonly in: "header" | "json" | "form" | "query" };

/** @throws {TypeError} When the field is not a header, a property of the body or a query parameter. */
export function checkUnverifiedField(field: Field<"text"> | undefined, name: string): UnverifiedField {
  const isField = typeof field === "object" && field !== null && field.kind === "text";
  if (isField && ["header", "json", "form", "query"].includes(field.in)) return field as UnverifiedField;
  throw new TypeError(`${name} must be header(…), json(…), form(…) or query(…)`);
}

/** Whether the body or the query must be parsed to read it. */
export function isParsedField(field: Field): boolean {
  return field.in !== "header";
}

/** One text, `undefined` if it is absent, or a refusal if it is repeated or not a text. */
export function readUnverified(
  field: UnverifiedField,
  delivery: Delivery,
  fields: PrivateFields | undefined,
): string | undefined | Refusal {
  const value = field.in === "header" ? delivery.headers.onceList(field.name) : fields?.read(field.in, field.name);
  if (value !== REPEATED && value !== UNREADABLE) return value;
  return refuse("bad_credentials", `the ${field.in} value ${field.name} came more than once, or is no single text`);
}

/** The value is present but not one text: an object, a repeated field, a body that cannot be parsed. */
export const UNREADABLE: unique symbol = /* @__PURE__ */ Symbol("unreadable");
export type PrivateValue = string | undefined | typeof UNREADABLE;

/** Bodies with credentials or a signed time in them are smaller (Linear: up to 5 MiB). Larger ones are not parsed before verification. */
const MAX_PARSED_BYTES = 5_242_880;
const TOO_LARGE: Parsed<never> = { ok: false, hint: "the body is larger than 5 MiB" };

/** The fields of one delivery, parsed at the first read. */
export class PrivateFields {
  readonly #delivery: Pick<Delivery, "url" | "body">;
  #json: Parsed<unknown> | undefined;
  #form: Parsed<FormFields> | undefined;
  #query: Parsed<FormFields> | undefined;

  constructor(delivery: Pick<Delivery, "url" | "body">) {
    this.#delivery = delivery;
  }

  /** A text, or a safe integer or boolean as text. `undefined` if it is absent. */
  read(place: Field["in"], name: string): PrivateValue {
    if (place !== "json" && place !== "form") {
      this.#query ??= parseForm(queryOf(this.#delivery.url) ?? "");
      return single(onlyField(this.#query, name));
    }
    const { body } = this.#delivery;
    const isSmall = body.length <= MAX_PARSED_BYTES;
    if (place === "json") {
      this.#json ??= isSmall ? parseJson(body) : TOO_LARGE;
      return this.#json.ok ? textOf(memberAt(this.#json.value, name)) : UNREADABLE;
    }
    this.#form ??= isSmall ? parseFormBody(body) : TOO_LARGE;
    return single(onlyField(this.#form, name));
  }
}

function single(value: Once): PrivateValue {
  return value === REPEATED ? UNREADABLE : value;
}

function memberAt(value: unknown, path: string): unknown {
  return membersAt(value, path.split("."))[0];
}

/** Own properties only, so that `constructor` is never found. */
function membersAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const [name, ...rest] = path;
  if (name === undefined) return [value];
  if (name === "*") return Array.isArray(value) ? value.flatMap((item) => membersAt(item, rest)) : [];
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return [undefined];
  return membersAt((value as Record<string, unknown>)[name], rest);
}

function textOf(value: unknown): PrivateValue {
  if (value === undefined || typeof value === "string") return value;
  // Other numbers may change when they are parsed and written again.
  if (typeof value === "boolean" || Number.isSafeInteger(value)) return String(value);
  return UNREADABLE;
}
