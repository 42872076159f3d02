// Verifies OpenAI's deliveries and locates their events.
import type { Secrets } from "../auth/keys/secrets.js";
import { hmac } from "../auth/schemes/hmac.js";
import type { Auth } from "../core/auth.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";
import type { StandardEnvelope } from "./shared/standard-webhooks-follower.js";
import { STANDARD_REPLY, standardWebhooksEvent, standardWebhooksHmac } from "./shared/standard-webhooks-scheme.js";

const OPENAI_KEY = { key: { base64After: "whsec_", otherwise: "utf8" } } as const;

/** The signature's own form says which of the two it is; to sign, it is written as Standard Webhooks has it. */
function openaiAuth(secret: Secrets): Auth {
  const listed = standardWebhooksHmac(secret, "webhook", OPENAI_KEY);
  const bare = hmac({
    secret,
    ...OPENAI_KEY,
    signed: "{header:webhook-id}.{timestamp}.{body}",
    timestamp: header("webhook-timestamp", "unix-seconds"),
    signature: { header: "webhook-signature", encoding: "base64" },
  });
  return {
    ...listed,
    verify(delivery, context) {
      const isListed = delivery.headers.get("webhook-signature")?.includes(",") ?? true;
      return (isListed ? listed : bare).verify(delivery, context);
    },
  };
}

/** OpenAI's webhooks. Types are `response.completed`, `batch.failed`, … */
export const openai: SecretSender<StandardEnvelope> = /* @__PURE__ */ senderFactory({
  factory: "openai",
  name: "openai",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: openaiAuth(secret),
    event: standardWebhooksEvent("webhook", json("type"), json("created_at", "unix-seconds")),
    reply: STANDARD_REPLY,
  }),
});
