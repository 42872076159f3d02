// Verifies Buildkite's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Buildkite's webhooks. Types are `build.finished`, `job.started`, `agent.connected`, …; a test is `ping`. */
export const buildkite: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "buildkite",
  name: "buildkite",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("timestamp", "unix-seconds"),
      signature: { header: "x-buildkite-signature", encoding: "hex", form: { pairs: "signature" } },
    }),
    event: { type: json("event") },
    reply: { unsubscribes: [] },
  }),
});
