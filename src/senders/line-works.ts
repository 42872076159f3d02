// Verifies LINE WORKS's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** What every LINE WORKS callback is at least. */
export interface LineWorksEnvelope {
  type: string;
  issuedTime: string;
}

/** LINE WORKS' (NAVER WORKS') bot callbacks. Types are `message`, `postback`, `join`, … */
export const lineWorks: SecretSender<LineWorksEnvelope> = /* @__PURE__ */ senderFactory({
  factory: "lineWorks",
  name: "line-works",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-works-signature", encoding: "base64" } }),
    event: { type: json("type"), timestamp: json("issuedTime", "rfc3339") },
    reply: { retries: false, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
