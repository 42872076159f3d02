// Parses a body that is or contains a token into the claims of the token, which `jwt` has verified.

import { type CustomFormat, unreadable } from "../../body-formats/format.js";
import { memberOf } from "../../core/read-field.js";
import { type Parsed, parseJson, parseJsonText } from "../../lib/json.js";
import { jwtPayload } from "./jws-parse.js";

/** How the claims of a token are read. */
export interface TokenFormatOptions {
  /** Claims that are JSON texts, outermost first: `["data", "data.data"]` (Wix). Each is replaced by its parsed value. */
  readonly jsonClaims?: readonly string[];
}

/** The whole body is a token (Kinde, Wix); for `jwt({ at: "body" })`. */
export function tokenBody({ jsonClaims = [] }: TokenFormatOptions = {}): CustomFormat {
  return {
    name: "token",
    parse({ body }) {
      const claims = jwtPayload(body.toString("latin1"));
      return claims.ok ? unfold(claims.value, jsonClaims) : claims;
    },
    encode: (payload) => Buffer.from(JSON.stringify(folded(payload, jsonClaims)), "utf8"),
  };
}

/** A property of the JSON body is a token (Apple); for `jwt({ at: json(path), isPayload: true })`. */
export function tokenMember(path: string): CustomFormat {
  return {
    name: "token",
    parse({ body }) {
      const parsed = parseJson(body);
      if (!parsed.ok) return parsed;
      const token = memberOf(parsed.value, path);
      return typeof token === "string" ? jwtPayload(token) : unreadable(`the body has no token at ${path}`);
    },
    // The claims. The scheme makes a token of them when it signs.
    encode: (payload) => Buffer.from(JSON.stringify(payload), "utf8"),
  };
}

function unfold(claims: unknown, paths: readonly string[]): Parsed<unknown> {
  let value = claims;
  for (const path of paths) {
    const text = memberOf(value, path);
    if (text === undefined) continue;
    const parsed = typeof text === "string" ? parseJsonText(text) : unreadable(`the claim ${path} is no text`);
    if (!parsed.ok) return unreadable(`the claim ${path} is not JSON`);
    value = replaced(value, path.split("."), parsed.value);
  }
  return { ok: true, value };
}

function folded(claims: unknown, paths: readonly string[]): unknown {
  return [...paths].reverse().reduce((value, path) => {
    const member = memberOf(value, path);
    if (member === undefined || typeof member === "string") return value;
    return replaced(value, path.split("."), JSON.stringify(member));
  }, claims);
}

/** A copy with the property at the path. */
function replaced(value: unknown, [name, ...rest]: readonly string[], member: unknown): unknown {
  if (name === undefined) return member;
  const object = value as Record<string, unknown>;
  return { ...object, [name]: replaced(object[name], rest, member) };
}
