// Dropbox Sign, once HelloSign: JSON in a field of a multipart body, with a hash of two of its members in it.
import { mac } from "../auth/schemes/hmac.js";
import { viewOfMultipart, withView } from "../auth/unwrap.js";
import { jsonInMultipart } from "../body-formats/multipart-format.js";
import { dottedAll, json, memberOf } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const FIELD = "json";
const TYPE = json("event.event_type");
const TIME = json("event.event_time", "unix-seconds");
const REQUEST_ID = json("signature_request.signature_request_id");
const OF_REQUEST: EventRow = { id: dottedAll(TYPE, json("event.event_time"), REQUEST_ID), type: TYPE, timestamp: TIME };
/** Two may sign in the same second. */
const OF_SIGNER: EventRow = {
  id: dottedAll(TYPE, json("event.event_time"), REQUEST_ID, json("event.event_metadata.related_signature_id")),
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
export const dropboxSign: SecretSender = senderFactory({
  factory: "dropboxSign",
  name: "dropbox-sign",
  title: "Dropbox Sign",
  credential: "Integrations → API → the account's API key. Used as text.",
  proof:
    "`event.event_hash` (lower-case hex, 64 chars) of the JSON in the multipart field `json`: HMAC-SHA256 over `<event.event_time><event.event_type>`.",
  exampleType: "signature_request_signed",
  events:
    "type `event.event_type`; id of type, time, signature request and signer together, none where there is no request.",
  retries: "Until it hears a 200 with the text it wants; with growing pauses for some days.",
  notes: [
    "Only time and type are signed, and the time is the event's: whoever has seen one delivery can send another body with it at any time. Ask the API what is true.",
    "It wants the text `Hello API Event Received`; a handler's own answer must hold it.",
  ],
  sources: ["hellosign/dropbox-sign-node @2708c621c5"],
  unconfirmed: ["the text it wants", "retries and time limit", "the id"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: withView(
      viewOfMultipart(FIELD),
      mac({
        secret,
        signed: "{json:event.event_time}{json:event.event_type}",
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
