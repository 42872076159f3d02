// Reads the credentials behind a scheme in `Authorization` (RFC 9110 sections 11.4 and 11.6.2).

import { absent, type Refusal, refuse } from "../../core/auth.js";
import { type HeaderLines, REPEATED } from "../../lib/headers.js";

/** Reads the credentials, which have no white space. A refusal if there are none. */
export type AuthorizationReader = (headers: HeaderLines) => string | Refusal;

const MISSING: Refusal = /* @__PURE__ */ absent("no Authorization header came");
const TWICE: Refusal = /* @__PURE__ */ refuse("bad_credentials", "Authorization came more than once");

/** Expects the scheme in any case, exactly one space, and the credentials. Another scheme counts as absent credentials. */
export function authorizationReader(scheme: "Bearer" | "Basic"): AuthorizationReader {
  const own = new RegExp(`^${scheme} (\\S+)$`, "i");
  const other = new RegExp(`^(?!${scheme}(?: |$))[!#$%&'*+.^_\`|~0-9a-z-]+(?: \\S|$)`, "i");
  const isOther = absent(`Authorization does not begin with "${scheme} ": it is of another scheme`);
  const malformed = refuse("bad_credentials", `Authorization is not "${scheme}", one space, and credentials`);

  return function readAuthorization(headers) {
    const value = headers.once("authorization");
    if (value === undefined) return MISSING;
    if (value === REPEATED) return TWICE;
    const credentials = own.exec(value)?.[1];
    if (credentials !== undefined) return credentials;
    return other.test(value) ? isOther : malformed;
  };
}
