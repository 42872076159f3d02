// Verifies Slack's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { mediaTypeOf } from "../body-formats/content-type.js";
import { header, json, literal } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { parseFormBody } from "../lib/form.js";
import { parseJson } from "../lib/json.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const EVENT: EventRow = {
  id: /* @__PURE__ */ json("event_id"),
  type: /* @__PURE__ */ json("event.type"),
  timestamp: /* @__PURE__ */ json("event_time", "unix-seconds"),
  attempt: /* @__PURE__ */ header("x-slack-retry-num"),
};
const COMMAND: EventRow = { id: /* @__PURE__ */ json("trigger_id"), type: /* @__PURE__ */ literal("command") };
/** `block_actions`, `view_submission`, `shortcut`, …, and Slack's own `app_rate_limited`: none has an id, and none is retried. */
const OTHER: EventRow = { type: /* @__PURE__ */ json("type") };

const MAX_CHALLENGE_LENGTH = 512;

/** The proof has held. The challenge goes back as text. */
const URL_VERIFICATION: Handshake = {
  name: "url_verification",
  methods: ["POST"],
  isUnsigned: false,
  answer({ body }) {
    if (!body.includes('"url_verification"')) return undefined;
    const parsed = parseJson(body);
    if (!parsed.ok || memberOf(parsed.value, "type") !== "url_verification") return undefined;
    const challenge = memberOf(parsed.value, "challenge");
    if (typeof challenge !== "string" || challenge.length > MAX_CHALLENGE_LENGTH) {
      return { name: "bad_payload", hint: "url_verification without a challenge of at most 512 characters" };
    }
    return { status: 200, headers: {}, body: challenge };
  },
};

/** Slack checks certificates with an unsigned form; it is answered with an empty 200 and nothing of it is kept. */
const SSL_CHECK: Handshake = {
  name: "ssl_check",
  methods: ["POST"],
  isUnsigned: true,
  answer({ headers, body }) {
    if (headers.get("x-slack-signature") !== undefined) return undefined;
    if (body.length > 1_024 || mediaTypeOf(headers) !== "application/x-www-form-urlencoded") return undefined;
    const form = parseFormBody(body);
    return form.ok && form.value.ssl_check === "1" ? { status: 200, headers: {}, body: "" } : undefined;
  },
};

/**
 * Slack's Events API, slash commands and interactivity, on one URL. Types are the inner event's (`app_mention`),
 * `command`, and the interaction's (`block_actions`, `view_submission`).
 *
 * Shape:   `X-Slack-Signature: v0=<lower-case hex, 64 chars>` over `v0:<X-Slack-Request-Timestamp>:<body>`
 * Source:  bolt-js, src/receivers/verify-request.ts; test/vectors/senders/slack.json.
 * Promise: time and body come from a holder of the signing secret; `url_verification` and `ssl_check` are answered.
 *          Not promised: interactions carry no id, so they are not deduped; Slack does not send them again.
 *
 * @param options.secret - The app's signing secret.
 * @throws {TypeError} When the secret is missing or malformed.
 * @example createReceiver(slack({ secret: process.env.SLACK_SIGNING_SECRET })).on("app_mention", handler)
 */
export const slack: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "slack",
  name: "slack",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "v0:{timestamp}:{body}",
      timestamp: header("x-slack-request-timestamp", "unix-seconds"),
      signature: { header: "x-slack-signature", prefix: "v0=", encoding: "hex" },
    }),
    body: {
      "application/json": "json",
      "application/x-www-form-urlencoded": { jsonInForm: "payload", isOptional: true },
    },
    event(_delivery, payload) {
      if (memberOf(payload, "event.type") !== undefined) return EVENT;
      if (memberOf(payload, "command") !== undefined) return COMMAND;
      return OTHER;
    },
    handshakes: [SSL_CHECK, URL_VERIFICATION],
    reply: { timeLimitSeconds: 3, retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
