// Lists the bodies that a sender may have signed, when the given body was changed on its way.
import { parseJson } from "../lib/json.js";

export interface BodyVariant {
  readonly code: "body_changed" | "body_reencoded";
  readonly body: Buffer;
  /** How the body that was signed differs from this one. */
  readonly wrong: string;
  readonly fix: string;
}

const RAW =
  "Verify over the bytes as they came: mount the receiver before express.json(), or keep them with express.json({ verify: captureRawBody }).";
const SAVED = "Save and pass the body byte by byte: curl --data-binary, printf instead of echo, no editor in between.";
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** An indented body is rarely this many times longer than one without indentation. */
const MAX_GROWTH = 16;

/**
 * The bodies that the sender may have signed instead of this one. At most about sixty, and none longer than 16 times the given
 * one, since an attacker may have sent it.
 */
export function* bodyVariants(body: Buffer): Generator<BodyVariant> {
  yield* byteVariants(body);
  yield* jsonVariants(body);
}

function* byteVariants(body: Buffer): Generator<BodyVariant> {
  const text = body.toString("latin1"); // byte for byte
  const variant = (changed: string, wrong: string, fix = SAVED): BodyVariant => ({
    code: "body_changed",
    body: Buffer.from(changed, "latin1"),
    wrong,
    fix,
  });
  if (text.endsWith("\n")) {
    yield variant(text.slice(0, text.endsWith("\r\n") ? -2 : -1), "a line break was added at its end");
    yield variant(withoutLineBreaks(text), "line breaks were added at its end");
  } else {
    yield variant(`${text}\n`, "the line break at its end was cut off");
    yield variant(`${text}\r\n`, "the line break at its end was cut off");
  }
  if (text.includes("\r\n")) yield variant(text.replaceAll("\r\n", "\n"), "its line breaks became CRLF");
  else if (text.includes("\n")) yield variant(text.replaceAll("\n", "\r\n"), "its line breaks (CRLF) became LF");
  const trimmed = text.trim();
  if (trimmed !== text) yield variant(trimmed, "white space was added around it");
  if (body.subarray(0, 3).equals(BOM)) {
    yield { code: "body_changed", body: body.subarray(3), wrong: "a byte order mark was added", fix: SAVED };
  }
  if (/^[A-Za-z0-9+/\s]{8,}={0,2}$/.test(trimmed)) {
    const fix = "Decode it first: API Gateway and others pass bodies so (isBase64Encoded).";
    yield { code: "body_changed", body: Buffer.from(text, "base64"), wrong: "it is still in base64", fix };
  }
  if (/[\x80-\xff]/.test(text)) {
    const wrong = "it was read in another encoding than UTF-8 and written again";
    const twice = body.toString("utf8");
    yield { code: "body_changed", body: Buffer.from(twice, "latin1"), wrong, fix: RAW };
    yield { code: "body_changed", body: Buffer.from(text, "utf8"), wrong, fix: RAW };
  }
}

function withoutLineBreaks(text: string): string {
  let end = text.length;
  while (text[end - 1] === "\n" || text[end - 1] === "\r") end--;
  return text.slice(0, end);
}

/** The common ways to serialise JSON, of JavaScript and other languages. */
const LAYOUTS: readonly (readonly [string, (value: unknown) => string])[] = [
  ["without white space", (value) => JSON.stringify(value)],
  ["with an indent of 2", (value) => JSON.stringify(value, null, 2)],
  ["with an indent of 4", (value) => JSON.stringify(value, null, 4)],
  ["with a blank after commas and colons, as Python writes it", spaced],
];
const ESCAPES: readonly (readonly [string, (text: string) => string])[] = [
  ["", (text) => text],
  [", with non-ASCII characters escaped", (text) => text.replace(/[\u0080-\uffff]/g, escaped)],
  [", with slashes escaped, as PHP does", (text) => text.replaceAll("/", "\\/")],
  [", with <, > and & escaped, as Go does", (text) => text.replace(/[<>&\u2028\u2029]/g, escaped)],
  [
    ", with slashes and non-ASCII characters escaped, as PHP does",
    (text) => text.replaceAll("/", "\\/").replace(/[\u0080-\uffff]/g, escaped),
  ],
];

function* jsonVariants(body: Buffer): Generator<BodyVariant> {
  const parsed = parseJson(body); // the depth is limited: serialising recurses, and indents each line by its depth
  if (!parsed.ok) return;
  for (const [layout, write] of LAYOUTS) {
    const written = write(parsed.value);
    if (written.length > body.length * MAX_GROWTH) continue;
    for (const [escapes, escapeIn] of ESCAPES) {
      const text = escapeIn(written);
      if (escapes !== "" && text === written) continue;
      for (const end of ["", "\n"]) {
        const wrong = `it was parsed and written again as JSON: the sender's was ${layout}${escapes}${end === "" ? "" : ", with a line break at its end"}`;
        yield { code: "body_reencoded", body: Buffer.from(text + end), wrong, fix: RAW };
      }
    }
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** As `json.dumps` does. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${spaced(member)}`);
  return `{${members.join(", ")}}`;
}
