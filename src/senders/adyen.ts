// Verifies Adyen's deliveries and locates their events.
import { allOf, anyOf } from "../auth/combine.js";
import type { Secrets } from "../auth/keys/secrets.js";
import { basicAuth } from "../auth/schemes/basic-auth.js";
import { hmac } from "../auth/schemes/hmac.js";
import { itemHmac } from "../auth/schemes/item-hmac.js";
import type { Auth } from "../core/auth.js";
import { dottedAll, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { parseJson } from "../lib/json.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

/** Options of `adyen`. */
export interface AdyenOptions {
  /** The webhook's HMAC key: hex, as the Customer Area shows it. */
  readonly secret: Secrets;
  /** The basic authentication of the webhook. Give both where you have set it: it is then required beside the signature. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/** What one payment notification holds. */
export interface AdyenItem {
  readonly NotificationRequestItem: {
    readonly pspReference: string;
    readonly eventCode: string;
    readonly success: string;
    readonly [member: string]: unknown;
  };
}

const ITEM = "NotificationRequestItem";
const SIGNED_FIELDS = /* @__PURE__ */ [
  "pspReference",
  "originalReference",
  "merchantAccountCode",
  "merchantReference",
  "amount.value",
  "amount.currency",
  "eventCode",
  "success",
].map((name) => `${ITEM}.${name}`);

/** The same code and reference with another `success` is another event, so it belongs to the id. */
const PAYMENT: EventRow = {
  each: "notificationItems",
  id: /* @__PURE__ */ dottedAll(
    /* @__PURE__ */ json(`${ITEM}.eventCode`),
    /* @__PURE__ */ json(`${ITEM}.pspReference`),
    /* @__PURE__ */ json(`${ITEM}.success`),
  ),
  type: /* @__PURE__ */ json(`${ITEM}.eventCode`),
  timestamp: /* @__PURE__ */ json(`${ITEM}.eventDate`, "rfc3339"),
};
/** Of a report the reference is its file's name, which another merchant account of the company has as well. */
const REPORT: EventRow = {
  ...PAYMENT,
  id: /* @__PURE__ */ dottedAll(
    /* @__PURE__ */ json(`${ITEM}.eventCode`),
    /* @__PURE__ */ json(`${ITEM}.merchantAccountCode`),
    /* @__PURE__ */ json(`${ITEM}.pspReference`),
    /* @__PURE__ */ json(`${ITEM}.success`),
  ),
};

function paymentRow(items: unknown): EventRow {
  const isOfReport = (item: unknown) => memberOf(item, `${ITEM}.eventCode`) === "REPORT_AVAILABLE";
  return Array.isArray(items) && items.some(isOfReport) ? REPORT : PAYMENT;
}

/** Recurring tokens have an id, which is that of the request: one may create a token and update it. */
const TOKEN: EventRow = {
  id: /* @__PURE__ */ dottedAll(/* @__PURE__ */ json("type"), /* @__PURE__ */ json("eventId")),
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("createdAt", "rfc3339"),
};
const PLATFORM: EventRow = {
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("timestamp", "rfc3339"),
};

/** Which of the two a delivery has is decided by what came; which one a test makes, by what is in the body. */
function adyenAuth(secret: Secrets): Auth {
  const whole = hmac({ secret, key: "hex", signature: { header: "hmacsignature", encoding: "base64" } });
  const items = itemHmac({
    secret,
    key: "hex",
    items: "notificationItems",
    fields: SIGNED_FIELDS,
    joint: ":",
    jointIn: `${ITEM}.merchantReference`,
    signature: `${ITEM}.additionalData.hmacSignature`,
    encoding: "base64",
  });
  return {
    ...anyOf(whole, items),
    sign(request, key) {
      const parsed = parseJson(request.body);
      const hasItems = parsed.ok && memberOf(parsed.value, "notificationItems") !== undefined;
      return ((hasItems ? items : whole) as Required<Auth>).sign(request, key);
    },
  };
}

/** Adyen's webhooks. Types are event codes (`AUTHORISATION`), or of platform webhooks the body's `type`. */
export const adyen: SenderFactory<AdyenOptions> = /* @__PURE__ */ senderFactory({
  factory: "adyen",
  name: "adyen",
  options: ["secret", "username", "password"],
  define({ secret, username, password }) {
    const signature = adyenAuth(secret);
    const isBasic = username !== undefined || password !== undefined;
    return {
      auth: isBasic ? allOf(basicAuth({ username: username ?? "", password }), signature) : signature,
      event(_delivery, payload) {
        const items = memberOf(payload, "notificationItems");
        if (items !== undefined) return paymentRow(items);
        return memberOf(payload, "eventId") === undefined ? PLATFORM : TOKEN;
      },
      reply: {
        successBody: "[accepted]",
        successHeaders: { "content-type": "text/plain; charset=utf-8" },
        timeLimitSeconds: 10,
        retryHorizonSeconds: 31 * 86_400,
        honoursRetryAfter: false,
        unsubscribes: [],
      },
    };
  },
});
