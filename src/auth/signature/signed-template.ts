// Compiles a template such as `v0:{timestamp}:{body}` into the bytes that are signed.
import { createHash } from "node:crypto";
import { type Covers, type Refusal, refuse } from "../../core/auth.js";
import { type Delivery, pathOf } from "../../core/delivery.js";
import { REPEATED } from "../../lib/headers.js";
import { nearest } from "../../lib/options.js";
import { type PrivateFields, UNREADABLE } from "../request/unverified-fields.js";
import { crc32 } from "./crc32.js";

/** Signed bytes: text before and after the body, each character one byte (latin1). */
export interface SignedBytes {
  readonly ok: true;
  readonly before: string;
  readonly body: Uint8Array | undefined;
  readonly after: string;
}

/** What a template takes from the signature header. */
export interface TemplateInput {
  /** The time as the sender wrote it; `""` where the scheme has none. */
  readonly timestamp: string;
  param(name: string): string | undefined;
}

export interface CompiledTemplate {
  readonly covers: Covers;
  readonly needsPublicUrl: boolean;
  readonly usesTimestamp: boolean;
  readonly params: readonly string[];
  /** Header names it needs, lower case. */
  readonly headers: readonly string[];
  /** It reads JSON members, form fields or query parameters. */
  readonly readsFields: boolean;
  /** @param fields - Given where `readsFields`. */
  render(
    delivery: Delivery,
    url: string,
    input: TemplateInput,
    fields: PrivateFields | undefined,
  ): SignedBytes | Refusal;
}

type Kind = "literal" | "body" | "timestamp" | "method" | "url" | "path" | "target" | "header" | "param" | Place;
type Place = "json" | "form" | "query";

interface Part {
  readonly kind: Kind;
  /** The literal, latin1 for its UTF-8; or the name after the colon. */
  readonly name: string;
  /** May be missing: `{json:a.b?}` is then the empty text. */
  readonly isOptional: boolean;
  /** The literal that follows: a value must not contain it, or one signature would fit two deliveries. */
  until: string;
  /** What a value looks like, whole. */
  pattern: RegExp | undefined;
}

/** What signed values look like, whole, by their placeholder without braces: `{ "json:amount": /\d+/ }`. */
export type ValuePatterns = Readonly<Record<string, RegExp>>;

/** The header that a name in a description stands for: `*-id` is `svix-id` in one family. */
export type HeaderName = (name: string) => string;

/** Stands in a literal where a secret goes. It is no byte, so no value of a delivery is taken for it. */
export const SECRET_MARK = "\uffff";

const lowerCase: HeaderName = (name) => name.toLowerCase();
const BARE_KINDS: readonly string[] = ["body", "timestamp", "method", "url", "path", "target"];
const NAMED_KINDS: readonly string[] = ["header", "param", "json", "form", "query"];
const PLACEHOLDER = /\{([^{}]*)\}/g;

/**
 * Compiles a template such as `v0:{timestamp}:{body}`.
 *
 * Placeholders: `{body}` `{body:sha256}` (its hex digest) `{body:crc32}` (decimal; a checksum binds nothing) `{timestamp}`
 * `{method}` `{url}` (as registered) `{path}` (without the query) `{target}` (with it) `{header:name}` `{param:t}` (of the
 * signature header) `{json:a.b}` `{form:name}` `{query:name}`. A `?` at the end of a name lets the value be missing.
 *
 * @param headerName - What a header named in the template is called; lower case.
 * @throws {TypeError} When a placeholder is unknown, the body stands twice, nothing of the delivery is signed, or a
 * pattern is for a value that is not in the template.
 */
export function compileTemplate(
  template: string,
  where: string,
  headerName: HeaderName = lowerCase,
  patterns: ValuePatterns = {},
): CompiledTemplate {
  const parts = withPatterns(parse(template, where), patterns, where).map((part) =>
    part.kind === "header" ? { ...part, name: headerName(part.name) } : part,
  );
  const named = (kind: Kind) => parts.filter((part) => part.kind === kind).map((part) => part.name);
  const has = (kind: Kind) => parts.some((part) => part.kind === kind);
  const fields = [...named("json"), ...named("form")];
  const covers: Covers = {
    // A checksum binds nothing: another body with the same one is easily made.
    body: parts.some((part) => part.kind === "body" && part.name !== "crc32"),
    method: has("method"),
    url: has("url") || has("target"),
    headers: named("header"),
    ...(fields.length > 0 && !has("body") ? { fields } : {}),
  };
  return {
    covers,
    needsPublicUrl: has("url"),
    usesTimestamp: has("timestamp"),
    params: named("param"),
    headers: named("header"),
    readsFields: fields.length > 0 || has("query"),
    render: (delivery, url, input, fields) => render(parts, delivery, url, input, fields),
  };
}

function parse(template: string, where: string): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of template.matchAll(PLACEHOLDER)) {
    addLiteral(parts, template.slice(from, match.index), where);
    parts.push(placeholder(match[1] as string, where));
    from = match.index + match[0].length;
  }
  addLiteral(parts, template.slice(from), where);
  if (parts.every((part) => part.kind === "literal")) {
    throw new TypeError(`${where}: signed must hold a placeholder such as {body}, or nothing would be proven`);
  }
  if (parts.filter((part) => part.kind === "body").length > 1) {
    throw new TypeError(`${where}: signed may hold {body} once`);
  }
  parts.forEach((part, at) => {
    const next = parts[at + 1];
    // A URL may hold any separator but a line break.
    if (next?.kind === "literal" && (NAMED_KINDS.includes(part.kind) || next.name.includes("\n")))
      part.until = next.name;
    // Without this a zero at the end of what stands before could be taken for the beginning of the time.
    if (part.kind === "timestamp" && at > 0 && parts[at - 1]?.kind !== "literal") part.pattern = /^(?!0\d)/;
  });
  return parts;
}

