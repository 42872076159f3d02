// Finds a body's format by its Content-Type. Compiled once per receiver.
import type { HeaderLines } from "../lib/headers.js";
import type { BodyFormat, BodyFormats } from "./format.js";

/** Methods whose requests have no content to describe (RFC 9110 section 9.3): handshakes come by these. */
const BODILESS: ReadonlySet<string> = /* @__PURE__ */ new Set(["GET", "HEAD", "OPTIONS"]);
/** Labels of the one encoding we decode, and of its subset. */
const UTF_8_LABELS: ReadonlySet<string> = /* @__PURE__ */ new Set(["utf-8", "utf8", "us-ascii", "ascii"]);
const PLAIN_FORMATS: ReadonlySet<unknown> = /* @__PURE__ */ new Set<BodyFormat>(["json", "form", "text", "bytes"]);
/** `type/subtype`, tokens of RFC 9110 section 5.6.2; the star of a pattern is a token character too. */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+$/;

/** Body formats, ready to be looked up. */
export interface CompiledFormats {
  readonly first: BodyFormat;
  readonly exact: ReadonlyMap<string, BodyFormat>;
  readonly patterns: readonly MediaPattern[];
  /** The media types as they were given, for hints. */
  readonly names: string;
  /** The sender sends JSON as well, so a form that is JSON is a body whose unsigned Content-Type was changed. */
  readonly hasJson: boolean;
}

interface MediaPattern {
  readonly start: string;
  readonly end: string;
  readonly format: BodyFormat;
}

/** @throws {TypeError} Where there is none, a media type is ill-formed, or a format is unknown. */
export function compileFormats(formats: BodyFormats): CompiledFormats {
  const exact = new Map<string, BodyFormat>();
  const patterns: MediaPattern[] = [];
  for (const [name, format] of Object.entries(formats)) {
    if (!PLAIN_FORMATS.has(format) && !isFormatObject(format)) {
      throw new TypeError(
        `body: the format of "${name}" must be "json", "form", "text", "bytes", { jsonInForm: "<field>" } or a format with parse; got ${JSON.stringify(format)}`,
      );
    }
    const [start = "", end, tooMany] = name === "*/*" ? ["", ""] : name.toLowerCase().split("*");
    if (!MEDIA_TYPE.test(name) || tooMany !== undefined) {
      throw new TypeError(
        `body: "${name}" must be a media type without parameters, such as application/json, application/*+json or */*`,
      );
    }
    if (end === undefined) exact.set(start, format);
    else patterns.push({ start, end, format });
  }
  const first = Object.values(formats)[0];
  if (first === undefined) throw new TypeError("body: at least one media type must be given, such as application/json");
  const hasJson = Object.values(formats).includes("json");
  return { first, exact, patterns, names: Object.keys(formats).join(", "), hasJson };
}

function isFormatObject(format: unknown): boolean {
  if (typeof format !== "object" || format === null) return false;
  const { jsonInForm, parse } = format as { readonly jsonInForm?: unknown; readonly parse?: unknown };
  return (typeof jsonInForm === "string" && jsonInForm !== "") || typeof parse === "function";
}

/** How the sender's body is to be read; `undefined` where its Content-Type is not one of the sender's, or came twice. */
export function formatFor(formats: CompiledFormats, headers: HeaderLines): BodyFormat | undefined {
  const contentType = headers.once("content-type");
  if (contentType === undefined) return formats.first;
  if (typeof contentType !== "string") return undefined;
  const plain = formats.exact.get(contentType);
  if (plain !== undefined) return plain;
  const semicolon = contentType.indexOf(";");
  const mediaType = mediaTypeIn(contentType);
  const format = formats.exact.get(mediaType) ?? formats.patterns.find((one) => matches(one, mediaType))?.format;
  if (semicolon < 0 || format === undefined || format === "bytes") return format;
  return isUtf8(contentType.slice(semicolon + 1)) ? format : undefined;
}

/**
 * The media type that a format is chosen by, for proofs and event rows that depend on it: lower case, without parameters;
 * `undefined` where no Content-Type came, or two.
 */
export function mediaTypeOf(headers: HeaderLines): string | undefined {
  const contentType = headers.once("content-type");
  return typeof contentType === "string" ? mediaTypeIn(contentType) : undefined;
}

function mediaTypeIn(contentType: string): string {
  const semicolon = contentType.indexOf(";");
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
}

/** Whether requests of that method have no body to speak of. */
export function isBodiless(method: string): boolean {
  return BODILESS.has(method);
}

function matches(pattern: MediaPattern, mediaType: string): boolean {
  const { start, end } = pattern;
  if (start === "" && end === "") return true;
  return mediaType.length > start.length + end.length && mediaType.startsWith(start) && mediaType.endsWith(end);
}

/** Whether no `charset` among the parameters says anything but UTF-8. */
function isUtf8(parameters: string): boolean {
  for (const parameter of parameters.split(";")) {
    const equals = parameter.indexOf("=");
    if (equals < 0 || parameter.slice(0, equals).trim().toLowerCase() !== "charset") continue;
    const label = parameter
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, "$1");
    if (!UTF_8_LABELS.has(label.toLowerCase())) return false;
  }
  return true;
}
