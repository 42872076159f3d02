// Verifies Discord's deliveries and locates their events.
import { publicKey } from "../auth/schemes/public-key.js";
import { header, json, literal } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { Reply } from "../core/reply.js";
import { parseJson } from "../lib/json.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { okJson } from "./shared/handshakes.js";
import type { PublicKeySenderOptions } from "./shared/options.js";

const EVENT: EventRow = {
  type: /* @__PURE__ */ json("event.type"),
  timestamp: /* @__PURE__ */ json("event.timestamp", "rfc3339"),
};
/** By the number of their `type`. */
const INTERACTIONS: ReadonlyMap<unknown, EventRow> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ [
    [2, "application_command"],
    [3, "message_component"],
    [4, "application_command_autocomplete"],
    [5, "modal_submit"],
  ].map(([type, name]) => [type, { id: json("id"), type: literal(name as string) }]),
);
const INTERACTION: EventRow = { id: /* @__PURE__ */ json("id"), type: /* @__PURE__ */ literal("interaction") };

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
export const discord: SenderFactory<PublicKeySenderOptions> = /* @__PURE__ */ senderFactory({
  factory: "discord",
  name: "discord",
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
