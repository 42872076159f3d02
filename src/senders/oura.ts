// Verifies Oura's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { dotted, dottedAll, json } from "../core/field.js";
import { DAY_SECONDS } from "./shared/durations.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { echoQueryTo, okJson, requireText } from "./shared/handshakes.js";
import type { VerifyTokenOptions } from "./shared/options.js";

/** Oura's webhooks. Types are kind of data and what happened to it: `daily_sleep.create`. */
export const oura: SenderFactory<VerifyTokenOptions> = /* @__PURE__ */ senderFactory({
  factory: "oura",
  name: "oura",
  options: ["secret", "verifyToken"],
  define: ({ secret, verifyToken }) => ({
    auth: hmac({
      secret,
      signed: "{header:x-oura-timestamp}{body}",
      // Its unit is not documented: digits, or a date.
      patterns: { "header:x-oura-timestamp": /\d+|\d{4}-[\dTZ:.+-]+/ },
      signature: { header: "x-oura-signature", encoding: "HEX" },
    }),
    event: {
      id: dottedAll(json("data_type"), json("event_type"), json("object_id"), json("event_time")),
      type: dotted(json("data_type"), json("event_type")),
      timestamp: json("event_time", "rfc3339"),
    },
    handshakes: [
      echoQueryTo(
        { parameter: "verification_token", value: requireText("oura", "verifyToken", verifyToken) },
        "challenge",
        (challenge) => okJson({ challenge }),
      ),
    ],
    reply: {
      timeLimitSeconds: 10,
      retryHorizonSeconds: 2 * DAY_SECONDS,
      honoursRetryAfter: false,
      unsubscribes: [410],
    },
  }),
});
