// Verifies WorkOS's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { json } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";
import { signWorkosVerdict, WORKOS_ACTION, WORKOS_VERDICT, workosActionOf } from "./workos-actions.js";

const WORKOS_EVENT: EventRow = {
  id: /* @__PURE__ */ json("id"),
  type: /* @__PURE__ */ json("event"),
  timestamp: /* @__PURE__ */ json("created_at", "rfc3339"),
};

/** WorkOS' webhooks and actions. Types are `connection.activated`, `dsync.user.created`; of actions `authentication_action_context`. */
export const workos: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "workos",
  name: "workos",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-milliseconds"),
      signature: { header: "workos-signature", encoding: "hex", form: { pairs: "v1", separator: ", " } },
      signsReplies: WORKOS_VERDICT,
    }),
    toleranceSeconds: 180,
    event: (_delivery, payload) => (workosActionOf(payload) === undefined ? WORKOS_EVENT : WORKOS_ACTION),
    reply: { finish: signWorkosVerdict, retryHorizonSeconds: 4 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
