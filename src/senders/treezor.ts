// Verifies Treezor's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { refuse } from "../core/auth.js";
import { json } from "../core/field.js";
import { decodeUtf8, parseJsonText } from "../lib/json.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";
import { phpJson, rawMember } from "./shared/raw-json.js";

const MAX_BODY_BYTES = 1_048_576;
const UNREADABLE = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is not JSON of at most 1 MiB with one member object_payload",
);

/** Numbers are signed as they stand: `10.00` parsed and written again would be another text. */
const OBJECT_PAYLOAD: SignedText = {
  covers: { body: false, method: false, url: false, headers: [], fields: ["object_payload"] },
  texts({ body }) {
    const text = body.length > MAX_BODY_BYTES ? undefined : decodeUtf8(body);
    if (text === undefined || !parseJsonText(text).ok) return UNREADABLE;
    const payload = rawMember(text, "object_payload");
    return payload === undefined ? UNREADABLE : [phpJson(payload)];
  },
};

/** Treezor's webhooks. Types are the body's `webhook`: `payin.create`. */
export const treezor: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "treezor",
  name: "treezor",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      signed: OBJECT_PAYLOAD,
      signature: { at: json("object_payload_signature"), encoding: "base64" },
    }),
    body: { "text/plain": "json", "application/json": "json" },
    event: { id: json("webhook_id"), type: json("webhook") },
    reply: { successStatuses: [200], retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
