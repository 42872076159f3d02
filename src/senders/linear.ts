// Verifies Linear's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { dotted, header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** What every Linear event is at least. */
export interface LinearEnvelope {
  action: string;
  type: string;
  webhookTimestamp: number;
}

/** Linear's webhooks. Types are the entity and the action: `Issue.create`, `Comment.update`. */
export const linear: SecretSender<LinearEnvelope> = /* @__PURE__ */ senderFactory({
  factory: "linear",
  name: "linear",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      timestamp: json("webhookTimestamp", "unix-milliseconds"),
      signature: { header: "linear-signature", encoding: "hex" },
    }),
    event: {
      id: header("linear-delivery"),
      type: dotted(json("type"), json("action")),
      timestamp: json("createdAt", "rfc3339"),
    },
    toleranceSeconds: 60,
    // `webhookTimestamp` is the time of the attempt.
    retriesChange: ["webhookTimestamp"],
    reply: {
      successStatuses: [200],
      timeLimitSeconds: 5,
      retryHorizonSeconds: 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
      maxBodyBytes: 5_242_880,
    },
  }),
});
