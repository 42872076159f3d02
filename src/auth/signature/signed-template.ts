// Renders a template such as `v0:{timestamp}:{body}` into the bytes that are signed.
import { createHash } from "node:crypto";
import { type Covers, type Refusal, refuse } from "../../core/auth.js";
import { type Delivery, pathOf } from "../../core/delivery.js";
import { REPEATED } from "../../lib/headers.js";
import { type PrivateFields, UNREADABLE } from "../request/unverified-fields.js";
import { crc32 } from "./crc32.js";
import { type Kind, type Part, type Place, parseTemplate, type ValuePatterns, withPatterns } from "./parse-template.js";
import { latin1Of, SECRET_MARK, type SignedBytes } from "./signed-bytes.js";

/** What a template takes from the signature header. */
export interface TemplateInput {
  /** The time as the sender wrote it, or `""` in a scheme without time. */
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
  /** It reads JSON properties, form fields or query parameters. */
  readonly readsFields: boolean;
  /** @param fields - Required if `readsFields`. */
  render(
    delivery: Delivery,
    url: string,
    input: TemplateInput,
    fields: PrivateFields | undefined,
  ): SignedBytes | Refusal;
}

/** The header that a name in a template means: `*-id` is `svix-id` in one family. */
export type HeaderName = (name: string) => string;

const lowerCase: HeaderName = (name) => name.toLowerCase();

/**
 * Compiles a template such as `v0:{timestamp}:{body}`.
 *
 * Placeholders: `{body}` `{body:sha256}` (its hex digest) `{body:crc32}` (decimal; a checksum does not cover the body) `{timestamp}`
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
  const parts = withPatterns(parseTemplate(template, where), patterns, where).map((part) =>
    part.kind === "header" ? { ...part, name: headerName(part.name) } : part,
  );
  const named = (kind: Kind) => parts.filter((part) => part.kind === kind).map((part) => part.name);
  const has = (kind: Kind) => parts.some((part) => part.kind === kind);
  const fields = [...named("json"), ...named("form")];
  const covers: Covers = {
    // A checksum does not cover the body: another body with the same checksum is easily made.
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
        // Digits or RFC 3339, already checked.
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
