// Collects the log lines of the sources: warnings and errors with their fixed texts.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface LogLine {
  readonly file: string;
  /** The longest text of the line without placeholders. */
  readonly text: string;
}

/** Calls that write a warning, and the constructor of errors that are logged. */
const CALLS = /(?:\bwarn|\bwarnings\.push|\breport|\bnew WebhookError)\(/g;
/** Rooms whose output is not the receiver's log. */
const OTHER_OUTPUT = /^src\/(cli|inspector|testing)\//;

/** Every literal text that such a call can write. A text that is passed on as a variable is found where it is made. */
export function logLines(root: string): readonly LogLine[] {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((name) => join("src", name))
    .filter((name) => name.endsWith(".ts") && !OTHER_OUTPUT.test(name));
  return files.flatMap((file) => {
    const source = withoutComments(readFileSync(join(root, file), "utf8"));
    return textsIn(source).map((text) => ({ file, text }));
  });
}

function textsIn(source: string): readonly string[] {
  const texts: string[] = [];
  for (const { index, 0: call } of source.matchAll(CALLS)) {
    const argument = argumentsAt(source, index + call.length);
    const literals = literalsIn(argument);
    const names = [...argument.matchAll(/\b[A-Z][A-Z_]{3,}\b/g)].map(([name]) => name);
    const constants = names.flatMap((name) => {
      const at = source.search(new RegExp(`\\bconst ${name}\\b[^=]*=`));
      return at < 0 ? [] : literalsIn(source.slice(at, source.indexOf(";\n", at)));
    });
    const longest = [...literals, ...constants].map(longestFixedPart).filter((text) => / .* /.test(text));
    texts.push(...longest);
  }
  // Lists of warnings that the senders' schemes carry: `warnings: [UNBOUND_BODY]`.
  for (const [, name = ""] of source.matchAll(/warnings: [^,;]*?\b([A-Z][A-Z_]{3,})\b/g)) {
    const at = source.search(new RegExp(`\\bconst ${name}\\b[^=]*=`));
    if (at >= 0) texts.push(...literalsIn(source.slice(at, source.indexOf(";\n", at))).map(longestFixedPart));
  }
  // Stores write what their own functions return.
  if (/function (?:\w*[wW]atch\w*|never|persistence|eviction)\(|#reportOnce\(/.test(source))
    texts.push(
      ...literalsIn(source)
        .filter((text) => /^(?:memory|redis)Store: /.test(text))
        .map(longestFixedPart),
    );
  return [...new Set(texts)].filter((text) => !/^(?:retryStrategy|socket): /.test(text));
}

function argumentsAt(source: string, start: number): string {
  let depth = 1;
  let at = start;
  for (; depth > 0 && at < source.length; at++) depth += source[at] === "(" ? 1 : source[at] === ")" ? -1 : 0;
  return source.slice(start, at);
}

function literalsIn(text: string): readonly string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g)].map(
    ([, plain, template]) => plain ?? template ?? "",
  );
}

function longestFixedPart(literal: string): string {
  const parts = literal
    .replaceAll('\\"', '"')
    .replaceAll("\\`", "`")
    .split(/\$\{[^}]*\}|"$/);
  return parts
    .map((part) => part.trim())
    .reduce((longest, part) => (part.length > longest.length ? part : longest), "");
}

function withoutComments(source: string): string {
  return source
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/(?<=[;,{)]) \/\/ .*$/gm, "");
}
