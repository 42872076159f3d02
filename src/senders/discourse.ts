// Verifies Discourse's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import type { CustomFormat } from "../body-formats/format.js";
import { header } from "../core/field.js";
import { parseFormBody } from "../lib/form.js";
import { parseJson } from "../lib/json.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** The site may choose the Content-Type of forms; the body is JSON all the same. */
const JSON_OR_FORM: CustomFormat = {
  name: "JSON, or a form",
  parse({ body }) {
    const parsed = parseJson(body);
    return parsed.ok || OBJECT.test(body.toString("latin1", 0, 64)) ? parsed : parseFormBody(body);
  },
  encode: (payload) => Buffer.from(JSON.stringify(payload), "utf8"),
};
const OBJECT = /^\s*\{/;

const NAMED: EventRow = {
  id: /* @__PURE__ */ header("x-discourse-event-id"),
  type: /* @__PURE__ */ header("x-discourse-event"),
};
/** Of a ping there is the kind of event alone. */
const UNNAMED: EventRow = { ...NAMED, type: /* @__PURE__ */ header("x-discourse-event-type") };

/** Discourse's webhooks. Types are event names: `post_created`, `topic_edited`. */
export const discourse: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "discourse",
  name: "discourse",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-discourse-event-signature", encoding: "hex", prefix: "sha256=" } }),
    body: { "application/json": "json", "application/x-www-form-urlencoded": JSON_OR_FORM },
    event: ({ headers }) =>
      headers.has("x-discourse-event") || !headers.has("x-discourse-event-type") ? NAMED : UNNAMED,
    reply: { retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
