// Verifies HTTP Basic credentials (RFC 7617).

import { type Auth, COVERS_NOTHING, fromHead, type Proof, refuse } from "../../core/auth.js";
import { decodeUtf8 } from "../../lib/json.js";
import { isPromise } from "../../lib/maybe-promise.js";
import { CHECKED_LATER, checkOptions, isText, type OptionRules } from "../../lib/options.js";
import type { Secrets } from "../keys/secrets.js";
import { authorizationReader } from "../request/authorization-header.js";
import { writeField } from "../request/write-field.js";
import { unsendableAsPassword } from "./credential-charset.js";
import { compileSharedToken } from "./shared-token.js";

/** Options of `basicAuth`. */
export interface BasicAuthOptions {
  /** Without a colon (RFC 7617 section 2). The type allows `undefined` so that `process.env.X` can be passed; `undefined` is refused. */
  readonly username: string | undefined;
  /** One, several while rotating, or a function. */
  readonly password: Secrets;
}

const RULES: OptionRules<BasicAuthOptions> = {
  username: {
    must: "be a non-empty text without a colon",
    fits: (value) => isText(value) && !value.includes(":"),
    isRequired: true,
    isPrivate: true,
  },
  password: CHECKED_LATER,
};
const readBasic = /* @__PURE__ */ authorizationReader("Basic");
const WRONG = /* @__PURE__ */ refuse("unauthenticated", "the user name is another one");
const MALFORMED = /* @__PURE__ */ refuse(
  "bad_credentials",
  "Authorization is not `Basic <base64 of user:password, UTF-8>`",
);

/**
 * Verifies a user name and a password (HTTP Basic).
 *
 * Shape:   `Authorization: Basic <base64 of username:password, UTF-8>`
 * Source:  RFC 7617.
 * Promise: the sender knows both. Not promised: anything about the delivery itself.
 *
 * @throws {TypeError} When either is missing or malformed.
 * @example basicAuth({ username: "postmark", password: process.env.POSTMARK_PASSWORD })
 */
export function basicAuth(options: BasicAuthOptions): Auth {
  checkOptions("basicAuth", options, RULES);
  const username = options.username as string;
  const why = unsendableAsPassword(username);
  if (why !== undefined) throw new TypeError(`basicAuth: username ${why}`);
  const shared = compileSharedToken(options.password, "basicAuth: password", unsendableAsPassword);
  return fromHead({
    scheme: "basic-auth",
    covers: COVERS_NOTHING,
    signsTime: false,
    credentialHeaders: ["authorization"],
    needsPublicUrl: false,
    challenge: 'Basic realm="webhooks", charset="UTF-8"',
    warnings: shared.warnings,
    verify(delivery) {
      const encoded = readBasic(delivery.headers);
      if (typeof encoded !== "string") return encoded;
      const text = decodeUtf8(Buffer.from(encoded, "base64"));
      const colon = text?.indexOf(":") ?? -1;
      if (text === undefined || colon < 0 || Buffer.from(text, "utf8").toString("base64") !== encoded) return MALFORMED;
      const judged = shared.judge(delivery, text.slice(colon + 1));
      if (text.slice(0, colon) === username) return judged;
      // A wrong user name takes as long as a wrong password and gets the same answer, so neither can be guessed alone.
      return isPromise(judged) ? judged.then(asWrong) : asWrong(judged);
    },
    sign: (request, key) =>
      shared.sign(request, key, (password) => {
        const pair = Buffer.from(`${username}:${password}`, "utf8").toString("base64");
        return writeField(request, { in: "header", name: "authorization" }, `Basic ${pair}`);
      }),
  });
}

function asWrong(proof: Proof): Proof {
  return proof.ok ? WRONG : proof;
}
