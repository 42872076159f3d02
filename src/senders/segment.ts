// Segment: of a batch only the first event is signed, and not as it stands in the body.

import type { Secrets } from "../auth/keys/secrets.js";
import { mac } from "../auth/schemes/hmac.js";
import { type Auth, COVERS_NOTHING, refuse } from "../core/auth.js";
import { json } from "../core/field.js";
import { parseJson } from "../lib/json.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const SINGLE: EventRow = { id: json("messageId"), type: json("type"), timestamp: json("timestamp", "rfc3339") };
const BATCH: EventRow = { ...SINGLE, each: "" };
const OPENING_BRACKET = 0x5b;
/** A batch is parsed before it is proven, so it is small. */
const MAX_BATCH_BYTES = 1_048_576;

function isBatch(body: Uint8Array): boolean {
  const first = body.findIndex((byte) => byte > 0x20);
  return body[first] === OPENING_BRACKET;
}

function segmentAuth(secret: Secrets): Auth {
  const signature = { header: "x-signature", encoding: "hex" } as const;
  const single = mac({ secret, algorithm: "sha1", signature });
  const first = mac({
    secret,
    algorithm: "sha1",
    signed: {
      covers: COVERS_NOTHING,
      texts({ body }) {
        const parsed = body.length > MAX_BATCH_BYTES ? undefined : parseJson(body);
        if (!parsed?.ok || !Array.isArray(parsed.value) || parsed.value.length === 0) {
          return refuse("bad_credentials", "the body is no JSON array of at most 1 MiB with an event in it");
        }
        return [JSON.stringify(parsed.value[0])];
      },
    },
    signature,
  });
  return {
    ...single,
    verify: (delivery, context) => (isBatch(delivery.body) ? first : single).verify(delivery, context),
    sign: (request, key) => (isBatch(request.body) ? first : single).sign?.(request, key) ?? request,
  };
}

/** Segment's webhook destinations. Types are `track`, `identify`, `page`. */
export const segment: SecretSender = senderFactory({
  factory: "segment",
  name: "segment",
  title: "Segment",
  credential: "The destination's Shared Secret. Used as text. Without one, nothing is signed.",
  proof:
    "`X-Signature: <lower-case hex, 40 chars>`: HMAC-SHA1 over the body; of a batch over its first event alone, written anew as `JSON.stringify` writes it.",
  exampleType: "track",
  events: "a single event, or a batch: an array. Id `messageId`, type `type`.",
  retries: "After no answer and 5xx, for up to four hours.",
  notes: [
    "Of a batch nothing but the first event is signed: whoever has seen one can put other events behind it. Switch batching off.",
  ],
  sources: ["segmentio/segment-docs, webhooks/index.md and actions-webhook/index.md"],
  unconfirmed: ["that `messageId` stays the same over retries", "time limit"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: segmentAuth(secret),
    event: (_delivery, payload) => (Array.isArray(payload) ? BATCH : SINGLE),
    reply: { retryHorizonSeconds: 5 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
