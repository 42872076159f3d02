// Verifies Zendesk's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header, json, literal } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";
import { XML_TEXT } from "./shared/xml-text.js";

const ZENDESK_INVOCATION = /* @__PURE__ */ header("x-zendesk-webhook-invocation-id");

const ZENDESK_EVENT: EventRow = {
  id: /* @__PURE__ */ json("id"),
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("time", "rfc3339"),
};

/** A trigger's or automation's body is what its maker wrote. */
const ZENDESK_TRIGGER: EventRow = { id: ZENDESK_INVOCATION, type: /* @__PURE__ */ literal("trigger") };

/** Zendesk's webhooks. Types are `zen:event-type:ticket.created`; of triggers and automations `trigger`. */
export const zendesk: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "zendesk",
  name: "zendesk",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}{body}",
      timestamp: header("x-zendesk-webhook-signature-timestamp", "rfc3339"),
      signature: { header: "x-zendesk-webhook-signature", encoding: "base64" },
    }),
    body: {
      "application/json": "json",
      "application/x-www-form-urlencoded": "form",
      "application/xml": XML_TEXT,
      "text/xml": XML_TEXT,
    },
    event: (_delivery, payload) => {
      const type = memberOf(payload, "type");
      return typeof type === "string" && type.startsWith("zen:event-type:") ? ZENDESK_EVENT : ZENDESK_TRIGGER;
    },
    reply: {
      methods: ["POST", "PUT", "PATCH"],
      timeLimitSeconds: 12,
      retryHorizonSeconds: 3_600,
      unsubscribes: [],
    },
  }),
});
