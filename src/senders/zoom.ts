// Verifies Zoom's deliveries and locates their events.
import type { Secrets } from "../auth/keys/secrets.js";
import { hmac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { parseJson } from "../lib/json.js";
import type { Handshake } from "../sender/sender.js";
import { challengeHmac } from "./shared/challenge-hmac.js";
import { senderFactory } from "./shared/factory.js";
import { okJson } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

/** Base64 of either alphabet. Deliveries are signed as `v0:<time>:<body>`, and no base64 holds a colon. */
const PLAIN_TOKEN = /^[A-Za-z0-9+/_=-]{1,512}$/;

/** The proof has held, so the key that made it is the one Zoom wants to see. */
function urlValidation(secret: Secrets): Handshake {
  const answerWith = challengeHmac("zoom", secret, PLAIN_TOKEN);
  return {
    name: "endpoint.url_validation",
    methods: ["POST"],
    isUnsigned: false,
    answer(delivery, proof) {
      if (!delivery.body.includes('"endpoint.url_validation"')) return undefined;
      const parsed = parseJson(delivery.body);
      if (!parsed.ok || memberOf(parsed.value, "event") !== "endpoint.url_validation") return undefined;
      const reply = (plainToken: string, encryptedToken: string) => okJson({ plainToken, encryptedToken });
      return answerWith(delivery, memberOf(parsed.value, "payload.plainToken"), "hex", reply, proof?.keyIndex);
    },
  };
}

/** What every Zoom event is at least. */
export interface ZoomEnvelope {
  event: string;
  event_ts: number;
  payload: { account_id: string; object: unknown };
}

/**
 * Zoom's webhooks. Types are `meeting.started`, `recording.completed`, …
 *
 * Shape:   `x-zm-signature: v0=<lower-case hex, 64 chars>` over `v0:<x-zm-request-timestamp>:<body>`
 * Source:  developers.zoom.us/docs/api/webhooks.
 * Promise: time and body come from a holder of the secret token; `endpoint.url_validation` is answered, once its signature
 *          holds. Not promised: dedupe; Zoom's events have no id.
 *
 * @throws {TypeError} When the secret is missing or malformed.
 * @example createReceiver(zoom({ secret: process.env.ZOOM_SECRET_TOKEN })).on("meeting.started", handler)
 */
export const zoom: SecretSender<ZoomEnvelope> = /* @__PURE__ */ senderFactory({
  factory: "zoom",
  name: "zoom",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "v0:{timestamp}:{body}",
      timestamp: header("x-zm-request-timestamp", "unix-seconds"),
      signature: { header: "x-zm-signature", encoding: "hex", prefix: "v0=" },
    }),
    event: { type: json("event"), timestamp: json("event_ts", "unix-milliseconds") },
    handshakes: [urlValidation(secret)],
    reply: {
      successStatuses: [200, 204],
      timeLimitSeconds: 3,
      retryHorizonSeconds: 2 * 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
