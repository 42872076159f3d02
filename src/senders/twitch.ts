// Twitch EventSub: HMAC over id, time and body; subscribing and revoking are signed as well.
import { mac } from "../auth/schemes/hmac.js";
import { header, json, literal, memberOf } from "../core/field.js";
import { parseJson } from "../lib/json.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { checkChallenge, okText } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

const ID = header("twitch-eventsub-message-id");
const TIME = header("twitch-eventsub-message-timestamp", "rfc3339");
const ATTEMPT = header("twitch-eventsub-message-retry");
const NOTIFICATION: EventRow = { id: ID, type: json("subscription.type"), timestamp: TIME, attempt: ATTEMPT };
const REVOCATION: EventRow = { id: ID, type: literal("revocation"), timestamp: TIME, attempt: ATTEMPT };

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
export const twitch: SecretSender<TwitchEnvelope> = senderFactory({
  factory: "twitch",
  name: "twitch",
  title: "Twitch EventSub",
  credential: "you choose it when you subscribe: `transport.secret`, 10 to 100 ASCII characters. Used as text.",
  proof:
    "`Twitch-Eventsub-Message-Signature: sha256=<hex>`, HMAC-SHA256 over `<Twitch-Eventsub-Message-Id><Twitch-Eventsub-Message-Timestamp><body>`; the time is RFC 3339 with nanoseconds.",
  exampleType: "channel.follow",
  events:
    "id `Twitch-Eventsub-Message-Id` (signed), the same when sent again; type `subscription.type` of the body, or `revocation` where the body holds no event; time `Twitch-Eventsub-Message-Timestamp` (signed); attempt `Twitch-Eventsub-Message-Retry` (not signed).",
  retries: "Some times; `notification_failures_exceeded` revokes the subscription where too many are slow or fail.",
  notes: [
    "`webhook_callback_verification` is signed; the challenge goes back as plain text.",
    "`revocation` tells that Twitch has ended a subscription: `subscription.status` says why.",
  ],
  sources: [
    "https://dev.twitch.tv/docs/eventsub/handling-webhook-events/",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: twitch",
  ],
  unconfirmed: [
    "how often and how long it retries: a day is assumed",
    'the time limit ("a few seconds"): 5 s is assumed',
  ],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "{header:twitch-eventsub-message-id}{timestamp}{body}",
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
