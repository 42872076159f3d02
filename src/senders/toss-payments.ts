// Verifies Toss Payments' deliveries and locates their events.

import type { Secrets } from "../auth/keys/secrets.js";
import { bodySecrets } from "../auth/request/body-secrets.js";
import { PrivateFields } from "../auth/request/unverified-fields.js";
import { writeField } from "../auth/request/write-field.js";
import { hmac } from "../auth/schemes/hmac.js";
import { type Auth, absent, COVERS_NOTHING, type Proof, refuse, type SignableRequest } from "../core/auth.js";
import { header, json, literal } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { indexOfDigest, sha256 } from "../lib/constant-time.js";
import type { MaybePromise } from "../lib/maybe-promise.js";
import type { Confirm, EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

/** Options of `tossPayments`. */
export interface TossPaymentsOptions {
  /** Fetches the truth of an unsigned event, by its `paymentKey` say. Required: anyone can post one. */
  readonly confirm: Confirm;
  /** The security key, for `payout.changed` and `seller.changed`. Used as text; whether Toss decodes it first is unconfirmed. */
  readonly securityKey?: Secrets;
  /** The `secret` of the payment's approval response, for `DEPOSIT_CALLBACK`. `undefined`: no such order. */
  readonly depositSecret?: (orderId: string) => MaybePromise<string | undefined>;
}

const SIGNED_TYPES: ReadonlySet<string> = /* @__PURE__ */ new Set(["payout.changed", "seller.changed"]);
const SIGNATURE = "tosspayments-webhook-signature";
const TRANSMISSION_ID = /* @__PURE__ */ header("tosspayments-webhook-transmission-id");
const ATTEMPT = /* @__PURE__ */ header("tosspayments-webhook-transmission-retried-count");

const SIGNED: EventRow = {
  id: /* @__PURE__ */ json("eventId"),
  type: /* @__PURE__ */ json("eventType"),
  attempt: ATTEMPT,
};
const DEPOSIT: EventRow = { id: TRANSMISSION_ID, type: /* @__PURE__ */ literal("DEPOSIT_CALLBACK"), attempt: ATTEMPT };
const UNSIGNED: EventRow = { id: TRANSMISSION_ID, type: /* @__PURE__ */ json("eventType"), attempt: ATTEMPT };

/**
 * Toss Payments' webhooks.
 *
 * Shape:   `payout.changed`, `seller.changed`: `tosspayments-webhook-signature: v1:<base64>,v1:<base64>` over
 *          `<body>:<transmission time>`. `DEPOSIT_CALLBACK`: the payment's own `secret` in the body. All others: unsigned.
 * Source:  docs.tosspayments.com, webhook guide and reference. No vector is published.
 * Promise: an unsigned event has `verified: false` and reaches a handler only if `confirm` verifies it.
 *          Not promised: that the transmission id, by which all but the signed ones are deduped, stays the same over
 *          retries (unconfirmed).
 *
 * @throws {TypeError} When `confirm` is missing, or the security key is malformed.
 * @example
 * tossPayments({
 *   securityKey: process.env.TOSS_SECURITY_KEY,
 *   depositSecret: (orderId) => orders.secretOf(orderId),
 *   confirm: async (event) => ({ payload: await fetchPayment(event.payload) }),
 * })
 */
export const tossPayments: SenderFactory<TossPaymentsOptions> = /* @__PURE__ */ senderFactory({
  factory: "tossPayments",
  name: "toss-payments",
  options: ["confirm", "securityKey", "depositSecret"],
  define(options) {
    if (typeof options.confirm !== "function") {
      throw new TypeError(
        "tossPayments: confirm(event) is required: most Toss events are unsigned, so only a look-up of the payment itself can verify them",
      );
    }
    return {
      auth: tossAuth(options),
      confirm: options.confirm,
      event(_delivery, payload) {
        const type = memberOf(payload, "eventType");
        if (type === undefined) return DEPOSIT; // its secret has been verified and removed
        return SIGNED_TYPES.has(String(type)) ? SIGNED : UNSIGNED;
      },
      // Whether the signed transmission time is new on each of the retries, over 3 days 19 hours, is unconfirmed.
      toleranceSeconds: null,
      reply: {
        successStatuses: [200],
        timeLimitSeconds: 10,
        retryHorizonSeconds: 91 * 3_600,
        honoursRetryAfter: false,
        unsubscribes: [],
      },
    };
  },
});

function tossAuth(options: TossPaymentsOptions): Auth {
  const { depositSecret } = options;
  const signature = !("securityKey" in options)
    ? undefined
    : hmac({
        secret: options.securityKey,
        signed: "{body}:{header:tosspayments-webhook-transmission-time}",
        patterns: {
          "header:tosspayments-webhook-transmission-time": /\d{10,13}|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-][\d:]+)?/,
        },
        signature: { header: SIGNATURE, encoding: "base64", form: { list: "v1:", separator: "," } },
      });

  async function judgeDeposit(fields: PrivateFields, secret: string): Promise<Proof> {
    const orderId = fields.read("json", "orderId");
    if (typeof orderId !== "string") return refuse("bad_credentials", "DEPOSIT_CALLBACK without an orderId");
    if (depositSecret === undefined)
      return refuse("misconfigured", "a DEPOSIT_CALLBACK came, and tossPayments has no depositSecret to check it with");
    const expected = await depositSecret(orderId); // an error makes the delivery undecided
    const isEqual = indexOfDigest([sha256(expected ?? "")], sha256(secret)) === 0;
    if (expected === undefined || expected === "" || !isEqual)
      return refuse("unauthenticated", "the secret in the body is not that of the order");
    return { ok: true, keyIndex: 0, covers: COVERS_NOTHING };
  }

  /** What a receiver keeps of a deposit is without its secret: to be sent again it gets the order's. */
  async function withDepositSecret(request: SignableRequest, key: string | undefined): Promise<SignableRequest> {
    const fields = new PrivateFields({ url: "", body: Buffer.from(request.body) });
    const orderId = fields.read("json", "orderId");
    if (key === undefined && (typeof orderId !== "string" || fields.read("json", "secret") !== undefined))
      return request;
    const secret = key ?? (await depositSecret?.(orderId as string));
    return secret === undefined ? request : writeField(request, { in: "json", name: "secret" }, secret);
  }

  return {
    scheme: "toss-payments",
    covers: COVERS_NOTHING,
    signsTime: false,
    credentialHeaders: [SIGNATURE],
    // Of a deposit; and of the payment that other events hold whole.
    ...bodySecrets(["secret", "data.secret"].map((name) => ({ in: "json", name }))),
    needsPublicUrl: false,
    warnings: signature?.warnings ?? [],
    verify(delivery, context) {
      const fields = new PrivateFields(delivery);
      const type = fields.read("json", "eventType");
      if (typeof type === "symbol") return refuse("bad_credentials", "the body is not JSON with an eventType of text");
      if (type !== undefined && SIGNED_TYPES.has(type)) {
        return (
          signature?.verify(delivery, context) ??
          refuse("misconfigured", `a ${type} came, and tossPayments has no securityKey to check it with`)
        );
      }
      const secret = fields.read("json", "secret");
      if (type === undefined) {
        return typeof secret === "string"
          ? judgeDeposit(fields, secret)
          : absent("neither an eventType nor the secret of a DEPOSIT_CALLBACK");
      }
      // A genuine one has no eventType; this one wants to get round its secret.
      if (type === DEPOSIT.type.name)
        return refuse("unauthenticated", "a DEPOSIT_CALLBACK that names its own eventType");
      return { ok: true, keyIndex: 0, covers: COVERS_NOTHING, isVerified: false };
    },
    sign(request, key) {
      const timed = {
        ...request,
        headers: {
          "tosspayments-webhook-transmission-time": new Date(request.timestampMs).toISOString(),
          ...request.headers,
        },
      };
      const type = new PrivateFields({ url: "", body: Buffer.from(request.body) }).read("json", "eventType");
      const isSigned = typeof type === "string" && SIGNED_TYPES.has(type);
      if (type === undefined && depositSecret !== undefined) return withDepositSecret(timed, key);
      return isSigned && signature?.sign !== undefined ? signature.sign(timed, key) : timed;
    },
  };
}
