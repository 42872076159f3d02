// Verifies Asana's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { dotted, json } from "../core/field.js";
import { checkEnrol, type EnrollingOptions, enrolment } from "./shared/enrolling.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";

const ASANA_SECRET = "x-hook-secret";

/** Asana's webhooks. Types are kind of thing and what happened to it: `task.changed`, `story.added`. */
export const asana: SenderFactory<EnrollingOptions> = /* @__PURE__ */ senderFactory({
  factory: "asana",
  name: "asana",
  options: ["secret", "enrol"],
  define: ({ secret, enrol }) => {
    checkEnrol("asana", enrol);
    return {
      auth: hmac({ secret, signature: { header: "x-hook-signature", encoding: "hex" } }),
      event: {
        each: "events",
        type: dotted(json("resource.resource_type"), json("action")),
        timestamp: json("created_at", "rfc3339"),
      },
      handshakes: [
        enrolment(
          { in: "header", name: ASANA_SECRET },
          enrol,
          ({ headers }) => {
            const value = headers.once(ASANA_SECRET);
            return typeof value === "symbol" ? "" : value;
          },
          (hookSecret) => ({ [ASANA_SECRET]: hookSecret }),
        ),
      ],
      privateHeaders: [ASANA_SECRET],
      reply: { timeLimitSeconds: 10, retryHorizonSeconds: 2 * 86_400, honoursRetryAfter: false, unsubscribes: [410] },
    };
  },
});
