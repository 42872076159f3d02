// Twilio, Telnyx: messages and calls.
import { mac } from "../auth/schemes/hmac.js";
import { publicKey } from "../auth/schemes/public-key.js";
import { signedForm } from "../auth/schemes/signed-form.js";
import { dotted, dottedAll, form, header, json, literal, memberOf } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { PublicKeySenderOptions, SecretSender } from "./shared/options.js";

/** A status of a message is reached once; all of it stands in the signed form. */
const MESSAGE_STATUS: EventRow = {
  id: dottedAll(form("MessageSid"), form("MessageStatus")),
  type: dotted(literal("message"), form("MessageStatus")),
};
const MESSAGE: EventRow = {
  id: dottedAll(form("MessageSid"), form("SmsStatus")),
  type: dotted(literal("message"), form("SmsStatus")),
};
const RECORDING: EventRow = {
  id: dottedAll(form("RecordingSid"), form("RecordingStatus")),
  type: dotted(literal("recording"), form("RecordingStatus")),
};
/** Status callbacks are numbered. A call that asks for instructions comes again and again in one status. */
const CALL_STATUS: EventRow = {
  id: dottedAll(form("CallSid"), form("SequenceNumber")),
  type: dotted(literal("call"), form("CallStatus")),
};
const CALL: EventRow = { type: dotted(literal("call"), form("CallStatus")) };
const CONVERSATION: EventRow = { type: dotted(literal("conversation"), form("EventType")) };
/** Event Streams: CloudEvents. */
const STREAM: EventRow = { each: "", id: json("id"), type: json("type"), timestamp: json("time", "rfc3339") };
const OTHER: EventRow = { type: literal("webhook") };

function twilioRow(payload: unknown): EventRow {
  const has = (name: string) => memberOf(payload, name) !== undefined;
  if (Array.isArray(payload)) return STREAM;
  if (has("MessageSid")) return has("MessageStatus") ? MESSAGE_STATUS : has("SmsStatus") ? MESSAGE : OTHER;
  if (has("RecordingSid") && has("RecordingStatus")) return RECORDING;
  if (has("CallSid") && has("CallStatus")) return has("SequenceNumber") ? CALL_STATUS : CALL;
  return has("EventType") ? CONVERSATION : OTHER;
}

/** Twilio's webhooks and callbacks. Types are `message.received`, `message.delivered`, `call.ringing`, `recording.completed`. */
export const twilio: SecretSender = senderFactory({
  factory: "twilio",
  name: "twilio",
  title: "Twilio",
  credential: "Console → Account → Auth Token (primary, and secondary while you change them). Used as text.",
  proof:
    "`X-Twilio-Signature: <base64, 28 chars>`: HMAC-SHA1 over the URL, then name and value of each form field, sorted by name. Of JSON: over the URL alone, whose `bodySHA256` is the hex SHA-256 of the body.",
  exampleType: "message.received",
  events:
    "of messages `message.<MessageStatus or SmsStatus>` by `MessageSid` and status; of calls `call.<CallStatus>` by `CallSid` and `SequenceNumber`, without an id where there is no number; of recordings `recording.<RecordingStatus>`; of conversations `conversation.<EventType>`; of Event Streams (JSON) the events' own id and type; else `webhook`.",
  retries: "Mostly not by itself; a URL's fragment can ask for it (`#rc=3`).",
  notes: [
    'What Twilio asks for instructions (a call, an incoming message) reads the answer as TwiML: `context.reply({ headers: { "content-type": "text/xml" }, body: twiml })`. An empty `<Response/>` is the default.',
    "The signed text has no separators, so letters could be moved between a field's name and its value by one who replays a delivery.",
    "The URL may be signed with or without its port; both are tried.",
  ],
  sources: ["twilio/twilio-node @45d3d65a4e, src/webhooks/webhooks.ts and spec/validation.spec.js"],
  unconfirmed: ["ids, which are built from signed fields", "that there are no retries unasked"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      algorithm: "sha1",
      signed: signedForm({ repeats: "sorted-once", urls: "with-and-without-port", bodyHash: "bodySHA256" }),
      signature: { header: "x-twilio-signature", encoding: "base64" },
    }),
    body: { "application/x-www-form-urlencoded": "form", "application/json": "json", "application/*+json": "json" },
    event: (_delivery, payload) => twilioRow(payload),
    reply: {
      successHeaders: { "content-type": "text/xml" },
      successBody: "<Response/>",
      retries: false,
      timeLimitSeconds: 15,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});

/** Telnyx' webhooks, version 2. Types are `message.received`, `call.initiated`. */
export const telnyx: SenderFactory<PublicKeySenderOptions> = senderFactory({
  factory: "telnyx",
  name: "telnyx",
  title: "Telnyx",
  credential: "Mission Control → Account Settings → Keys & Credentials → Public Key: Ed25519, base64 of 32 bytes.",
  proof:
    "`telnyx-signature-ed25519: <base64, 88 chars>`: Ed25519 over `<telnyx-timestamp>|<body>`; the time is in Unix seconds.",
  exampleType: "message.received",
  retries: "With growing pauses, then to the failover URL.",
  notes: ["It waits 2 seconds: a handler that takes longer needs an inbox."],
  sources: [
    "telnyx 7, which accepts what this description signs",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: telnyx",
  ],
  unconfirmed: ["how long it retries", "whether a retry is signed with a new time"],
  options: ["publicKey"],
  define: (options) => ({
    auth: publicKey({
      publicKey: options.publicKey,
      algorithm: "ed25519",
      signed: "{timestamp}|{body}",
      timestamp: header("telnyx-timestamp", "unix-seconds"),
      signature: { header: "telnyx-signature-ed25519", encoding: "base64" },
    }),
    event: {
      id: json("data.id"),
      type: json("data.event_type"),
      timestamp: json("data.occurred_at", "rfc3339"),
      attempt: json("meta.attempt"),
    },
    reply: { timeLimitSeconds: 2, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
