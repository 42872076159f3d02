// Verifies Heroku's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { dottedAll, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Heroku's app webhooks. Types are resource and action: `build.update`, `release.create`, … */
export const heroku: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "heroku",
  name: "heroku",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "heroku-webhook-hmac-sha256", encoding: "base64" } }),
    event: { id: json("webhook_metadata.event.id"), type: dottedAll(json("resource"), json("action")) },
    reply: { unsubscribes: [] },
  }),
});
