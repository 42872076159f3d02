// Verifies CircleCI's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** CircleCI's outbound webhooks. Types are `workflow-completed`, `job-completed` and `ping`. */
export const circleci: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "circleci",
  name: "circleci",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signature: { header: "circleci-signature", encoding: "hex", form: { list: "v1=", separator: "," } },
    }),
    event: { id: json("id"), type: json("type"), timestamp: json("happened_at", "rfc3339") },
    reply: { timeLimitSeconds: 5, unsubscribes: [] },
  }),
});
