// Verifies Mailchimp Transactional (Mandrill)'s deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { signedForm } from "../auth/schemes/signed-form.js";
import { dottedAll, ifPresent, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { HEAD_PROBE } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

/** Inbound mail comes with its attachments. */
const MAX_BODY_BYTES = 26_214_400;

/** `_id` is the message's. It may be opened and clicked often, by several readers and on several links in one second. */
const MANDRILL: EventRow = {
  each: "",
  id: /* @__PURE__ */ dottedAll(
    /* @__PURE__ */ json("event"),
    /* @__PURE__ */ json("ts"),
    /* @__PURE__ */ ifPresent(/* @__PURE__ */ json("ip")),
    /* @__PURE__ */ ifPresent(/* @__PURE__ */ json("url")),
    /* @__PURE__ */ json("_id"),
  ),
  type: /* @__PURE__ */ json("event"),
  timestamp: /* @__PURE__ */ json("ts", "unix-seconds"),
};

/** Inbound mail has no id. */
const MANDRILL_WITHOUT_ID: EventRow = {
  each: "",
  type: /* @__PURE__ */ json("event"),
  timestamp: /* @__PURE__ */ json("ts", "unix-seconds"),
};

/** Changes of the allow and deny lists. */
const MANDRILL_SYNC: EventRow = {
  each: "",
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("ts", "unix-seconds"),
};

function mandrillRow(items: unknown): EventRow {
  const all: readonly unknown[] = Array.isArray(items) ? items : [];
  if (!all.some((item) => memberOf(item, "event") !== undefined)) return MANDRILL_SYNC;
  return all.every((item) => memberOf(item, "_id") !== undefined) ? MANDRILL : MANDRILL_WITHOUT_ID;
}

/** Mailchimp Transactional, once Mandrill. Types are `send`, `hard_bounce`, `inbound`. */
export const mandrill: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "mandrill",
  name: "mandrill",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      algorithm: "sha1",
      signed: signedForm({ names: ["mandrill_events"], maxFormBytes: MAX_BODY_BYTES }),
      signature: { header: "x-mandrill-signature", encoding: "base64" },
    }),
    body: { "application/x-www-form-urlencoded": { jsonInForm: "mandrill_events" } },
    event: (_delivery, payload) => mandrillRow(payload),
    handshakes: [HEAD_PROBE],
    reply: { honoursRetryAfter: false, unsubscribes: [], maxBodyBytes: MAX_BODY_BYTES },
  }),
});
