// Verifies an opaque bearer token (RFC 6750).

import { type Auth, absent, COVERS_NOTHING, fromHead, type Refusal, refuse } from "../../core/auth.js";
import { type Delivery, queryParameter } from "../../core/delivery.js";
import { REPEATED } from "../../lib/headers.js";
import { CHECKED_LATER, checkOptions, isText, type OptionRules } from "../../lib/options.js";
import type { Secrets } from "../keys/secrets.js";
import { authorizationReader } from "../request/authorization-header.js";
import { writeField } from "../request/write-field.js";
import { TOKEN68, unsendableAsBearer } from "./credential-charset.js";
import { compileSharedToken } from "./shared-token.js";

/** Options of `bearerToken`. */
export interface BearerTokenOptions {
  /** One, several while rotating, or a function. */
  readonly token: Secrets;
  /** A query parameter that may carry the token instead of the header (RFC 6750 section 2.3): `access_token`. URLs end up in logs; prefer the header. */
  readonly query?: string;
}

const RULES: OptionRules<BearerTokenOptions> = {
  token: CHECKED_LATER,
  query: { must: 'name a parameter, such as "access_token"', fits: isText },
};
const readBearer = /* @__PURE__ */ authorizationReader("Bearer");
const MALFORMED = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the token has characters that bearer tokens do not have, or is empty; in a query, + must be written %2B",
);
const TWO_PLACES = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the token came twice: in Authorization and in the query, or twice in the query",
);

/**
 * Verifies a token in a header: `Authorization: Bearer <token>`.
 *
 * Shape:   scheme in any case, exactly one space, `A-Z a-z 0-9 - . _ ~ + /` and trailing `=`.
 * Source:  RFC 6750 sections 2.1, 2.3, 3.1.
 * Promise: the sender has the token. Not promised: anything about the delivery itself. A token covers neither body nor time.
 *
 * @throws {TypeError} When the token is missing or blank, or has white space or anything else that cannot be sent.
 * @example bearerToken({ token: process.env.ERP_TOKEN })
 */
export function bearerToken(options: BearerTokenOptions): Auth {
  checkOptions("bearerToken", options, RULES);
  const shared = compileSharedToken(options.token, "bearerToken: token", unsendableAsBearer);
  const { query } = options;
  const nowhere = absent(`no token in Authorization or ?${query}=`);

  function presented(delivery: Delivery): string | Refusal {
    const inHeader = readBearer(delivery.headers);
    const isInHeader = typeof inHeader === "string" || inHeader.isAbsent !== true;
    const inQuery = query === undefined ? undefined : queryParameter(delivery.url, query);
    if (inQuery === REPEATED || (inQuery !== undefined && isInHeader)) return TWO_PLACES;
    const token = inQuery ?? inHeader;
    if (typeof token !== "string") return token.isAbsent === true && query !== undefined ? nowhere : token;
    return TOKEN68.test(token) ? token : MALFORMED;
  }

  return fromHead({
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
      shared.sign(request, key, (token) =>
        writeField(request, { in: "header", name: "authorization" }, `Bearer ${token}`),
      ),
  });
}
