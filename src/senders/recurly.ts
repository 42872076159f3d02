// Verifies Recurly's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { dotted, dottedAll, header, json } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const TYPE = /* @__PURE__ */ dotted(/* @__PURE__ */ json("object_type"), /* @__PURE__ */ json("event_type"));
const TIME = /* @__PURE__ */ json("event_time", "rfc3339");
const NOTIFICATION_ID = "recurly-notification-id";
const NOTIFICATION: EventRow = { id: /* @__PURE__ */ header(NOTIFICATION_ID), type: TYPE, timestamp: TIME };
/** Notifications without the header: `id` of the body is the object's. */
const WITHOUT_HEADER: EventRow = {
  id: /* @__PURE__ */ dottedAll(
    /* @__PURE__ */ json("object_type"),
    /* @__PURE__ */ json("event_type"),
    /* @__PURE__ */ json("id"),
    /* @__PURE__ */ json("event_time"),
  ),
  type: TYPE,
  timestamp: TIME,
};

/** Recurly's JSON webhooks. Types are object and event: `subscription.created`. */
export const recurly: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "recurly",
  name: "recurly",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-milliseconds"),
      signature: { header: "recurly-signature", encoding: "hex", form: { list: "", separator: ",", leading: "t" } },
    }),
    event: ({ headers }) => (headers.has(NOTIFICATION_ID) ? NOTIFICATION : WITHOUT_HEADER),
    reply: { timeLimitSeconds: 5, retryHorizonSeconds: 4 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
