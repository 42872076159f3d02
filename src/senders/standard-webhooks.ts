// Standard Webhooks 1.0.0, and Svix, where it comes from.
import { mac } from "../auth/mac.js";
import type { MacOptions } from "../auth/mac-plan.js";
import type { Secrets } from "../auth/secrets.js";
import type { AnyEvents, EventMap } from "../event.js";
import { header, json, literal, memberOf } from "../field.js";
import { refuseUnknownKeys } from "../internal/known-keys.js";
import type { ReplyProfile } from "../reply-profile.js";
import { defineSender, type EventRow, type Sender } from "../sender.js";

export interface SecretOptions {
  /** As the sender shows it. One, several while rotating, or a function of the delivery. */
  readonly secret: Secrets;
}

/** The specification's example schedule ends after 75 h 35 min; a sender may go on for longer. */
const RETRY_HORIZON_SECONDS = 4 * 86_400;

/** HMAC-SHA256 over `<id>.<timestamp>.<body>`, key base64 after `whsec_`, signatures `v1,<base64>` in a list. */
export function standardWebhooksMac(
  prefix: string,
  secret: Secrets,
  families?: readonly string[],
): ReturnType<typeof mac> {
  const options: MacOptions = {
    secret,
    key: { base64After: "whsec_" },
    minKeyBytes: 24,
    maxKeyBytes: 64,
    signed: `{header:${prefix}-id}.{timestamp}.{body}`,
    timestamp: header(`${prefix}-timestamp`, "unix-seconds"),
    signature: { header: `${prefix}-signature`, encoding: "base64", form: { list: "v1,", separator: " " } },
  };
  return mac(families === undefined ? options : { ...options, families });
}

/** The type is recommended, not required: a body without one is a `message`. */
function rowsWithId(name: string): (payload: unknown) => EventRow {
  const timestamp = json("timestamp", "rfc3339");
  const typed: EventRow = { id: header(name), type: json("type"), timestamp };
  const untyped: EventRow = { id: header(name), type: literal("message"), timestamp };
  return (payload) => (typeof memberOf(payload, "type") === "string" ? typed : untyped);
}
const WEBHOOK_ROW = rowsWithId("webhook-id");
const SVIX_ROW = rowsWithId("svix-id");

const REPLY: Partial<ReplyProfile> = {
  timeLimitSeconds: 15,
  retryHorizonSeconds: RETRY_HORIZON_SECONDS,
  unsubscribes: [410],
};

/**
 * Any sender that follows Standard Webhooks.
 *
 * Shape:   `webhook-id`, `webhook-timestamp: <unix seconds>`, `webhook-signature: v1,<base64>[ v1,<base64>…]`
 * Source:  the specification, version 1.0.0; test/vectors/senders.json.
 * Promise: id, time and body come from a holder of the secret. Not promised: `v1a` (Ed25519) signatures are not read yet.
 *
 * @param options.secret - `whsec_` and base64 of 24 to 64 bytes.
 * @throws {TypeError} When the secret is missing or ill-formed.
 * @example createReceiver(standardWebhooks({ secret: process.env.WEBHOOK_SECRET }))
 */
export function standardWebhooks<Events = AnyEvents>(options: SecretOptions): Sender<EventMap<Events>> {
  refuseUnknownKeys("standardWebhooks", options, ["secret"]);
  return defineSender<Events>({
    name: "standard-webhooks",
    auth: standardWebhooksMac("webhook", options.secret),
    event: (_delivery, payload) => WEBHOOK_ROW(payload),
    reply: REPLY,
  });
}

/**
 * Svix, which sends for many others, under `svix-*` or `webhook-*` header names; both at once are refused.
 *
 * Source:  github.com/svix/svix-webhooks; the scheme is that of Standard Webhooks.
 * Promise: as `standardWebhooks`.
 *
 * @param options.secret - `whsec_` and base64 of 24 to 64 bytes.
 * @throws {TypeError} When the secret is missing or ill-formed.
 * @example createReceiver(svix({ secret: process.env.SVIX_SECRET }))
 */
export function svix<Events = AnyEvents>(options: SecretOptions): Sender<EventMap<Events>> {
  refuseUnknownKeys("svix", options, ["secret"]);
  return defineSender<Events>({
    name: "svix",
    auth: standardWebhooksMac("*", options.secret, ["svix", "webhook"]),
    event: (delivery, payload) => (delivery.headers.get("svix-id") === undefined ? WEBHOOK_ROW : SVIX_ROW)(payload),
    reply: REPLY,
  });
}
