// Verifies Knock's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Knock's outbound webhooks. Types are `message.sent`, `workflow.committed`. */
export const knock: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "knock",
  name: "knock",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-milliseconds"),
      signature: { header: "x-knock-signature", encoding: "base64", form: { pairs: "s" } },
    }),
    event: { id: json("id"), type: json("type"), timestamp: json("created_at", "rfc3339") },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
