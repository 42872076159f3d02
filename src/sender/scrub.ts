// Replaces secrets in headers, queries and bodies before a tool shows or stores them. Every tool uses this scrubber.
import { fieldIn, nameIn } from "../lib/body-fields.js";
import { decodeUtf8 } from "../lib/json.js";
import { findJsonMembers, withValues } from "../lib/json-members.js";
import { type SenderDefinition, secretFieldsOf } from "./sender.js";

export const SCRUBBED = "[scrubbed]";

/** Names of headers that hold secrets of any sender. */
const SECRET_HEADERS: readonly string[] = [
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "x-forwarded-client-cert",
  "x-amzn-oidc-data",
];
const WORDS =
  "secret|token|passw(?:or)?d|pwd|passphrase|authorization|api[-_]?key|access[-_]?key|private[-_]?key|signature|sig|hmac|credential|otp|cvc|cvv";
/** Names of headers and parameters that suggest a secret. */
const TELLING = new RegExp(`(?:^|[-_.])(?:${WORDS}|session)s?(?:$|[-_.])`, "i");
/** Endings of names of body fields that suggest a secret. Only endings: `token_type` and `session` are not secrets there. */
const TELLING_FIELD = new RegExp(`(?:^|[-_.])(?:${WORDS})s?$`, "i");

/** The secrets in a receiver's deliveries. */
export interface ScrubRules {
  /** Lower case. */
  readonly headers: ReadonlySet<string>;
  readonly query: ReadonlySet<string>;
  /** Names of fields of the body without their paths, since an unauthenticated body may hold them anywhere. */
  readonly fields: ReadonlySet<string>;
}

/** @param own - Names of headers, query parameters and fields that the operator has configured. */
export function scrubRulesOf(definition: SenderDefinition, own: readonly string[] = []): ScrubRules {
  const { auth, privateHeaders = [] } = definition;
  const places = [...secretFieldsOf(definition), ...(auth.writes ?? [])];
  const namesIn = (...kinds: readonly string[]): readonly string[] =>
    places.filter((place) => kinds.includes(place.in)).map((place) => place.name);
  const headers = [...SECRET_HEADERS, ...auth.credentialHeaders, ...privateHeaders, ...namesIn("header"), ...own];
  return {
    headers: new Set(headers.map((name) => name.toLowerCase())),
    query: new Set([...(auth.credentialQuery ?? []), ...namesIn("query"), ...own]),
    fields: new Set([...namesIn("json", "form").map((path) => path.slice(path.lastIndexOf(".") + 1)), ...own]),
  };
}

/** @param name - In lower case. */
export function isSecretHeader(name: string, rules: ScrubRules): boolean {
  return rules.headers.has(name) || TELLING.test(name);
}

function isSecretParameter(name: string, rules: ScrubRules): boolean {
  return rules.query.has(name) || TELLING.test(words(name));
}

/** The query as it was sent, with the values of secrets replaced. It is for people and cannot be parsed. */
export function scrubQuery(query: string, rules: ScrubRules): string {
  return query
    .split("&")
    .map((pair) => (isSecretParameter(nameIn(pair), rules) ? `${rawName(pair)}=${SCRUBBED}` : pair))
    .join("&");
}

/** The target as it was sent, without the parameters that the sender's proof or a handshake reads. The values of others whose names suggest a secret are replaced. */
export function scrubTarget(target: string, rules: ScrubRules): string {
  const at = target.indexOf("?");
  if (at < 0) return target;
  const kept = target
    .slice(at + 1)
    .split("&")
    .filter((pair) => !rules.query.has(nameIn(pair)))
    .map((pair) => (pair.includes("=") && isSecretParameter(nameIn(pair), rules) ? withValue(pair) : pair));
  return kept.length === 0 ? target.slice(0, at) : `${target.slice(0, at + 1)}${kept.join("&")}`;
}

/**
 * The body as it was sent, with the values of secrets replaced: in JSON, in a form, in JSON inside a form, and in similar parts
 * of other formats. Returns the same bytes where there is no secret.
 */
export function scrubBody(body: Buffer, rules: ScrubRules): Buffer {
  const text = decodeUtf8(body);
  const read = text ?? body.toString("latin1"); // bytes that are not UTF-8 may contain text
  const scrubbed = scrubText(read, rules);
  return scrubbed === read ? body : Buffer.from(scrubbed, text === undefined ? "latin1" : "utf8");
}

function scrubText(text: string, rules: ScrubRules): string {
  if (!text.includes('"')) return scrubForm(text, rules);
  const scrubbed = scrubJson(text, rules);
  return /^\s*[[{]/.test(text) ? scrubbed : scrubForm(scrubbed, rules);
}

function scrubJson(text: string, { fields }: ScrubRules): string {
  const found = findJsonMembers(text, (path, isString) => {
    const name = path.at(-1) as string;
    return fields.has(name) || (isString && isTellingField(name));
  });
  return found.length === 0 ? text : withValues(text, found, `"${SCRUBBED}"`);
}

function scrubForm(text: string, rules: ScrubRules): string {
  if (!text.includes("=")) return text;
  return text
    .split("&")
    .map((pair) => {
      if (!pair.includes("=")) return pair;
      const [name, value] = fieldIn(pair);
      if (rules.fields.has(name) || isTellingField(name)) return withValue(pair);
      if (!/^\s*[[{]/.test(value)) return pair;
      const scrubbed = scrubJson(value, rules);
      return scrubbed === value ? pair : withValue(pair, scrubbed);
    })
    .join("&");
}

function withValue(pair: string, value: string = SCRUBBED): string {
  return `${rawName(pair)}=${encodeURIComponent(value)}`;
}

function rawName(pair: string): string {
  return pair.split("=", 1)[0] as string;
}

function isTellingField(name: string): boolean {
  return TELLING_FIELD.test(words(name));
}

/** Splits camel case: `clientSecret` becomes `client_Secret`. */
function words(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2");
}
