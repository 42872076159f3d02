// Verifies Twilio's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { signedForm } from "../auth/schemes/signed-form.js";
import { dotted, dottedAll, form, json, literal } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** A status of a message is reached once; all of it stands in the signed form. */
const MESSAGE_STATUS: EventRow = {
  id: /* @__PURE__ */ dottedAll(/* @__PURE__ */ form("MessageSid"), /* @__PURE__ */ form("MessageStatus")),
  type: /* @__PURE__ */ dotted(/* @__PURE__ */ literal("message"), /* @__PURE__ */ form("MessageStatus")),
};

const MESSAGE: EventRow = {
  id: /* @__PURE__ */ dottedAll(/* @__PURE__ */ form("MessageSid"), /* @__PURE__ */ form("SmsStatus")),
  type: /* @__PURE__ */ dotted(/* @__PURE__ */ literal("message"), /* @__PURE__ */ form("SmsStatus")),
};

const RECORDING: EventRow = {
  id: /* @__PURE__ */ dottedAll(/* @__PURE__ */ form("RecordingSid"), /* @__PURE__ */ form("RecordingStatus")),
  type: /* @__PURE__ */ dotted(/* @__PURE__ */ literal("recording"), /* @__PURE__ */ form("RecordingStatus")),
};

/** Status callbacks are numbered. A call asks for instructions repeatedly in one status. */
const CALL_STATUS: EventRow = {
  id: /* @__PURE__ */ dottedAll(/* @__PURE__ */ form("CallSid"), /* @__PURE__ */ form("SequenceNumber")),
  type: /* @__PURE__ */ dotted(/* @__PURE__ */ literal("call"), /* @__PURE__ */ form("CallStatus")),
};

const CALL: EventRow = {
  type: /* @__PURE__ */ dotted(/* @__PURE__ */ literal("call"), /* @__PURE__ */ form("CallStatus")),
};

const CONVERSATION: EventRow = {
  type: /* @__PURE__ */ dotted(/* @__PURE__ */ literal("conversation"), /* @__PURE__ */ form("EventType")),
};

/** Event Streams: CloudEvents. */
const STREAM: EventRow = {
  each: "",
  id: /* @__PURE__ */ json("id"),
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("time", "rfc3339"),
};

const OTHER: EventRow = { type: /* @__PURE__ */ literal("webhook") };

function twilioRow(payload: unknown): EventRow {
  const has = (name: string) => memberOf(payload, name) !== undefined;
  if (Array.isArray(payload)) return STREAM;
  if (has("MessageStatus") && has("MessageSid")) return MESSAGE_STATUS;
  if (has("SmsStatus") && has("MessageSid")) return MESSAGE;
  if (has("RecordingSid") && has("RecordingStatus")) return RECORDING;
  if (has("CallSid") && has("CallStatus")) return has("SequenceNumber") ? CALL_STATUS : CALL;
  return has("EventType") ? CONVERSATION : OTHER;
}

/** Twilio's webhooks and callbacks. Types are `message.received`, `message.delivered`, `call.ringing`, `recording.completed`. */
export const twilio: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "twilio",
  name: "twilio",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
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
