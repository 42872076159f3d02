// Builds the signature base of RFC 9421 section 2: a line for each component, then the parameters.

import { type Covers, type Refusal, refuse } from "../../core/auth.js";
import { type Delivery, pathOf, queryOf } from "../../core/delivery.js";
import { type FormFields, onlyField, parseForm } from "../../lib/form.js";
import { REPEATED } from "../../lib/headers.js";
import type { Parsed } from "../../lib/json.js";
import {
  type InnerList,
  type Item,
  parseDictionary,
  serializeInnerList,
  serializeItem,
  serializeMember,
  trimSpaces,
} from "./structured-fields.js";

/** Derived components of requests (section 2.2). `@status` is of responses. */
export const DERIVED: readonly string[] = [
  "@method",
  "@target-uri",
  "@authority",
  "@scheme",
  "@request-target",
  "@path",
  "@query",
  "@query-param",
];
/** Components of the URL that is registered with the sender. The request itself does not have it. */
export const NEEDS_PUBLIC_URL: readonly string[] = ["@target-uri", "@authority", "@scheme"];

/** Each component may need the whole query or a whole header. Signatures cover fewer than ten. */
const MAX_COMPONENTS = 64;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const PARTS = /^(https?):\/\/([^/?#]+)([^?#]*)(\?[^#]*)?$/i;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: ":80", https: ":443" };
const NO_PUBLIC_URL = /* @__PURE__ */ refuse(
  "misconfigured",
  "the sender signs the URL; set publicUrl to the one that is registered there",
);

/** The canonical spelling of a component, used for comparison. */
export function identifierOf(item: Item): string {
  return serializeItem(item);
}

/**
 * The signed text for one URL of the receiver.
 *
 * @param url - As registered with the sender. `undefined` without `publicUrl`.
 * @returns A refusal if a component is missing or not supported.
 */
export function signatureBase(list: InnerList, delivery: Delivery, url: string | undefined): string | Refusal {
  if (list.items.length > MAX_COMPONENTS) return TOO_MANY;
  const lines: string[] = [];
  const seen = new Set<string>();
  const query = lazyForm();
  for (const item of list.items) {
    if (item.value.kind !== "string") return MALFORMED;
    const identifier = identifierOf(item);
    if (seen.has(identifier)) return refuse("bad_credentials", "a signed component is named twice");
    seen.add(identifier);
    const value = componentValue(item.value.value, item, { delivery, url, query });
    if (typeof value !== "string") return value;
    // A line break in a value could imitate the line of another component.
    if (/[\r\n]/.test(value)) return refuse("bad_credentials", "a signed component holds a line break");
    lines.push(`${identifier}: ${value}`);
  }
  lines.push(`"@signature-params": ${serializeInnerList(list)}`);
  return lines.join("\n");
}

const NO_PARAMETER = /* @__PURE__ */ refuse("unauthenticated", "a signed query parameter is missing");
const TOO_MANY = /* @__PURE__ */ refuse("bad_credentials", "the signature covers more than 64 components");
const MALFORMED = /* @__PURE__ */ refuse("bad_credentials", "a signed component is not named by a string");

function unsupported(name: string): Refusal {
  return refuse("unauthenticated", `the signature covers ${name} in a way that is not supported`);
}

/** What the components are read from. */
interface Message {
  readonly delivery: Delivery;
  readonly url: string | undefined;
  readonly query: (text: string) => Parsed<FormFields>;
}

/** Parses the query once, at the first parameter. */
function lazyForm(): Message["query"] {
  let form: Parsed<FormFields> | undefined;
  return (text) => {
    form ??= parseForm(text);
    return form;
  };
}

function componentValue(name: string, item: Item, { delivery, url, query }: Message): string | Refusal {
  if (!name.startsWith("@")) return headerValue(name, item, delivery);
  if (!DERIVED.includes(name)) return unsupported(name.slice(0, 40));
  if (name !== "@query-param" && item.params.size > 0) return unsupported(`${name} with parameters`);
  if (name === "@method") return delivery.method;
  if (url === undefined && NEEDS_PUBLIC_URL.includes(name)) return NO_PUBLIC_URL;
  const target = url === undefined ? ownTarget(delivery) : targetOf(url);
  if (target === undefined) return refuse("misconfigured", "publicUrl is not an absolute http or https URL");
  switch (name) {
    case "@target-uri":
      return url as string;
    case "@authority":
      return target.authority;
    case "@scheme":
      return target.scheme;
    case "@request-target":
      return target.path + (target.query ?? "");
    case "@path":
      return target.path;
    case "@query":
      return target.query ?? "?";
    default:
      return queryParam(item, query(target.query?.slice(1) ?? ""));
  }
}

interface Target {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  /** With the question mark. */
  readonly query: string | undefined;
}

function ownTarget({ url }: Delivery): Target {
  const query = queryOf(url);
  return { scheme: "", authority: "", path: pathOf(url), query: query === undefined ? undefined : `?${query}` };
}

/** Splits the text without parsing it: `new URL` would change what the sender signed. */
function targetOf(url: string): Target | undefined {
  const [, given = "", host = "", path = "", query] = PARTS.exec(url) ?? [];
  if (host === "") return undefined;
  const scheme = given.toLowerCase();
  const port = DEFAULT_PORTS[scheme] as string;
  const lower = host.toLowerCase();
  return { scheme, authority: lower.endsWith(port) ? lower.slice(0, -port.length) : lower, path: path || "/", query };
}

/** Section 2.2.8: decoded and encoded again. A repeated name must not be covered. */
function queryParam({ params }: Item, query: Parsed<FormFields>): string | Refusal {
  const name = params.get("name");
  if (name?.kind !== "string" || params.size !== 1) return unsupported("@query-param without its name");
  try {
    const decoded = decodeURIComponent(name.value);
    const value = percentEncode(decoded) === name.value ? onlyField(query, decoded) : undefined;
    if (value === REPEATED) return refuse("bad_credentials", "a signed query parameter came twice, or cannot be read");
    return value === undefined ? NO_PARAMETER : percentEncode(value);
  } catch {
    return NO_PARAMETER; // the name is not percent-encoded, or the value is not Unicode
  }
}

/** The percent-encode set of application/x-www-form-urlencoded, with spaces as %20. */
function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Sections 2.1 to 2.1.3: the value, its bytes, or one member of a dictionary. */
function headerValue(name: string, { params }: Item, { headers }: Delivery): string | Refusal {
  if (!HEADER_NAME.test(name)) return refuse("bad_credentials", "a signed header is not named in lower case");
  const lines = headers.lines(name).map(trimSpaces);
  if (lines.length === 0) return refuse("unauthenticated", `the signed header ${name} is missing`);
  if (params.size === 0) return lines.join(", ");
  const key = params.get("key");
  if (params.size === 1 && params.has("bs")) {
    return lines.map((line) => `:${Buffer.from(line, "latin1").toString("base64")}:`).join(", ");
  }
  if (params.size !== 1 || key?.kind !== "string") return unsupported(`${name} with these parameters`);
  const member = parseDictionary(lines.join(", "))?.get(key.value);
  return member === undefined
    ? refuse("unauthenticated", `a signed member of ${name} is missing`)
    : serializeMember(member);
}

/** What these components cover. The body is covered by its digest, which the caller compares. */
export function coversOf(items: readonly Item[]): Covers {
  const plain = items.filter((item) => item.params.size === 0).map((item) => String(item.value.value));
  const has = (name: string) => plain.includes(name);
  return {
    body: has("content-digest"),
    method: has("@method"),
    url: has("@target-uri") || has("@request-target") || (has("@path") && has("@query")),
    headers: plain.filter((name) => !name.startsWith("@")),
  };
}
