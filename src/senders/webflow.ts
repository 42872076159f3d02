// Verifies Webflow's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { header, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const WEBFLOW_FORM: EventRow = { id: /* @__PURE__ */ json("payload.id"), type: /* @__PURE__ */ json("triggerType") };

const WEBFLOW_OTHER: EventRow = { type: /* @__PURE__ */ json("triggerType") };

/** Webflow's webhooks, those that an app or the API created. Types are `form_submission`, `ecomm_new_order`. */
export const webflow: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "webflow",
  name: "webflow",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}:{body}",
      timestamp: header("x-webflow-timestamp", "unix-milliseconds"),
      signature: { header: "x-webflow-signature", encoding: "hex" },
    }),
    event: (_delivery, payload) =>
      memberOf(payload, "triggerType") === "form_submission" && memberOf(payload, "payload.id") !== undefined
        ? WEBFLOW_FORM
        : WEBFLOW_OTHER,
    reply: { retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
