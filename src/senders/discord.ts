// Discord: Ed25519 over time and body; webhook events and interactions, each with a PING of its own.
import { publicKey } from "../auth/schemes/public-key.js";
import { header, json, literal, memberOf } from "../core/field.js";
import type { Reply } from "../core/outcome.js";
import { parseJson } from "../lib/json.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { okJson } from "./shared/handshakes.js";
import type { PublicKeySenderOptions } from "./shared/options.js";

const EVENT: EventRow = { type: json("event.type"), timestamp: json("event.timestamp", "rfc3339") };
/** By the number of their `type`. */
const INTERACTIONS: ReadonlyMap<unknown, EventRow> = new Map(
  [
    [2, "application_command"],
    [3, "message_component"],
    [4, "application_command_autocomplete"],
    [5, "modal_submit"],
  ].map(([type, name]) => [type, { id: json("id"), type: literal(name as string) }]),
);
const INTERACTION: EventRow = { id: json("id"), type: literal("interaction") };

/** 204 without a body, and yet with a Content-Type, as Discord wants it. */
const PONG_TO_EVENTS: Reply = { status: 204, headers: {}, body: "" };
const MAX_PING_BYTES = 8_192;

/** The proof has held. */
const PING: Handshake = {
  name: "ping",
  methods: ["POST"],
  isUnsigned: false,
  answer({ body }) {
    if (body.length > MAX_PING_BYTES) return undefined;
    const parsed = parseJson(body);
    if (!parsed.ok) return undefined;
    const type = memberOf(parsed.value, "type");
    if (type === 0) return PONG_TO_EVENTS;
    return type === 1 && memberOf(parsed.value, "event") === undefined ? okJson({ type: 1 }) : undefined;
  },
};

/**
 * Discord's webhook events and interactions. Types are the event's (`APPLICATION_AUTHORIZED`), and the interaction's kind:
 * `application_command`, `message_component`, `application_command_autocomplete`, `modal_submit`.
 *
 * Shape:   `X-Signature-Ed25519: <hex, 128 chars>` over `<X-Signature-Timestamp><body>`
 * Source:  discord-interactions-js, src/index.ts; discord-api-docs, developers/events/webhook-events.mdx.
 * Promise: time and body come from Discord; both PINGs are answered. Not promised: dedupe of webhook events, which have no
 *          id. An interaction wants its answer in the reply: `context.reply({ status: 200, headers, body })`.
 *
 * @throws {TypeError} When the public key is missing or malformed.
 * @example createReceiver(discord({ publicKey: process.env.DISCORD_PUBLIC_KEY }))
 */
export const discord: SenderFactory<PublicKeySenderOptions> = senderFactory({
  factory: "discord",
  name: "discord",
  title: "Discord",
  credential: "Developer Portal → the application → General Information → Public Key: 64 hex digits.",
  proof: "`X-Signature-Ed25519: <hex>`, Ed25519 over `<X-Signature-Timestamp><body>`; the time is unix seconds.",
  exampleType: "APPLICATION_AUTHORIZED",
  events:
    "webhook events: type `event.type`, time `event.timestamp`, no id. Interactions: id `id`, type by the number of `type`: `application_command` (2), `message_component` (3), `application_command_autocomplete` (4), `modal_submit` (5), `interaction` (any other).",
  retries: "Webhook events for up to 10 min, with backoff; too many failures end them. Interactions never.",
  notes: [
    'Both PINGs are signed: `{ "type": 0 }` hears 204, `{ "type": 1 }` hears `{ "type": 1 }`.',
    "Discord sends deliberately wrong signatures to see that they are refused with 401.",
    'An interaction is answered in the reply, within 3 s: `context.reply({ status: 200, headers: { "content-type": "application/json" }, body })`.',
  ],
  sources: [
    "github.com/discord/discord-interactions-js, src/index.ts",
    "github.com/discord/discord-api-docs, developers/events/webhook-events.mdx (2026-08-06)",
  ],
  unconfirmed: ["whether a retry has a new time; 600 s are allowed for", "the interactions' PING"],
  options: ["publicKey"],
  define: (options) => ({
    auth: publicKey({
      publicKey: options.publicKey,
      algorithm: "ed25519",
      signed: "{timestamp}{body}",
      timestamp: header("x-signature-timestamp", "unix-seconds"),
      signature: { header: "x-signature-ed25519", encoding: "hex" },
    }),
    event(_delivery, payload) {
      if (memberOf(payload, "event") !== undefined) return EVENT;
      return INTERACTIONS.get(memberOf(payload, "type")) ?? INTERACTION;
    },
    handshakes: [PING],
    toleranceSeconds: 600,
    reply: {
      successStatus: 204,
      successHeaders: { "content-type": "application/json" },
      successStatuses: [200, 202, 204],
      timeLimitSeconds: 3,
      retryHorizonSeconds: 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
