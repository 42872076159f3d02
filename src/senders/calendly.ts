// Verifies Calendly's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { dottedAll, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const CALENDLY_EVENT = /* @__PURE__ */ json("event");

const CALENDLY_TIME = /* @__PURE__ */ json("created_at", "rfc3339");

const CALENDLY: EventRow = {
  id: /* @__PURE__ */ dottedAll(
    CALENDLY_EVENT,
    /* @__PURE__ */ json("created_at"),
    /* @__PURE__ */ json("payload.uri"),
  ),
  type: CALENDLY_EVENT,
  timestamp: CALENDLY_TIME,
};

const CALENDLY_BARE: EventRow = { type: CALENDLY_EVENT, timestamp: CALENDLY_TIME };

/** Calendly's webhooks. Types are `invitee.created`, `invitee.canceled`, `routing_form_submission.created`. */
export const calendly: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "calendly",
  name: "calendly",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "calendly-webhook-signature", encoding: "hex", form: { pairs: "v1" } },
    }),
    // The body is signed, so nobody can take the parts of the id away.
    event: (_delivery, payload) =>
      memberOf(payload, "payload.uri") === undefined || memberOf(payload, "created_at") === undefined
        ? CALENDLY_BARE
        : CALENDLY,
    toleranceSeconds: 180,
    reply: { retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
