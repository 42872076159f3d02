// Parses a template such as `v0:{timestamp}:{body}` into literals and placeholders.
import { nearest } from "../../lib/nearest.js";
import { latin1Of, SECRET_MARK } from "./signed-bytes.js";

export type Kind = "literal" | "body" | "timestamp" | "method" | "url" | "path" | "target" | "header" | "param" | Place;
export type Place = "json" | "form" | "query";

export interface Part {
  readonly kind: Kind;
  /** The literal, as latin1 of its UTF-8 bytes, or the name after the colon. */
  readonly name: string;
  /** The value may be missing: `{json:a.b?}` is then the empty text. */
  readonly isOptional: boolean;
  /** The literal that follows. A value must not contain it, otherwise one signature would fit two deliveries. */
  until: string;
  /** The value must match it. */
  pattern: RegExp | undefined;
}

/** Regular expressions for whole signed values, by placeholder without braces: `{ "json:amount": /\d+/ }`. */
export type ValuePatterns = Readonly<Record<string, RegExp>>;

const BARE_KINDS: readonly string[] = ["body", "timestamp", "method", "url", "path", "target"];
const NAMED_KINDS: readonly string[] = ["header", "param", "json", "form", "query"];
const PLACEHOLDER = /\{([^{}]*)\}/g;

/**
 * @throws {TypeError} When a placeholder is unknown, the body stands twice, or nothing of the delivery is signed.
 */
export function parseTemplate(template: string, where: string): readonly Part[] {
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
    // Otherwise a zero at the end of the value before could be read as the first digit of the time.
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

export function withPatterns(parts: readonly Part[], patterns: ValuePatterns, where: string): readonly Part[] {
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
