// Verifies Gitea and Forgejo's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { mediaTypeOf } from "../body-formats/content-type.js";
import { refuse } from "../core/auth.js";
import { header } from "../core/field.js";
import { parseFormBody } from "../lib/form.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const FORM_TYPE = "application/x-www-form-urlencoded";
const FIELD = "payload";
const NOT_ALONE = /* @__PURE__ */ refuse("bad_credentials", `the form has other fields than one ${FIELD}`);

/** Of a form, Gitea signs the JSON in its one field, and not the form. */
const JSON_TEXT: SignedText = {
  covers: { body: true, method: false, url: false, headers: [] },
  texts({ headers, body }) {
    if (mediaTypeOf(headers) !== FORM_TYPE) return [body];
    const form = parseFormBody(body);
    const text = form.ok && Object.keys(form.value).length === 1 ? form.value[FIELD] : undefined;
    return typeof text === "string" ? [text] : NOT_ALONE;
  },
};

/** Gitea's and Forgejo's webhooks. Types are event names: `push`, `pull_request`. */
export const gitea: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "gitea",
  name: "gitea",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signed: JSON_TEXT, signature: { header: "x-gitea-signature", encoding: "hex" } }),
    body: { "application/json": "json", [FORM_TYPE]: { jsonInForm: FIELD } },
    event: { id: header("x-gitea-delivery"), type: header("x-gitea-event") },
    reply: {
      retries: false,
      timeLimitSeconds: 5,
      honoursRetryAfter: false,
      unsubscribes: [],
      // Gitea documents no limit: a push lists its commits with all their files. The limit is GitHub's.
      maxBodyBytes: 26_214_400,
    },
  }),
});
