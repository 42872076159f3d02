// OpenAI, Anthropic, Replicate, Gemini: Standard Webhooks, with thin bodies.

import type { Secrets } from "../auth/keys/secrets.js";
import { mac } from "../auth/schemes/hmac.js";
import type { Auth } from "../core/auth.js";
import { header, json } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";
import { follower, followerProof, type StandardEnvelope } from "./shared/standard-webhooks-follower.js";
import { STANDARD_REPLY, standardWebhooksEvent, standardWebhooksMac } from "./shared/standard-webhooks-scheme.js";

const OPENAI_KEY = { key: { base64After: "whsec_", otherwise: "utf8" } } as const;

/** The signature's own form says which of the two it is; to sign, it is written as Standard Webhooks has it. */
function openaiAuth(secret: Secrets): Auth {
  const listed = standardWebhooksMac(secret, "webhook", OPENAI_KEY);
  const bare = mac({
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
export const openai: SecretSender<StandardEnvelope> = senderFactory({
  factory: "openai",
  name: "openai",
  title: "OpenAI",
  credential:
    "Platform settings → Webhooks → the endpoint's signing secret, shown once. `whsec_…` is decoded from base64 behind its prefix; one without the prefix is used as text.",
  proof: `${followerProof()} A bare base64 without \`v1,\` is accepted too, as OpenAI's own library does.`,
  exampleType: "response.completed",
  retries: "For up to 72 hours, with backoff.",
  notes: ["The body is thin: `data.id` names the response or batch, to be fetched with your SDK."],
  sources: ["github.com/openai/openai-node@7b7d6ca711, src/lib/webhook-signature.ts"],
  unconfirmed: ["72 hours of retries", "the time limit: 15 s is assumed"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: openaiAuth(secret),
    event: standardWebhooksEvent("webhook", json("type"), json("created_at", "unix-seconds")),
    reply: STANDARD_REPLY,
  }),
});

/** Anthropic's webhooks (Managed Agents, beta). Types are those of `data`: `session.status_idled`. */
export const anthropic: SecretSender<{ id: string; type: "event"; data: { type: string; id: string } }> = follower({
  factory: "anthropic",
  title: "Anthropic",
  credential: "the webhook's signing key, `whsec_…`, decoded from base64 behind its prefix.",
  exampleType: "session.status_idled",
  retries: "Unknown; 3xx counts as a failure.",
  type: json("data.type"),
  timestamp: json("created_at", "rfc3339"),
  notes: [
    "The body's own `type` is always `event`; the kind is `data.type`.",
    "The body is thin: `data.id` names what changed, to be fetched.",
  ],
  sources: ["github.com/anthropics/anthropic-sdk-typescript@00da52f8f1, src/resources/beta/webhooks.ts"],
  unconfirmed: ["the time limit and retries: those that Standard Webhooks advises are assumed"],
});

/** Replicate's webhooks. Types are the prediction's status: `succeeded`. */
export const replicate: SecretSender<{ id: string; status: string }> = follower({
  factory: "replicate",
  title: "Replicate",
  credential:
    "`GET /v1/webhooks/default/secret` with your API token: `whsec_…`, decoded from base64 behind its prefix.",
  exampleType: "succeeded",
  retries: "After a failure, for the last event of a prediction.",
  type: json("status"),
  timestamp: json("completed_at", "rfc3339"),
  notes: [
    "The body is the prediction and names no event: its `status` (`starting`, `processing`, `succeeded`, `failed`, `canceled`) stands for the type, so `output` and `logs` events are both `processing`.",
  ],
  sources: ["github.com/replicate/replicate-javascript@2fd6f3944f"],
  unconfirmed: ["which events are sent again, and for how long", "the time limit: 15 s is assumed"],
});

/** Gemini's webhooks (static ones). Types are `batch.succeeded`, `video.generated`, … */
export const gemini: SecretSender<StandardEnvelope> = follower({
  factory: "gemini",
  title: "Gemini API",
  credential: "the webhook's signing secret, shown when it is made: `whsec_…`, decoded from base64 behind its prefix.",
  exampleType: "batch.succeeded",
  retries: "For 24 hours, with exponential backoff.",
  reply: { retryHorizonSeconds: 86_400 },
  notes: [
    "For static webhooks. Dynamic ones, named in a request, come with a JWT of Google's, which is not read here.",
    "The body is thin: it points to the output, to be fetched.",
  ],
  sources: [
    "hookdeck/webhook-skills, skills/gemini-webhooks @97c01d7210",
    "https://ai.google.dev/gemini-api/docs/webhooks",
  ],
  unconfirmed: ["that the secret has the prefix `whsec_`", "the time limit: 15 s is assumed"],
});
