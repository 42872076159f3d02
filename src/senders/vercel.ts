// Vercel: webhooks of an account or integration, and log drains, which come as arrays.

import type { Secrets } from "../auth/keys/secrets.js";
import { mac } from "../auth/schemes/hmac.js";
import { ndjson } from "../body-formats/ndjson.js";
import { json } from "../core/field.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { requireText } from "./shared/handshakes.js";

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

const WEBHOOK: EventRow = { id: json("id"), type: json("type"), timestamp: json("createdAt", "unix-milliseconds") };
/** A drain's lines; `source` is `build`, `lambda`, `edge`, `static`, … */
const DRAIN: EventRow = {
  each: "",
  id: json("id"),
  type: json("source"),
  timestamp: json("timestamp", "unix-milliseconds"),
};
const SIGNATURE = "x-vercel-signature";

/** The first request to a drain comes unsigned; it hears the token, which is no secret, and nothing of it is kept. */
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
export const vercel: SenderFactory<VercelOptions, VercelEnvelope> = senderFactory({
  factory: "vercel",
  name: "vercel",
  title: "Vercel",
  credential:
    "shown when the webhook is made; of an integration its Client Secret; of a drain its own. Used as text. `verifyToken`, of a drain: what its page shows for `x-vercel-verify`.",
  proof: "`x-vercel-signature: <hex>`, HMAC-SHA1 over the body.",
  exampleType: "deployment.succeeded",
  events:
    "webhooks: id `id` of the body, type `type`, time `createdAt` (milliseconds). Log drains (JSON arrays, or NDJSON): one event for each line, id `id`, type `source`.",
  retries: "For up to 24 hours.",
  notes: [
    "With `verifyToken`, requests without a signature hear 200 and the token, and reach no handler.",
    "An NDJSON drain of one line is a drain all the same: the Content-Type decides.",
  ],
  sources: [
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: vercel",
    "https://vercel.com/docs/webhooks",
    "https://vercel.com/docs/drains/reference/logs: id, source and timestamp of a line",
  ],
  unconfirmed: [
    "24 hours of retries",
    "the time limit: 15 s is assumed",
    "the Content-Type of an NDJSON drain: `application/x-ndjson` and `application/ndjson` are read so",
  ],
  options: ["secret", "verifyToken"],
  define: ({ secret, verifyToken }) => ({
    auth: mac({ secret, algorithm: "sha1", signature: { header: SIGNATURE, encoding: "hex" } }),
    body: { "application/json": "json", "application/x-ndjson": ndjson, "application/ndjson": ndjson },
    event: (_delivery, payload) => (Array.isArray(payload) ? DRAIN : WEBHOOK),
    ...(verifyToken === undefined
      ? {}
      : { handshakes: [drainVerification(requireText("vercel", "verifyToken", verifyToken))] }),
    reply: { retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
