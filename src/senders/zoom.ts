// Zoom: HMAC over time and body; every 72 hours it asks whether we hold the secret.
import { mac } from "../auth/mac.js";
import type { Secrets } from "../auth/secrets.js";
import { header, json, memberOf } from "../field.js";
import { parseJson } from "../internal/json.js";
import type { Handshake } from "../sender.js";
import { challengeMac } from "./challenge-mac.js";
import { checkChallenge, okJson } from "./handshakes.js";
import type { SecretSender } from "./options.js";
import { senderFactory } from "./sender-row.js";

/** The proof has held, so the key that made it is the one Zoom wants to see. */
function urlValidation(secret: Secrets): Handshake {
  const answerWith = challengeMac("zoom", secret);
  return {
    name: "endpoint.url_validation",
    methods: ["POST"],
    isUnsigned: false,
    answer(delivery, proof) {
      if (!delivery.body.includes('"endpoint.url_validation"')) return undefined;
      const parsed = parseJson(delivery.body);
      if (!parsed.ok || memberOf(parsed.value, "event") !== "endpoint.url_validation") return undefined;
      const plainToken = checkChallenge(memberOf(parsed.value, "payload.plainToken"));
      if (typeof plainToken !== "string") return plainToken;
      const reply = (encryptedToken: string) => okJson({ plainToken, encryptedToken });
      return answerWith(delivery, plainToken, "hex", reply, proof?.keyIndex);
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
export const zoom: SecretSender<ZoomEnvelope> = senderFactory({
  factory: "zoom",
  name: "zoom",
  title: "Zoom",
  credential: "App Marketplace → the app → Features → Access → Secret Token. Used as text.",
  proof: "`x-zm-signature: v0=<hex>`, HMAC-SHA256 over `v0:<x-zm-request-timestamp>:<body>`; the time is unix seconds.",
  exampleType: "meeting.started",
  retries: "3 times: after 5 min, 20 min after that, and 60 min after that.",
  notes: [
    "`endpoint.url_validation` is answered with `plainToken` and its HMAC, when the URL is registered and every 72 hours.",
    "There is no id, so nothing is deduped: a retry is handled again. Use `payload.object.uuid` and the type where that matters.",
  ],
  sources: [
    "https://developers.zoom.us/docs/api/webhooks/",
    "https://developers.zoom.us/blog/webhook-delays.md (3 s, retries)",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: zoom",
  ],
  unconfirmed: ["that there is no id", "that the validation is signed", "where Zoom lists its addresses"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      signed: "v0:{timestamp}:{body}",
      timestamp: header("x-zm-request-timestamp", "unix-seconds"),
      signature: { header: "x-zm-signature", encoding: "hex", prefix: "v0=" },
    }),
    event: { type: json("event"), timestamp: json("event_ts", "unix-milliseconds") },
    handshakes: [urlValidation(secret)],
    reply: { timeLimitSeconds: 3, retryHorizonSeconds: 2 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
