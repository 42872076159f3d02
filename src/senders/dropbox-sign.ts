// Verifies Dropbox Sign's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { unwrapped, viewOfMultipart } from "../auth/unwrap.js";
import { jsonInMultipart } from "../body-formats/multipart-format.js";
import { dottedAll, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const FIELD = "json";
const TYPE = /* @__PURE__ */ json("event.event_type");
const TIME = /* @__PURE__ */ json("event.event_time", "unix-seconds");
const REQUEST_ID = /* @__PURE__ */ json("signature_request.signature_request_id");
const OF_REQUEST: EventRow = {
  id: /* @__PURE__ */ dottedAll(TYPE, /* @__PURE__ */ json("event.event_time"), REQUEST_ID),
  type: TYPE,
  timestamp: TIME,
};
/** Two may sign in the same second. */
const OF_SIGNER: EventRow = {
  id: /* @__PURE__ */ dottedAll(
    TYPE,
    /* @__PURE__ */ json("event.event_time"),
    REQUEST_ID,
    /* @__PURE__ */ json("event.event_metadata.related_signature_id"),
  ),
  type: TYPE,
  timestamp: TIME,
};
const OTHER: EventRow = { type: TYPE, timestamp: TIME };

function rowOf(payload: unknown): EventRow {
  const has = (path: string) => typeof memberOf(payload, path) === "string";
  if (!has("signature_request.signature_request_id")) return OTHER;
  return has("event.event_metadata.related_signature_id") ? OF_SIGNER : OF_REQUEST;
}

/** Dropbox Sign's callbacks. Types are `signature_request_signed`, `account_confirmed`. */
export const dropboxSign: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "dropboxSign",
  name: "dropbox-sign",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: unwrapped(
      viewOfMultipart(FIELD),
      hmac({
        secret,
        signed: "{json:event.event_time}{json:event.event_type}",
        patterns: { "json:event.event_type": /[a-z_]+/ },
        timestamp: TIME,
        signature: { at: json("event.event_hash"), encoding: "hex" },
      }),
    ),
    body: { "multipart/form-data": jsonInMultipart(FIELD) },
    toleranceSeconds: null,
    event: (_delivery, payload) => rowOf(payload),
    reply: {
      successStatuses: [200],
      successHeaders: { "content-type": "text/plain" },
      successBody: "Hello API Event Received",
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
