// Parses newline-delimited JSON into an array.
import { decodeUtf8, type Parsed, parseJsonText } from "../lib/json.js";
import { type CustomFormat, unreadable } from "./format.js";

/** The largest number of lines. A batch of log lines has hundreds, and each line is parsed. */
const MAX_LINES = 10_000;

/**
 * One JSON text per line; empty lines are skipped. The payload is the array, so the definition's `each` is `""`.
 */
export const ndjson: CustomFormat = {
  name: "ndjson",
  parse({ body }) {
    const text = decodeUtf8(body);
    return text === undefined ? unreadable("the body is not valid UTF-8, as JSON must be") : parseLines(text);
  },
  encode(payload) {
    const items: readonly unknown[] = Array.isArray(payload) ? payload : [payload];
    return Buffer.from(items.map((item) => `${JSON.stringify(item)}\n`).join(""), "utf8");
  },
};

function parseLines(text: string): Parsed<unknown> {
  const items: unknown[] = [];
  let number = 0;
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf("\n", start);
    const end = next < 0 ? text.length : next;
    number++;
    const line = text.slice(start, end).trim();
    start = end + 1;
    if (line === "") continue;
    if (items.length === MAX_LINES) return unreadable(`the body has more than ${MAX_LINES} lines of JSON`);
    const parsed = parseJsonText(line);
    if (!parsed.ok) return unreadable(`line ${number}: ${parsed.hint}`);
    items.push(parsed.value);
  }
  return { ok: true, value: items };
}
