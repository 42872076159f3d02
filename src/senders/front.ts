// Verifies Front's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { checkChallenge, okText } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

/** Signed like every delivery; the challenge is a header. */
const FRONT_CHALLENGE: Handshake = {
  name: "challenge",
  methods: ["POST"],
  isUnsigned: false,
  answer({ headers }) {
    const value = headers.get("x-front-challenge");
    if (value === undefined) return undefined;
    const challenge = checkChallenge(value);
    return typeof challenge === "string" ? okText(challenge) : challenge;
  },
};

/** Front's application webhooks. Types are `inbound_received`, `outbound`, `assign`, as the app receives them. */
export const front: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "front",
  name: "front",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}:{body}",
      timestamp: header("x-front-request-timestamp", "unix-milliseconds"),
      signature: { header: "x-front-signature", encoding: "base64" },
    }),
    event: (_delivery, payload) =>
      memberOf(payload, "payload.id") === undefined
        ? { type: json("type") }
        : { id: json("payload.id"), type: json("type") },
    handshakes: [FRONT_CHALLENGE],
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
