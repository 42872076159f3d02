// Finds properties of a JSON text by name or path without parsing it: in one pass, without recursion, also in truncated text.

/** A property of an object, `"name": value`, by positions in the text. */
export interface JsonMember {
  /** The position of the name's opening quote. */
  readonly start: number;
  /** The position of the value's first character. */
  readonly valueStart: number;
  /** The position after the value; the end of the text where the value is truncated. */
  readonly end: number;
}

/**
 * The wanted properties, in their order. Properties inside a wanted one are not searched. Accepts any text: a value is what
 * follows a name and a colon. An item of an array is in a path by its index.
 *
 * @param isWanted - Called with the path of each property. The path is the same array in all calls.
 */
export function findJsonMembers(
  text: string,
  isWanted: (path: readonly string[], isString: boolean) => boolean,
): readonly JsonMember[] {
  const found: JsonMember[] = [];
  const path: string[] = [];
  /** The index of the current item; -1 in an object. */
  const items: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character === "{" || character === "[") {
      items.push(character === "[" ? 0 : -1);
      path.push("0");
    } else if (character === "}" || character === "]") {
      items.pop();
      path.pop();
    } else if (character === ",") {
      const item = items.at(-1) ?? -1;
      if (item < 0) continue;
      items[items.length - 1] = item + 1;
      path[path.length - 1] = String(item + 1);
    } else if (character === '"') {
      const end = endOfString(text, at);
      const colon = skipBlanks(text, end);
      if (text[colon] !== ":") {
        at = end - 1;
        continue;
      }
      path[Math.max(0, path.length - 1)] = unquoted(text.slice(at, end));
      const valueStart = skipBlanks(text, colon + 1);
      if (isWanted(path, text[valueStart] === '"')) {
        const member = { start: at, valueStart, end: endOfValue(text, valueStart) };
        found.push(member);
        at = member.end - 1;
      } else at = colon;
      if (items.length === 0) path.length = 0; // not JSON: a name outside of an object
    }
  }
  return found;
}

/** The text with each of these values replaced. */
export function withValues(text: string, members: readonly JsonMember[], value: string): string {
  let written = "";
  let from = 0;
  for (const { valueStart, end } of members) {
    written += text.slice(from, valueStart) + value;
    from = end;
  }
  return written + text.slice(from);
}

/** The text without these properties and their commas. */
export function withoutMembers(text: string, members: readonly JsonMember[]): string {
  const kept: string[] = [];
  let from = 0;
  for (const { start, end } of members) {
    if (start > from) kept.push(text.slice(from, start));
    const next = skipBlanks(text, end);
    if (text[next] === ",") {
      from = skipBlanks(text, next + 1);
      continue;
    }
    const before = kept.at(-1)?.trimEnd();
    if (before?.endsWith(",")) kept[kept.length - 1] = before.slice(0, -1);
    from = end;
  }
  return kept.join("") + text.slice(from);
}

/** The position after a JSON value that begins here; the end of the text for a truncated one. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '"') {
      at = endOfString(text, at) - 1;
      if (depth === 0) return at + 1;
    } else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (character === "," || isBlank(text, at))) return at;
  }
  return text.length;
}

/** The position after the closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text, at)) at++;
  return at;
}

/** RFC 8259 section 2. */
function isBlank(text: string, at: number): boolean {
  const character = text[at];
  return character === " " || character === "\n" || character === "\t" || character === "\r";
}

/** Decodes escapes: `\u0074oken` is `token`. */
function unquoted(text: string): string {
  if (!text.includes("\\")) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return text.slice(1, -1);
  }
}
