// Verifies PortOne's deliveries and locates their events.
import type { Secrets } from "../auth/keys/secrets.js";
import { dottedAll, header, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { Confirm, EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { standardWebhooksHmac } from "./shared/standard-webhooks-scheme.js";
import { unsigned } from "./shared/unsigned.js";

/** Options of `portone`. */
export interface PortoneOptions {
  /** The webhook's secret, `whsec_…`: version 2. */
  readonly secret?: Secrets;
  /** Fetches the truth of an event by its `imp_uid`: version 1, which signs nothing. */
  readonly confirm?: Confirm;
}

const ID = /* @__PURE__ */ header("webhook-id");
/** Of 2024-04-25. */
const TYPED: EventRow = {
  id: ID,
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("timestamp", "rfc3339"),
};
/** Of 2024-01-01, JSON or a form: `{ payment_id, tx_id, status }`. */
const BY_STATUS: EventRow = { id: ID, type: /* @__PURE__ */ json("status") };
/** Of version 1: one payment comes once for each status, and once for each of its partial cancellations. */
const UNSIGNED: EventRow = {
  id: /* @__PURE__ */ dottedAll(/* @__PURE__ */ json("imp_uid"), /* @__PURE__ */ json("status")),
  type: /* @__PURE__ */ json("status"),
};
const CANCELLATION: EventRow = {
  id: /* @__PURE__ */ dottedAll(
    /* @__PURE__ */ json("imp_uid"),
    /* @__PURE__ */ json("status"),
    /* @__PURE__ */ json("cancellation_id"),
  ),
  type: UNSIGNED.type,
};
/** Nothing distinguishes one partial cancellation from the next. */
const CANCELLED: EventRow = { type: UNSIGNED.type };

function unsignedRow(payload: unknown): EventRow {
  if (memberOf(payload, "status") !== "cancelled") return UNSIGNED;
  return memberOf(payload, "cancellation_id") === undefined ? CANCELLED : CANCELLATION;
}

/**
 * PortOne's webhooks. Types are `Transaction.Paid`, … of version 2; `Paid`, … of its first body; `paid`, … of version 1.
 *
 * Promise: with `secret` id, time and body come from a holder of it. With `confirm` nothing is authenticated: an event has
 *          `verified: false` and reaches a handler only if `confirm` verifies it.
 *
 * @throws {TypeError} When neither is given, or both, or the secret is malformed.
 * @example createReceiver(portone({ secret: process.env.PORTONE_WEBHOOK_SECRET }))
 */
export const portone: SenderFactory<PortoneOptions> = /* @__PURE__ */ senderFactory({
  factory: "portone",
  name: "portone",
  options: ["secret", "confirm"],
  define(options) {
    const isSigned = "secret" in options;
    if (isSigned === "confirm" in options) {
      throw new TypeError(
        "portone: give secret (version 2) or confirm (version 1, which signs nothing), one of the two",
      );
    }
    return {
      auth: isSigned ? standardWebhooksHmac(options.secret) : unsigned("portone", options.confirm),
      ...(options.confirm === undefined ? {} : { confirm: options.confirm }),
      body: { "application/json": "json", "application/x-www-form-urlencoded": "form" },
      event: (_delivery, payload) =>
        isSigned ? (memberOf(payload, "type") === undefined ? BY_STATUS : TYPED) : unsignedRow(payload),
      reply: { timeLimitSeconds: 30, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
