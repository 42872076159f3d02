// Chooses a body's format by its Content-Type. Compiled once per receiver.
import type { HeaderLines } from "../lib/headers.js";
import type { BodyFormat, BodyFormats } from "./format.js";

/** Methods whose requests have no content (RFC 9110 section 9.3). Some handshakes use them. */
const BODILESS: ReadonlySet<string> = /* @__PURE__ */ new Set(["GET", "HEAD", "OPTIONS"]);
/** The names of UTF-8, and of its subset ASCII. No other encoding is decoded. */
const UTF_8_LABELS: ReadonlySet<string> = /* @__PURE__ */ new Set(["utf-8", "utf8", "us-ascii", "ascii"]);
const PLAIN_FORMATS: ReadonlySet<unknown> = /* @__PURE__ */ new Set<BodyFormat>(["json", "form", "text", "bytes"]);
/** `type/subtype`, tokens of RFC 9110 section 5.6.2. The star of a pattern is a token character, too. */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+$/;

/** Compiled body formats. */
export interface CompiledFormats {
  readonly first: BodyFormat;
  readonly exact: ReadonlyMap<string, BodyFormat>;
  readonly patterns: readonly MediaPattern[];
  /** The media types as they were configured, for hints. */
  readonly names: string;
  /** Whether the sender also sends JSON. Then a form that is JSON is a body whose unsigned Content-Type was changed. */
  readonly hasJson: boolean;
}

interface MediaPattern {
  readonly start: string;
  readonly end: string;
  readonly format: BodyFormat;
}

/** @throws {TypeError} When there is no format, a media type is malformed, or a format is unknown. */
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

/** The format of a body; `undefined` where its Content-Type is not one of the sender's, or is given twice. */
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
 * The media type by which the format is chosen, for schemes and event fields that depend on it: lower case, without
 * parameters; `undefined` where there is no Content-Type, or more than one.
 */
export function mediaTypeOf(headers: HeaderLines): string | undefined {
  const contentType = headers.once("content-type");
  return typeof contentType === "string" ? mediaTypeIn(contentType) : undefined;
}

function mediaTypeIn(contentType: string): string {
  const semicolon = contentType.indexOf(";");
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
}

/** Whether requests with that method have no body. */
export function isBodiless(method: string): boolean {
  return BODILESS.has(method);
}

function matches(pattern: MediaPattern, mediaType: string): boolean {
  const { start, end } = pattern;
  if (start === "" && end === "") return true;
  return mediaType.length > start.length + end.length && mediaType.startsWith(start) && mediaType.endsWith(end);
}

/** Whether every `charset` among the parameters is UTF-8. */
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
