// Slack: events, slash commands, and what people do with messages and modals.
import { mac } from "../auth/schemes/hmac.js";
import { header, json, literal, memberOf } from "../core/field.js";
import { parseForm } from "../lib/form.js";
import { parseJson } from "../lib/json.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const EVENT: EventRow = {
  id: json("event_id"),
  type: json("event.type"),
  timestamp: json("event_time", "unix-seconds"),
  attempt: header("x-slack-retry-num"),
};
const COMMAND: EventRow = { id: json("trigger_id"), type: literal("command") };
/** `block_actions`, `view_submission`, `shortcut`, …, and Slack's own `app_rate_limited`: none has an id, nor comes again. */
const OTHER: EventRow = { type: json("type") };

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
    if (body.length > 1_024 || !(headers.get("content-type") ?? "").startsWith("application/x-www-form-urlencoded"))
      return undefined;
    const form = parseForm(body.toString("latin1"));
    return form.ok && form.value.ssl_check === "1" ? { status: 200, headers: {}, body: "" } : undefined;
  },
};

/**
 * Slack's Events API, slash commands and interactivity, on one URL. Types are the inner event's (`app_mention`),
 * `command`, and the interaction's (`block_actions`, `view_submission`).
 *
 * Shape:   `X-Slack-Signature: v0=<lower-case hex, 64 chars>` over `v0:<X-Slack-Request-Timestamp>:<body>`
 * Source:  bolt-js, src/receivers/verify-request.ts; test/vectors/senders.json.
 * Promise: time and body come from a holder of the signing secret; `url_verification` and `ssl_check` are answered.
 *          Not promised: interactions carry no id, so they are not deduped; Slack does not send them again.
 *
 * @param options.secret - The app's signing secret.
 * @throws {TypeError} When the secret is missing or malformed.
 * @example createReceiver(slack({ secret: process.env.SLACK_SIGNING_SECRET })).on("app_mention", handler)
 */
export const slack: SecretSender = senderFactory({
  factory: "slack",
  name: "slack",
  title: "Slack",
  credential:
    "the app's signing secret: api.slack.com/apps → Basic Information → App Credentials. Used as text. Not the old verification token.",
  proof:
    "`X-Slack-Signature: v0=<hex>`, HMAC-SHA256 over `v0:<X-Slack-Request-Timestamp>:<body>`; the time is unix seconds.",
  exampleType: "app_mention",
  events:
    "Events API, slash commands and interactivity, on one URL or on several. JSON `event_callback`: type of the inner event (`app_mention`), payload the whole callback, id `event_id`, time `event_time`, attempt `X-Slack-Retry-Num` (not signed). Form: type `command`, payload the form's fields (`command`, `text`, …), id `trigger_id`. Form with JSON in `payload`: type `block_actions`, `view_submission`, …, payload that JSON, no id. JSON `app_rate_limited`: that type, no id.",
  retries:
    "Events at once, after 1 min and after 5 min; commands and interactions never. `X-Slack-No-Retry` is not sent.",
  notes: [
    "`url_verification` is signed; the challenge, at most 512 characters, goes back as plain text. `ssl_check=1` comes as a form **without** a signature: it hears an empty 200, and nothing of it reaches a handler. With a signature header it must hold like any other delivery.",
    "Interactions have no id, so they are not deduped; Slack does not send them again.",
    'Acknowledge first and work afterwards: 3 s are short. A command may be answered at once: `context.reply({ body: "On it." })`.',
  ],
  sources: [
    "github.com/slackapi/bolt-js@9a45c3c9a3, src/receivers/verify-request.ts, HTTPModuleFunctions.ts; slackapi/python-slack-sdk, tests/slack_sdk/signature",
    "docs.slack.dev",
    "npm slack-payload, and the published delivery of a slash command: how forms are laid out",
  ],
  unconfirmed: ["that `event_id` stays the same over retries"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
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
