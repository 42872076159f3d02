// Verifies LinkedIn's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { challengeByGet } from "./shared/challenge-by-get.js";
import { senderFactory } from "./shared/factory.js";
import { okJson } from "./shared/handshakes.js";
import { namedRows } from "./shared/named-rows.js";
import type { SecretSender } from "./shared/options.js";

/** learn.microsoft.com/linkedin/shared/api-guide/webhook-validation: a UUID. Signed texts begin with `hmacsha256=`. */
const CHALLENGE_CODE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const LINKEDIN_EVENT: EventRow = { type: /* @__PURE__ */ json("type") };

const linkedinRow = /* @__PURE__ */ namedRows((type) => ({ each: "notifications", id: json("notificationId"), type }));

/** LinkedIn's webhooks. Types are `ORGANIZATION_SOCIAL_ACTION_NOTIFICATIONS`, `LEAD_ACTION`, … */
export const linkedin: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "linkedin",
  name: "linkedin",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signed: "hmacsha256={body}", signature: { header: "x-li-signature", encoding: "hex" } }),
    event(_delivery, payload) {
      const type = memberOf(payload, "type");
      if (!Array.isArray(memberOf(payload, "notifications")) || typeof type !== "string") return LINKEDIN_EVENT;
      return linkedinRow(type);
    },
    handshakes: [
      challengeByGet("linkedin", secret, {
        parameter: "challengeCode",
        pattern: CHALLENGE_CODE,
        encoding: "hex",
        reply: (challengeCode, challengeResponse) => okJson({ challengeCode, challengeResponse }),
      }),
    ],
    reply: { timeLimitSeconds: 3, retryHorizonSeconds: 8 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
