// What does a delivery say at a field that no proof binds yet, such as the id of the key it was signed with?

import { type Refusal, refuse } from "../../core/auth.js";
import { type Delivery, queryOf } from "../../core/delivery.js";
import type { Field } from "../../core/field.js";
import { REPEATED } from "../../lib/headers.js";

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

/** A value is there, but not as one text: an object, a repeated field, a body that cannot be parsed. */
export const UNREADABLE: unique symbol = /* @__PURE__ */ Symbol("unreadable");
export type PrivateValue = string | undefined | typeof UNREADABLE;

/** Bodies that carry their own credentials are small; a larger one is not parsed for a stranger. */
const MAX_PARSED_BYTES = 1_048_576;
const UTF_8 = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true });

/** The fields of one delivery, parsed when first asked for. */
export class PrivateFields {
  readonly #delivery: Pick<Delivery, "url" | "body">;
  #json: unknown;
  #isParsed = false;
  #form: URLSearchParams | undefined;
  #query: URLSearchParams | undefined;

  constructor(delivery: Pick<Delivery, "url" | "body">) {
    this.#delivery = delivery;
  }

  /** A text, a safe integer or a boolean as text; `undefined` where nothing is there. */
  read(place: Field["in"], name: string): PrivateValue {
    if (place === "json") return textOf(memberAt(this.#parsed(), name));
    if (place === "form") {
      this.#form ??= new URLSearchParams(this.#text() ?? "");
      return onlyOne(this.#form, name);
    }
    this.#query ??= new URLSearchParams(queryOf(this.#delivery.url) ?? "");
    return onlyOne(this.#query, name);
  }

  #parsed(): unknown {
    if (this.#isParsed) return this.#json;
    this.#isParsed = true;
    this.#json = UNREADABLE;
    try {
      this.#json = JSON.parse(this.#text() ?? "");
    } catch {
      // Not JSON: UNREADABLE stays.
    }
    return this.#json;
  }

  #text(): string | undefined {
    if (this.#delivery.body.length > MAX_PARSED_BYTES) return undefined;
    try {
      return UTF_8.decode(this.#delivery.body);
    } catch {
      return undefined;
    }
  }
}

function onlyOne(params: URLSearchParams, name: string): PrivateValue {
  const values = params.getAll(name);
  return values.length > 1 ? UNREADABLE : values[0];
}

function memberAt(value: unknown, path: string): unknown {
  return membersAt(value, path.split("."))[0];
}

/** Own properties only, so that `constructor` is never found. */
function membersAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const [name, ...rest] = path;
  if (name === undefined || value === UNREADABLE) return [value];
  if (name === "*") return Array.isArray(value) ? value.flatMap((item) => membersAt(item, rest)) : [];
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return [undefined];
  return membersAt((value as Record<string, unknown>)[name], rest);
}

function textOf(value: unknown): PrivateValue {
  if (value === undefined || typeof value === "string") return value;
  // Other numbers are not written back as they came.
  if (typeof value === "boolean" || Number.isSafeInteger(value)) return String(value);
  return UNREADABLE;
}
