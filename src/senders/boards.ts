// monday.com and Airtable: a JWT that binds nothing, and thin pings.
import { jwt } from "../auth/jwt/jwt.js";
import { mac } from "../auth/schemes/hmac.js";
import { header, json, literal } from "../core/field.js";
import { parseJson } from "../lib/json.js";
import type { Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { checkChallenge, okJson } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

const MAX_CHALLENGE_BYTES = 1_024;

/** When the URL is registered, unsigned: a body that is a challenge and nothing else. */
const MONDAY_CHALLENGE: Handshake = {
  name: "challenge",
  methods: ["POST"],
  isUnsigned: true,
  answer({ body }) {
    if (body.length > MAX_CHALLENGE_BYTES || !body.includes('"challenge"')) return undefined;
    const parsed = parseJson(body);
    if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null) return undefined;
    const entries = Object.entries(parsed.value);
    if (entries.length !== 1 || entries[0]?.[0] !== "challenge") return undefined;
    const challenge = checkChallenge(entries[0][1]);
    return typeof challenge === "string" ? okJson({ challenge }) : challenge;
  },
};

/** What every monday.com event is at least. */
export interface MondayEnvelope {
  event: { type: string; triggerUuid: string; boardId: number };
}

/** monday.com's webhooks of apps. Types are `create_pulse`, `update_column_value`, … */
export const monday: SecretSender<MondayEnvelope> = senderFactory({
  factory: "monday",
  name: "monday",
  title: "monday.com",
  credential: "Developer Center → the app → General settings → Signing secret, 32 characters or more. Used as text.",
  proof: "`Authorization: <JWT>`, without `Bearer`: HS256 with the signing secret.",
  exampleType: "create_pulse",
  retries: "Every minute for 30 minutes, after anything but 200.",
  notes: [
    "The JWT says who sends, and binds nothing of what was sent: who sees one can send others until it expires.",
    "Webhooks that were not made by an app come without a JWT, and are 401.",
    '`{ "challenge": … }`, when the URL is registered, comes unsigned and hears the same JSON.',
  ],
  sources: [
    "https://developer.monday.com/api-reference/docs/webhooks",
    "https://developer.monday.com/apps/changelog/webhook-integration-new-3-minute-timeout-policy",
    "https://developer.monday.com/apps/changelog/clarification-on-retry-policies-for-webhooks-and-custom-actions",
    "https://prismatic.io/docs/example-payloads/monday/triggers/webhook.json",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: monday",
    "developer.monday.com, changelog of 8 February 2021: every minute for 30 minutes",
  ],
  unconfirmed: [
    "the claims of the JWT: `exp` counts where it is there, and is not asked for",
    "that `event.triggerUuid` stays the same over retries",
    "the time limit: 15 s is assumed",
  ],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: jwt({ at: header("authorization"), algorithms: ["HS256"], secret, requireExpiry: false }),
    event: {
      id: json("event.triggerUuid"),
      type: json("event.type"),
      timestamp: json("event.triggerTime", "rfc3339"),
    },
    handshakes: [MONDAY_CHALLENGE],
    reply: {
      successStatuses: [200],
      timeLimitSeconds: 180,
      retryHorizonSeconds: 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});

/** What Airtable sends: that something has changed, and where. */
export interface AirtablePing {
  base: { id: string };
  webhook: { id: string };
  timestamp: string;
}

/** Airtable's webhooks: pings of the one type `ping`, after which the changes are fetched. */
export const airtable: SecretSender<AirtablePing> = senderFactory({
  factory: "airtable",
  name: "airtable",
  title: "Airtable",
  credential: "`macSecretBase64`, which the call that makes the webhook answers once. Decoded from base64.",
  proof: "`X-Airtable-Content-MAC: hmac-sha256=<hex>`, HMAC-SHA256 over the body.",
  exampleType: "ping",
  retries: "With backoff; then notifications are switched off for the webhook.",
  notes: [
    "A ping says that something has changed, not what: fetch the webhook's payloads from your cursor on. Nothing is deduped, for one more look does no harm.",
    "A webhook ends after seven days unless it is refreshed.",
  ],
  sources: ["hookdeck/webhook-skills, providers.yaml @00ad8d05: airtable"],
  unconfirmed: ["how long it retries: a day is assumed", "the time limit: 15 s is assumed"],
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({
      secret,
      key: "base64",
      signature: { header: "x-airtable-content-mac", encoding: "hex", prefix: "hmac-sha256=" },
    }),
    event: { type: literal("ping"), timestamp: json("timestamp", "rfc3339") },
    reply: { successStatuses: [200, 204], retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
