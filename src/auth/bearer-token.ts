// Does the delivery carry an opaque bearer token that we gave to the sender? RFC 6750.
import { type Delivery, queryOf } from "../delivery.js";
import { REPEATED } from "../internal/headers.js";
import { refuseUnknownKeys } from "../internal/known-keys.js";
import { type Auth, absent, COVERS_NOTHING, type Refusal, refuse } from "./auth.js";
import type { Secrets } from "./secrets.js";
import { compileSharedToken } from "./shared-token.js";
import { writeField } from "./write-field.js";

export interface BearerTokenOptions {
  /** One, several while rotating, or a function. */
  readonly token: Secrets;
  /** A query parameter that may carry the token instead of the header (RFC 6750 section 2.3): `access_token`. URLs end up in logs; prefer the header. */
  readonly query?: string;
}

/** RFC 9110 section 11.1: the scheme in any case, one space, token68. */
const BEARER = /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i;
const REPEATED_HEADER = refuse("bad_credentials", "Authorization came more than once");
const MALFORMED = refuse("bad_credentials", "Authorization is not `Bearer <token>`");
const TWO_PLACES = refuse(
  "bad_credentials",
  "the token came twice: in Authorization and in the query, or twice in the query",
);

/**
 * Proves that the sender holds a token: `Authorization: Bearer <token>`.
 *
 * Shape:   scheme in any case, exactly one space, `A-Z a-z 0-9 - . _ ~ + /` and trailing `=`.
 * Source:  RFC 6750 sections 2.1, 2.3, 3.1.
 * Promise: the sender holds the token. Not promised: anything of what was sent; a token binds neither body nor time.
 *
 * @throws {TypeError} When the token is missing, blank, or has white space around it.
 * @example bearerToken({ token: process.env.ERP_TOKEN })
 */
export function bearerToken(options: BearerTokenOptions): Auth {
  refuseUnknownKeys("bearerToken", options, ["token", "query"]);
  const shared = compileSharedToken(options.token, "bearerToken: token");
  const { query } = options;
  if (query === "") throw new TypeError('bearerToken: query must name a parameter, such as "access_token"');

  function presented(delivery: Delivery): string | Refusal {
    const header = delivery.headers.once("authorization");
    const inQuery = query === undefined ? [] : new URLSearchParams(queryOf(delivery.url) ?? "").getAll(query);
    if (header === REPEATED) return REPEATED_HEADER;
    if (inQuery.length > 1 || (inQuery.length === 1 && header !== undefined)) return TWO_PLACES;
    if (header === undefined) {
      const where = query === undefined ? "Authorization" : `Authorization or ?${query}=`;
      return inQuery[0] ?? absent(`no token in ${where}`);
    }
    const token = BEARER.exec(header)?.[1];
    if (token !== undefined) return token;
    return /^bearer\b/i.test(header) || header === ""
      ? MALFORMED
      : absent("Authorization has another scheme than Bearer");
  }

  return {
    scheme: "bearer-token",
    covers: COVERS_NOTHING,
    signsTime: false,
    credentialHeaders: ["authorization"],
    ...(query === undefined ? {} : { credentialQuery: [query] }),
    needsPublicUrl: false,
    challenge: "Bearer",
    warnings: shared.warnings,
    verify(delivery) {
      const token = presented(delivery);
      return typeof token === "string" ? shared.judge(delivery, token) : token;
    },
    sign: (request, key) =>
      writeField(request, { in: "header", name: "authorization" }, `Bearer ${shared.present(key)}`),
  };
}
