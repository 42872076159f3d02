// Checks the sender Twilio.

import { twilio } from "hookgate/senders";
import twilioSdk from "twilio";
import { describe, expect, it } from "vitest";
import { FORM_TYPE } from "../support/senders/deliver.js";
import { LIBRARY_URL, libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { send } from "../support/senders/send.js";
import { header } from "../support/senders/signed.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const asForm = (body: string) => Object.fromEntries(new URLSearchParams(body));

vectorOracle("twilio", ({ secretOrKey: key }) => twilio({ secret: key }), { change: ({ body }) => `${body}x` });

libraryOracle("twilio", {
  sender: twilio({ secret }),
  type: "message.received",
  payload: { MessageSid: "SM1", SmsStatus: "received", Body: NOTE },
  accepts: (signed) =>
    twilioSdk.validateRequest(secret, header(signed, "x-twilio-signature"), signed.url, asForm(signed.body)),
  makes() {
    const fields = { MessageSid: "SM1", SmsStatus: "received", Body: NOTE };
    const signature = twilioSdk.getExpectedTwilioSignature(secret, LIBRARY_URL, fields);
    return {
      url: LIBRARY_URL,
      headers: { ...FORM_TYPE, "x-twilio-signature": signature },
      body: `${new URLSearchParams(fields)}`,
    };
  },
});

describe("kinds of deliveries", () => {
  it.each<
    [
      string,
      unknown,
      unknown,
      { type: string; id?: string | undefined },
      { headers?: Record<string, string>; contentType?: string }?,
    ]
  >([
    [
      "a status",
      twilio({ secret }),
      { MessageSid: "SM1", MessageStatus: "delivered", SmsStatus: "delivered" },
      { type: "message.delivered", id: "SM1.delivered" },
    ],
    [
      "a call asking what to do",
      twilio({ secret }),
      { CallSid: "CA1", CallStatus: "ringing" },
      { type: "call.ringing", id: undefined },
    ],
    [
      "a call's status",
      twilio({ secret }),
      { CallSid: "CA1", CallStatus: "completed", SequenceNumber: "3" },
      { type: "call.completed", id: "CA1.3" },
    ],
    [
      "a recording",
      twilio({ secret }),
      { CallSid: "CA1", RecordingSid: "RE1", RecordingStatus: "completed" },
      { type: "recording.completed", id: "RE1.completed" },
    ],
    ["a conversation", twilio({ secret }), { EventType: "onMessageAdded" }, { type: "conversation.onMessageAdded" }],
    ["anything else", twilio({ secret }), { Foo: "1" }, { type: "webhook" }],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });
});

describe("how it signs", () => {
  it("a success is answered with an empty response", async () => {
    const text = await send(twilio({ secret }), { MessageSid: "1", SmsStatus: "received" });
    expect(text.outcome.reply).toMatchObject({ body: "<Response/>", headers: { "content-type": "text/xml" } });
  });
});