function addLiteral(parts: Part[], text: string, where: string): void {
  if (/[{}]/.test(text)) throw new TypeError(`${where}: signed has a brace that opens or closes no placeholder`);
  if (text === "") return;
  const name = text.split(SECRET_MARK).map(latin1Of).join(SECRET_MARK);
  parts.push({ kind: "literal", name, isOptional: false, until: "", pattern: undefined });
}

function withPatterns(parts: readonly Part[], patterns: ValuePatterns, where: string): readonly Part[] {
  const left = new Map(Object.entries(patterns));
  const made = parts.map((part) => {
    const key = `${part.kind}:${part.name}`;
    const pattern = left.get(key);
    left.delete(key);
    if (pattern === undefined) return part;
    if (!NAMED_KINDS.includes(part.kind) || !(pattern instanceof RegExp)) {
      throw new TypeError(
        `${where}: patterns[${JSON.stringify(key)}] must be a regular expression for a value by name`,
      );
    }
    return { ...part, pattern: new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gym]/g, "")) };
  });
  for (const key of left.keys()) {
    throw new TypeError(`${where}: patterns has ${JSON.stringify(key)}, which is not in signed`);
  }
  return made;
}

function placeholder(inner: string, where: string): Part {
  const colon = inner.indexOf(":");
  const kind = colon < 0 ? inner : inner.slice(0, colon);
  const rest = colon < 0 ? "" : inner.slice(colon + 1);
  const isOptional = rest.endsWith("?");
  const name = isOptional ? rest.slice(0, -1) : rest;
  const isBare = BARE_KINDS.includes(kind) && (colon < 0 || inner === "body:sha256" || inner === "body:crc32");
  if (!isBare && (!NAMED_KINDS.includes(kind) || name === "")) {
    const known = [...BARE_KINDS, ...NAMED_KINDS.map((one) => `${one}:name`)];
    const near = nearest(inner, known);
    const advice = near === undefined ? `known are {${known.join("}, {")}}` : `did you mean {${near}}?`;
    throw new TypeError(`${where}: signed has an unknown placeholder {${inner}}; ${advice}`);
  }
  return { kind: kind as Kind, name, isOptional, until: "", pattern: undefined };
}

function render(
  parts: readonly Part[],
  delivery: Delivery,
  url: string,
  input: TemplateInput,
  fields: PrivateFields | undefined,
): SignedBytes | Refusal {
  let before = "";
  let body: Uint8Array | undefined;
  let text = "";
  for (const part of parts) {
    switch (part.kind) {
      case "literal":
        text += part.name;
        break;
      case "body":
        if (part.name === "sha256") {
          text += createHash("sha256").update(delivery.body).digest("hex");
          break;
        }
        if (part.name === "crc32") {
          text += crc32(delivery.body);
          break;
        }
        before = text;
        body = delivery.body;
        text = "";
        break;
      case "timestamp":
        // Digits or RFC 3339, checked where it was read.
        if (part.pattern !== undefined && !part.pattern.test(input.timestamp)) return otherwiseWritten(part);
        text += input.timestamp;
        break;
      default: {
        const value = placeholderValue(part, delivery, url, input, fields);
        if (typeof value !== "string") return value;
        if (value.includes(SECRET_MARK) || (part.until !== "" && value.includes(part.until))) return ambiguous(part);
        if (part.pattern !== undefined && !part.pattern.test(value)) return otherwiseWritten(part);
        text += value;
      }
    }
  }
  return body === undefined ? { ok: true, before: text, body, after: "" } : { ok: true, before, body, after: text };
}

function placeholderValue(
  part: Part,
  delivery: Delivery,
  url: string,
  input: TemplateInput,
  fields: PrivateFields | undefined,
): string | Refusal {
  if (part.kind === "method") return delivery.method;
  if (part.kind === "url") return latin1Of(url);
  if (part.kind === "path") return latin1Of(pathOf(delivery.url));
  if (part.kind === "target") return latin1Of(delivery.url);
  if (part.kind === "param") return input.param(part.name) ?? missing(part);
  if (part.kind === "header") {
    const value = delivery.headers.once(part.name);
    if (value === REPEATED) return refuse("bad_credentials", `the signed header ${part.name} came more than once`);
    return value ?? missing(part);
  }
  const value = fields?.read(part.kind as Place, part.name);
  if (value === UNREADABLE) {
    return refuse("bad_credentials", `the signed ${part.kind} value ${part.name} is no single text, or cannot be read`);
  }
  return value === undefined ? missing(part) : latin1Of(value);
}

function missing(part: Part): string | Refusal {
  return part.isOptional ? "" : refuse("unauthenticated", `the signed ${part.kind} value ${part.name} is missing`);
}

function ambiguous(part: Part): Refusal {
  return refuse(
    "bad_credentials",
    `the signed ${part.kind} value ${part.name} contains the text that must follow it, so the signature could fit another delivery`,
  );
}

function otherwiseWritten(part: Part): Refusal {
  return refuse(
    "bad_credentials",
    `the signed ${part.kind} value ${part.name} is not written as this sender writes it, so the signature could fit another delivery`,
  );
}

/** The UTF-8 bytes of a text, each as one character: what has come as a header is that already. */
function latin1Of(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** The signed bytes in one piece, for algorithms that take no other. */
export function joinBytes({ before, body, after }: SignedBytes): Uint8Array {
  if (body !== undefined && before === "" && after === "") return body;
  return Buffer.concat([Buffer.from(before, "latin1"), body ?? Buffer.alloc(0), Buffer.from(after, "latin1")]);
}
