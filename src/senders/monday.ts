// Verifies monday.com's deliveries and locates their events.
import { jwt } from "../auth/jwt/jwt.js";
import { dottedAll, header, ifPresent, json } from "../core/field.js";
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
  maxBodyBytes: MAX_CHALLENGE_BYTES,
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
export const monday: SecretSender<MondayEnvelope> = /* @__PURE__ */ senderFactory({
  factory: "monday",
  name: "monday",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: jwt({
      at: header("authorization"),
      algorithms: ["HS256"],
      secret,
      // "Check that the aud field matches your integration app's endpoint": one secret signs for all URLs of an app.
      audienceIsUrl: true,
      lacks: { issuer: "monday.com's tokens name none; the secret is of one app alone" },
    }),
    event: {
      // One trigger may set off several webhooks of a board.
      id: dottedAll(json("event.type"), ifPresent(json("event.subscriptionId")), json("event.triggerUuid")),
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
