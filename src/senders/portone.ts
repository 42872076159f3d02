// PortOne (Korea): version 2 follows Standard Webhooks; version 1 signs nothing.
import type { Secrets } from "../auth/keys/secrets.js";
import { dottedAll, header, json, memberOf } from "../core/field.js";
import type { Confirm, EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { followerProof } from "./shared/standard-webhooks-follower.js";
import { standardWebhooksMac } from "./shared/standard-webhooks-scheme.js";
import { unsigned } from "./shared/unsigned.js";

export interface PortoneOptions {
  /** The webhook's secret, `whsec_…`: version 2. */
  readonly secret?: Secrets;
  /** Fetches the truth of an event by its `imp_uid`: version 1, which signs nothing. */
  readonly confirm?: Confirm;
}

const ID = header("webhook-id");
/** Of 2024-04-25. */
const TYPED: EventRow = { id: ID, type: json("type"), timestamp: json("timestamp", "rfc3339") };
/** Of 2024-01-01, JSON or a form: `{ payment_id, tx_id, status }`. */
const BY_STATUS: EventRow = { id: ID, type: json("status") };
/** Of version 1: one payment comes once for each status. */
const UNSIGNED: EventRow = { id: dottedAll(json("imp_uid"), json("status")), type: json("status") };

/**
 * PortOne's webhooks. Types are `Transaction.Paid`, … of version 2; `Paid`, … of its first body; `paid`, … of version 1.
 *
 * Promise: with `secret` id, time and body come from a holder of it. With `confirm` nothing is proven: an event has
 *          `verified: false` and reaches a handler only if `confirm` vouches for it.
 *
 * @throws {TypeError} When neither is given, or both, or the secret is malformed.
 * @example createReceiver(portone({ secret: process.env.PORTONE_WEBHOOK_SECRET }))
 */
export const portone: SenderFactory<PortoneOptions> = senderFactory({
  factory: "portone",
  name: "portone",
  title: "PortOne",
  credential:
    "version 2: console → 결제 연동 → 연동 관리 → 결제알림(Webhook) 관리 → the webhook's secret, `whsec_…`, decoded from base64 behind its prefix. Version 1 signs nothing: give `confirm(event)` instead, which asks PortOne for the payment by `imp_uid`; never both for one URL.",
  proof: `version 2: ${followerProof()} Version 1: **none**.`,
  exampleType: "Transaction.Paid",
  events:
    "version 2: id `webhook-id` (signed); type `type` of the body, or its `status` where the webhook is of version 2024-01-01 (JSON or form). Version 1: id `imp_uid` and `status` of the body joined by a dot, type `status`.",
  retries:
    "5 times, after 0, 1, 4, 16, 64 and 256 minutes, with jitter. The body's `timestamp` stays that of the event.",
  notes: [
    "Korea. Deliveries of version 2 come from 52.78.5.241.",
    "PortOne waits 30 s to connect and 30 s for the answer; version 1 connects within 10 s.",
  ],
  sources: [
    "github.com/portone-io/developers.portone.io, opi/ko/integration/webhook/readme-v2.mdx, readme-v1.mdx (2026-08-06)",
    "@portone/server-sdk 0.19.0",
  ],
  unconfirmed: ["where the console shows the secret", "that `webhook-id` stays the same over retries"],
  options: ["secret", "confirm"],
  define(options) {
    const isSigned = "secret" in options;
    if (isSigned === "confirm" in options) {
      throw new TypeError(
        "portone: give secret (version 2) or confirm (version 1, which signs nothing), one of the two",
      );
    }
    return {
      auth: isSigned ? standardWebhooksMac(options.secret) : unsigned("portone", options.confirm),
      ...(options.confirm === undefined ? {} : { confirm: options.confirm }),
      body: { "application/json": "json", "application/x-www-form-urlencoded": "form" },
      event: (_delivery, payload) =>
        isSigned ? (memberOf(payload, "type") === undefined ? BY_STATUS : TYPED) : UNSIGNED,
      reply: { timeLimitSeconds: 30, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
