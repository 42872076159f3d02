// Twilio: where the secret is found, how deliveries are signed and retried, and the sources. Read by docs and tools only.
import type { SenderFacts } from "./sender-facts.js";

export const twilio: SenderFacts = {
  title: "Twilio",
  credential: "Console → Account → Auth Token (primary, and secondary while you change them). Used as text.",
  proof:
    "`X-Twilio-Signature: <base64, 28 chars>`: HMAC-SHA1 over the URL, then name and value of each form field, sorted by name. Of JSON: over the URL alone, whose `bodySHA256` is the hex SHA-256 of the body.",
  exampleType: "message.received",
  events:
    "of messages `message.<MessageStatus or SmsStatus>` by `MessageSid` and status; of calls `call.<CallStatus>` by `CallSid` and `SequenceNumber`, without an id where there is no number; of recordings `recording.<RecordingStatus>`; of conversations `conversation.<EventType>`; of Event Streams (JSON) the events' own id and type; else `webhook`.",
  retries: "Mostly not automatically; a URL's fragment can ask for it (`#rc=3`).",
  notes: [
    'What Twilio asks for instructions (a call, an incoming message) reads the answer as TwiML: `context.reply({ headers: { "content-type": "text/xml" }, body: twiml })`. An empty `<Response/>` is the default.',
    "**Where one value ends and the next name begins is not signed**: the text has no separators. Whoever replays a delivery can move letters between a field's name and its value, and make one field of several.",
    "The URL may be signed with or without its port; both are tried.",
  ],
  oracle: { kind: "library", source: "twilio" },
  sources: ["twilio/twilio-node @45d3d65a4e, src/webhooks/webhooks.ts and spec/validation.spec.js"],
  unconfirmed: ["ids, which are built from signed fields", "that there are no retries unasked"],
};
