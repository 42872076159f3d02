// Verifies Vercel's deliveries and locates their events.
import type { Secrets } from "../auth/keys/secrets.js";
import { hmac } from "../auth/schemes/hmac.js";
import { ndjson } from "../body-formats/ndjson.js";
import { json } from "../core/field.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { requireText } from "./shared/handshakes.js";

/** Options of `vercel`. */
export interface VercelOptions {
  /** Of the webhook, the integration, or the drain. */
  readonly secret: Secrets;
  /** Of a log drain: what Vercel wants to read in `x-vercel-verify` before it sends anything. */
  readonly verifyToken?: string;
}

/** What every Vercel webhook is at least. */
export interface VercelEnvelope {
  id: string;
  type: string;
  createdAt: number;
  payload: unknown;
}

const WEBHOOK: EventRow = {
  id: /* @__PURE__ */ json("id"),
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("createdAt", "unix-milliseconds"),
};
/** A drain's lines; `source` is `build`, `lambda`, `edge`, `static`, … */
const DRAIN: EventRow = {
  each: "",
  id: /* @__PURE__ */ json("id"),
  type: /* @__PURE__ */ json("source"),
  timestamp: /* @__PURE__ */ json("timestamp", "unix-milliseconds"),
};
const SIGNATURE = "x-vercel-signature";

/** The first request to a drain is unsigned. The reply is the token, which is not a secret; nothing of the request is kept. */
function drainVerification(token: string): Handshake {
  return {
    name: "drain_verification",
    methods: ["POST"],
    isUnsigned: true,
    answer: ({ headers }) =>
      headers.has(SIGNATURE) ? undefined : { status: 200, headers: { "x-vercel-verify": token }, body: "" },
  };
}

/**
 * Vercel's webhooks, and log drains in JSON or NDJSON. Types are `deployment.succeeded`, …; of a drain's lines their `source`.
 *
 * @throws {TypeError} When the secret is missing or malformed, or the token is no text.
 * @example createReceiver(vercel({ secret: process.env.VERCEL_WEBHOOK_SECRET }))
 */
export const vercel: SenderFactory<VercelOptions, VercelEnvelope> = /* @__PURE__ */ senderFactory({
  factory: "vercel",
  name: "vercel",
  options: ["secret", "verifyToken"],
  define: ({ secret, verifyToken }) => ({
    auth: hmac({ secret, algorithm: "sha1", signature: { header: SIGNATURE, encoding: "hex" } }),
    body: { "application/json": "json", "application/x-ndjson": ndjson, "application/ndjson": ndjson },
    event: (_delivery, payload) => (Array.isArray(payload) ? DRAIN : WEBHOOK),
    ...(verifyToken === undefined
      ? {}
      : { handshakes: [drainVerification(requireText("vercel", "verifyToken", verifyToken))] }),
    reply: { retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [], maxBodyBytes: 10_485_760 },
  }),
});
