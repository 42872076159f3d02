// Makes JSON readable without changing it: only white space is put in, and numbers and repeats stay as they came.

const MAX_DEPTH = 200;
/** What is so much longer when it is indented is nested to annoy, and is shown as it came. */
const MAX_GROWTH = 16;

/** The text with line breaks; `undefined` where it is no JSON. */
export function indented(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text) || !isJson(text)) return undefined;
  let out = "";
  let depth = 0;
  const most = text.length * MAX_GROWTH + 10_000;
  for (let at = 0; at < text.length; at++) {
    if (out.length > most) return undefined;
    const character = text[at] as string;
    if (character === '"') {
      const end = endOfString(text, at);
      out += text.slice(at, end + 1);
      at = end;
    } else if (character === "{" || character === "[") {
      const close = nextSeen(text, at + 1);
      if (text[close] === "}" || text[close] === "]") {
        out += character + text[close];
        at = close;
      } else out += character + lineBreak(++depth);
    } else if (character === "}" || character === "]") out += lineBreak(--depth) + character;
    else if (character === ",") out += `,${lineBreak(depth)}`;
    else if (character === ":") out += ": ";
    else if (!/\s/.test(character)) out += character;
  }
  return out;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function lineBreak(depth: number): string {
  return `\n${"  ".repeat(Math.min(Math.max(depth, 0), MAX_DEPTH))}`;
}

function nextSeen(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at] as string)) at++;
  return at;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}
