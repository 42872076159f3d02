// Verifies ElevenLabs' deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { dottedAll, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const ELEVENLABS_CALL: EventRow = {
  id: /* @__PURE__ */ dottedAll(/* @__PURE__ */ json("type"), /* @__PURE__ */ json("data.conversation_id")),
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("event_timestamp", "unix-seconds"),
};

const ELEVENLABS_OTHER: EventRow = {
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("event_timestamp", "unix-seconds"),
};

/** ElevenLabs' webhooks. Types are `post_call_transcription`, `post_call_audio`. */
export const elevenlabs: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "elevenlabs",
  name: "elevenlabs",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "elevenlabs-signature", encoding: "hex", form: { pairs: "v0" } },
    }),
    toleranceSeconds: 1_800,
    event: (_delivery, payload) =>
      memberOf(payload, "data.conversation_id") === undefined ? ELEVENLABS_OTHER : ELEVENLABS_CALL,
    // `post_call_audio` holds the whole recording in base64.
    reply: { honoursRetryAfter: false, unsubscribes: [], maxBodyBytes: 52_428_800 },
  }),
});
