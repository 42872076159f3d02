// Verifies TikTok's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { param } from "../auth/signature/signature.js";
import { json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** What every TikTok event is at least. */
export interface TiktokEnvelope {
  event: string;
  create_time: number;
  user_openid: string;
}

/** TikTok for Developers' webhooks. Types are `video.upload.failed`, `authorization.removed`, … */
export const tiktok: SecretSender<TiktokEnvelope> = /* @__PURE__ */ senderFactory({
  factory: "tiktok",
  name: "tiktok",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "tiktok-signature", encoding: "hex", form: { pairs: "s" } },
    }),
    event: { type: json("event"), timestamp: json("create_time", "unix-seconds") },
    reply: { retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
