// Verifies a fixed token in a header, the query or the body.

import { type Auth, absent, COVERS_NOTHING, fromHead, type Refusal, refuse } from "../../core/auth.js";
import type { Delivery } from "../../core/delivery.js";
import type { Field } from "../../core/field.js";
import { REPEATED } from "../../lib/headers.js";
import { CHECKED_LATER, checkOptions, type OptionRules } from "../../lib/options.js";
import type { Secrets } from "../keys/secrets.js";
import { bodySecrets } from "../request/body-secrets.js";
import { PrivateFields, UNREADABLE, type UnverifiedField } from "../request/unverified-fields.js";
import { writeField } from "../request/write-field.js";
import { unsendableInHeader } from "./credential-charset.js";
import { compileSharedToken } from "./shared-token.js";

/** Options of `staticToken`. */
export interface StaticTokenOptions {
  /** One, several while rotating, or a function. */
  readonly token: Secrets;
  /** `header("x-gitlab-token")`, `query("token")`, `json("sharedSecret")`, `form("key")`. */
  readonly at: Field<"text">;
  /** Fixed text before the token: `KakaoAK `. */
  readonly prefix?: string;
}

const PLACES: readonly unknown[] = ["header", "query", "json", "form"];
const RULES: OptionRules<StaticTokenOptions> = {
  token: CHECKED_LATER,
  at: {
    must: 'be header(…), query(…), json(…) or form(…), such as header("x-token")',
    fits: (value) => PLACES.includes((value as Field | null)?.in),
    isRequired: true,
  },
  prefix: { must: 'be a text, such as "Token "', fits: (value) => typeof value === "string", isPrivate: true },
};

/**
 * Verifies a token that the sender writes into a header, the query, or a field of the body.
 *
 * Promise: the sender has the token. Handlers and inboxes do not get it: a field of the body with the token is removed from
 * payload and body. Not promised: anything about the delivery itself. Who sees one delivery can send others.
 *
 * @throws {TypeError} When the token is missing or malformed, or the place is none of the four.
 * @example staticToken({ token: process.env.GITLAB_TOKEN, at: header("x-gitlab-token") })
 */
export function staticToken(options: StaticTokenOptions): Auth {
  checkOptions("staticToken", options, RULES);
  const { prefix = "" } = options;
  const at = options.at as UnverifiedField;
  if (at.name.includes("*")) throw new TypeError(`staticToken: at must name one place; "${at.name}" names several`);
  const shared = compileSharedToken(
    options.token,
    "staticToken: token",
    at.in === "header" ? unsendableInHeader : () => undefined,
  );
  const where = `${at.in} ${at.name}`;

  function presented(delivery: Delivery): string | Refusal {
    const value =
      at.in === "header" ? delivery.headers.once(at.name) : new PrivateFields(delivery).read(at.in, at.name);
    if (value === REPEATED || value === UNREADABLE) return refuse("bad_credentials", `${where} is not one text`);
    if (value === undefined) return absent(`no token at ${where}`);
    if (value === "" || !value.startsWith(prefix))
      return refuse("bad_credentials", `${where} is empty or lacks its prefix`);
    return value.slice(prefix.length);
  }

  const auth: Auth = {
    scheme: "static-token",
    covers: COVERS_NOTHING,
    signsTime: false,
    credentialHeaders: at.in === "header" ? [at.name] : [],
    ...(at.in === "query" ? { credentialQuery: [at.name] } : {}),
    writes: [{ in: at.in, name: at.name }],
    ...(at.in === "json" || at.in === "form" ? bodySecrets([{ in: at.in, name: at.name }]) : {}),
    needsPublicUrl: false,
    warnings: shared.warnings,
    verify(delivery) {
      const token = presented(delivery);
      return typeof token === "string" ? shared.judge(delivery, token) : token;
    },
    sign: (request, key) => shared.sign(request, key, (token) => writeField(request, at, prefix + token)),
  };
  return at.in === "header" || at.in === "query" ? fromHead(auth) : auth;
}
