// Verifies LINE Messaging API's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** What every LINE event is at least. */
export interface LineEnvelope {
  type: string;
  webhookEventId: string;
  timestamp: number;
}

/** LINE's Messaging API. Types are `message`, `follow`, `postback`, … */
export const line: SecretSender<LineEnvelope> = /* @__PURE__ */ senderFactory({
  factory: "line",
  name: "line",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-line-signature", encoding: "base64" } }),
    event: {
      each: "events",
      id: json("webhookEventId"),
      type: json("type"),
      timestamp: json("timestamp", "unix-milliseconds"),
    },
    reply: { retries: false, timeLimitSeconds: 2, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
