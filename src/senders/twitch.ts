// Verifies Twitch EventSub's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header, json, literal } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { parseJson } from "../lib/json.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { checkChallenge, okText } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

const ID = /* @__PURE__ */ header("twitch-eventsub-message-id");
const TIME = /* @__PURE__ */ header("twitch-eventsub-message-timestamp", "rfc3339");
const ATTEMPT = /* @__PURE__ */ header("twitch-eventsub-message-retry");
const NOTIFICATION: EventRow = {
  id: ID,
  type: /* @__PURE__ */ json("subscription.type"),
  timestamp: TIME,
  attempt: ATTEMPT,
};
const REVOCATION: EventRow = { id: ID, type: /* @__PURE__ */ literal("revocation"), timestamp: TIME, attempt: ATTEMPT };

/** The proof has held. Told by the signed body: the header that names the kind is not signed. */
const VERIFICATION: Handshake = {
  name: "webhook_callback_verification",
  methods: ["POST"],
  isUnsigned: false,
  answer({ body }) {
    if (!body.includes('"challenge"')) return undefined;
    const parsed = parseJson(body);
    if (!parsed.ok || memberOf(parsed.value, "event") !== undefined) return undefined;
    const value = memberOf(parsed.value, "challenge");
    if (value === undefined || memberOf(parsed.value, "subscription") === undefined) return undefined;
    const challenge = checkChallenge(value);
    return typeof challenge === "string" ? okText(challenge) : challenge;
  },
};

/** What every notification is at least. */
export interface TwitchEnvelope {
  subscription: { id: string; type: string; version: string; status: string };
  event?: unknown;
}

/**
 * Twitch's EventSub. Types are the subscription's (`channel.follow`), and `revocation`.
 *
 * Shape:   `Twitch-Eventsub-Message-Signature: sha256=<lower-case hex, 64 chars>` over id, time and body, nothing between
 * Source:  dev.twitch.tv/docs/eventsub/handling-webhook-events.
 * Promise: id, time and body come from a holder of the secret. Not promised: the kind of message and the subscription's
 *          type as headers; both are taken from the signed body.
 *
 * @throws {TypeError} When the secret is missing or malformed.
 * @example createReceiver(twitch({ secret: process.env.TWITCH_EVENTSUB_SECRET })).on("channel.follow", handler)
 */
export const twitch: SecretSender<TwitchEnvelope> = /* @__PURE__ */ senderFactory({
  factory: "twitch",
  name: "twitch",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{header:twitch-eventsub-message-id}{timestamp}{body}",
      // The time that follows has colons.
      patterns: { "header:twitch-eventsub-message-id": /[^:]+/ },
      timestamp: TIME,
      signature: { header: "twitch-eventsub-message-signature", encoding: "hex", prefix: "sha256=" },
    }),
    event: (_delivery, payload) =>
      memberOf(payload, "event") === undefined && memberOf(payload, "events") === undefined ? REVOCATION : NOTIFICATION,
    handshakes: [VERIFICATION],
    toleranceSeconds: 600,
    reply: {
      successStatuses: [200, 202, 204],
      timeLimitSeconds: 5,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
