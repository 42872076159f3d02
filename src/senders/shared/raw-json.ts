// Finds the text of a JSON property as it was sent, for vendors that sign that text.

/** A string, or anything that is neither white space nor punctuation: numbers and the three words. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]|[^\s{}[\]:,"]+|\s+/gy;

/** The tokens of a JSON text, white space left out; `undefined` where it is none. */
function tokensOf(text: string): readonly { readonly text: string; readonly at: number }[] | undefined {
  const tokens: { text: string; at: number }[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) return undefined;
    if (token.trim() !== "") tokens.push({ text: token, at });
  }
  return tokens;
}

/**
 * The text of one member of the outermost object, from its first character to its last.
 *
 * The caller has parsed the text already, so it is JSON.
 *
 * @returns `undefined` where the member is not there, or there twice: parsers differ in which one they take.
 */
export function rawMember(text: string, name: string): string | undefined {
  const tokens = tokensOf(text);
  if (tokens?.[0]?.text !== "{") return undefined;
  let found: string | undefined;
  let depth = 0;
  let start = -1;
  for (const [index, token] of tokens.entries()) {
    const isEnd = (token.text === "," && depth === 1) || (token.text === "}" && depth === 1);
    if (isEnd && start >= 0) {
      if (found !== undefined) return undefined;
      found = text.slice(start, token.at).trimEnd();
      start = -1;
    }
    if (token.text === "{" || token.text === "[") depth++;
    if (token.text === "}" || token.text === "]") depth--;
    const isName = depth === 1 && token.text.startsWith('"') && tokens[index + 1]?.text === ":";
    if (isName && JSON.parse(token.text) === name) start = tokens[index + 2]?.at ?? -1;
  }
  return found;
}

/** A JSON text as PHP's `json_encode` writes it by default: no white space, `\/`, and `\uxxxx` beyond ASCII; numbers as they stand. */
export function phpJson(text: string): string {
  return (tokensOf(text) ?? [])
    .map((token) => (token.text.startsWith('"') ? phpString(token.text) : token.text))
    .join("");
}

function phpString(token: string): string {
  return JSON.stringify(JSON.parse(token))
    .replaceAll("/", "\\/")
    .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
