// What of a delivery is a secret, and must not be looked at? What its sender's proof names, what bears a telling name, and
// what the operator named.
import type { BodyView, HeaderView } from "./wire.js";

/** Header names that hold secrets whoever sends them. */
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "x-forwarded-client-cert",
]);
/** Words that make a name telling. */
const TELLING = /(?:^|[-_.])(?:token|secret|signature|passw(?:or)?d|api[-_]?key|session|credentials?)(?:$|[-_.])/i;

export const SCRUBBED = "[scrubbed]";

/** Of one receiver. */
export interface Secrets {
  /** Lower case. */
  readonly headers: ReadonlySet<string>;
  readonly query: ReadonlySet<string>;
  /** Names of members or fields of bodies, without the path to them. */
  readonly members: ReadonlySet<string>;
}

export interface SecretSources {
  readonly credentialHeaders: readonly string[];
  readonly credentialQuery?: readonly string[];
  readonly writes?: readonly { readonly in: string; readonly name: string }[];
}

/** @param own - Names that the operator gave: of headers, query parameters and members alike. */
export function secretsOf(proof: SecretSources, own: readonly string[]): Secrets {
  const written = (proof.writes ?? []).filter((place) => place.in === "json" || place.in === "form");
  return {
    headers: new Set([...SECRET_HEADERS, ...lower(proof.credentialHeaders), ...lower(own)]),
    query: new Set([...(proof.credentialQuery ?? []), ...own]),
    members: new Set([...written.map(({ name }) => lastOf(name)), ...own]),
  };
}

function lower(names: readonly string[]): string[] {
  return names.map((name) => name.toLowerCase());
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

/** @param raw - Name, value, name, value, … */
export function scrubHeaders(raw: readonly string[], secrets: Secrets): HeaderView[] {
  const views: HeaderView[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = (raw[at] as string).toLowerCase();
    const value = raw[at + 1] as string;
    const isSecret = secrets.headers.has(name) || TELLING.test(name);
    views.push({ name, value: isSecret ? null : value, length: value.length });
  }
  return views;
}

/** @returns The query as it may be shown, as it was sent but for the values of secrets. */
export function scrubQuery(query: string, secrets: Secrets): string {
  return query
    .split("&")
    .map((pair) => (isSecretPair(pair, secrets.query) ? `${nameOf(pair)}=${SCRUBBED}` : pair))
    .join("&");
}

function isSecretPair(pair: string, names: ReadonlySet<string>): boolean {
  const name = decoded(nameOf(pair));
  return names.has(name) || TELLING.test(name);
}

function nameOf(pair: string): string {
  const at = pair.indexOf("=");
  return at < 0 ? pair : pair.slice(0, at);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

/** @param shown - The beginning of the body, or all of it. */
export function viewBody(shown: Buffer, sizeBytes: number, secrets: Secrets): BodyView {
  const text = utf8(shown, shown.length < sizeBytes);
  if (text === undefined) {
    return {
      text: null,
      base64: shown.toString("base64"),
      sizeBytes,
      shownBytes: shown.length,
      isScrubbed: false,
    };
  }
  const scrubbed = scrubText(text, secrets.members);
  return {
    text: scrubbed,
    base64: null,
    sizeBytes,
    shownBytes: shown.length,
    isScrubbed: scrubbed !== text,
  };
}

/** The bytes may end within a character where they were cut. */
function utf8(bytes: Buffer, isCut: boolean): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
  } catch {
    return undefined;
  }
}

/** In JSON and forms alike, by name: the text stays what came, for a value that was written anew would hide what was sent. */
function scrubText(text: string, members: ReadonlySet<string>): string {
  let scrubbed = text;
  for (const name of members) {
    scrubbed = scrubMember(scrubbed, name).replace(
      new RegExp(`(^|&)(${escapeRegExp(encodeURIComponent(name))}=)[^&]*`, "g"),
      `$1$2${SCRUBBED}`,
    );
  }
  return scrubbed;
}

function scrubMember(text: string, name: string): string {
  const key = new RegExp(`${escapeRegExp(JSON.stringify(name))}\\s*:\\s*`, "g");
  let scrubbed = "";
  let from = 0;
  for (let found = key.exec(text); found !== null; found = key.exec(text)) {
    const start = found.index + found[0].length;
    scrubbed += `${text.slice(from, start)}"${SCRUBBED}"`;
    from = endOfValue(text, start);
    key.lastIndex = from;
  }
  return scrubbed + text.slice(from);
}

/** Where a JSON value ends that begins here; of a value that was cut off, the end. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at] as string;
    if (character === '"') {
      at = endOfString(text, at);
      if (depth === 0) return at + 1;
    } else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") {
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (character === "," || character === "\n")) return at;
  }
  return text.length;
}

/** Of the closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
