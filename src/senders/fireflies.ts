// Verifies Fireflies.ai's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Version 2. A meeting has each of these events once. */
const V2: EventRow = {
  type: /* @__PURE__ */ json("event"),
  timestamp: /* @__PURE__ */ json("timestamp", "unix-milliseconds"),
};

const V1: EventRow = { type: /* @__PURE__ */ json("eventType") };

/** Fireflies' webhooks. Types are `meeting.transcribed`, …; of version 1 `Transcription completed`. */
export const fireflies: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "fireflies",
  name: "fireflies",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-hub-signature", encoding: "hex", prefix: "sha256=" } }),
    event: (_delivery, payload) => (memberOf(payload, "eventType") === undefined ? V2 : V1),
    reply: { timeLimitSeconds: 10, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
