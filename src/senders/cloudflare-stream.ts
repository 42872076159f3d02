// Verifies Cloudflare Stream's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { dottedAll, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Cloudflare Stream's webhooks. Types are states of the video: `ready`, `error`. */
export const cloudflareStream: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "cloudflareStream",
  name: "cloudflare-stream",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("time", "unix-seconds"),
      signature: { header: "webhook-signature", encoding: "hex", form: { pairs: "sig1" } },
    }),
    event: {
      id: dottedAll(json("uid"), json("status.state")),
      type: json("status.state"),
      timestamp: json("modified", "rfc3339"),
    },
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
