// Verifies Segment's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { type Auth, COVERS_NOTHING, refuse } from "../core/auth.js";
import { json } from "../core/field.js";
import { parseJson } from "../lib/json.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { SecretOptions } from "./shared/options.js";

/** Options of `segment`. */
export interface SegmentOptions extends SecretOptions {
  /**
   * Accepts batches of several events. Segment signs the first of them alone: whoever has seen one signed event can put
   * others behind it, and those are handled as Segment's. Default: a batch is accepted only where it holds one event.
   */
  readonly batches?: true | undefined;
}

const SINGLE: EventRow = {
  id: /* @__PURE__ */ json("messageId"),
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("timestamp", "rfc3339"),
};
const BATCH: EventRow = { ...SINGLE, each: "" };
const OPENING_BRACKET = 0x5b;
/** A batch is parsed before it is authenticated, so it is small. */
const MAX_BATCH_BYTES = 1_048_576;

function isBatch(body: Uint8Array): boolean {
  const first = body.findIndex((byte) => byte > 0x20);
  return body[first] === OPENING_BRACKET;
}

const NO_BATCH = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is no JSON array of at most 1 MiB with an event in it",
);
const MOSTLY_UNSIGNED = /* @__PURE__ */ refuse(
  "unauthenticated",
  "the body is a batch, of which Segment signs the first event alone; switch batching off at Segment, or accept the others unproven with batches: true",
);

function segmentAuth({ secret, batches }: SegmentOptions): Auth {
  if (batches !== undefined && batches !== true) {
    throw new TypeError("segment: batches must be true, or left out");
  }
  const signature = { header: "x-signature", encoding: "hex" } as const;
  const single = hmac({ secret, algorithm: "sha1", signature });
  const first = hmac({
    secret,
    algorithm: "sha1",
    signed: {
      covers: COVERS_NOTHING,
      texts({ body }) {
        const parsed = body.length > MAX_BATCH_BYTES ? undefined : parseJson(body);
        if (!parsed?.ok || !Array.isArray(parsed.value) || parsed.value.length === 0) return NO_BATCH;
        if (parsed.value.length > 1 && batches !== true) return MOSTLY_UNSIGNED;
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
export const segment: SenderFactory<SegmentOptions> = /* @__PURE__ */ senderFactory({
  factory: "segment",
  name: "segment",
  options: ["secret", "batches"],
  define: (options) => ({
    auth: segmentAuth(options),
    event: (_delivery, payload) => (Array.isArray(payload) ? BATCH : SINGLE),
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 5 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
