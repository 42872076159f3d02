// Verifies Smartcar's deliveries and locates their events.
import type { Secrets } from "../auth/keys/secrets.js";
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { parseJson } from "../lib/json.js";
import type { Handshake } from "../sender/sender.js";
import { challengeHmac } from "./shared/challenge-hmac.js";
import { senderFactory } from "./shared/factory.js";
import { okJson } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

/** Smartcar sends a UUID. Deliveries are JSON objects, which are not written so. */
const CHALLENGE = /^[A-Za-z0-9_-]{1,128}$/;

/** The proof has held: Smartcar wants the challenge's own MAC, made with the same token. */
function verification(secret: Secrets): Handshake {
  const answerWith = challengeHmac("smartcar", secret, CHALLENGE);
  return {
    name: "VERIFY",
    methods: ["POST"],
    isUnsigned: false,
    answer(delivery, proof) {
      if (!delivery.body.includes('"VERIFY"')) return undefined;
      const parsed = parseJson(delivery.body);
      if (!parsed.ok || memberOf(parsed.value, "eventType") !== "VERIFY") return undefined;
      const reply = (_sent: string, challenge: string) => okJson({ challenge });
      return answerWith(delivery, memberOf(parsed.value, "data.challenge"), "hex", reply, proof?.keyIndex);
    },
  };
}

/** Smartcar's webhooks. Types are `VEHICLE_STATE`, `VEHICLE_ERROR`. */
export const smartcar: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "smartcar",
  name: "smartcar",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "sc-signature", encoding: "hex" } }),
    event: { id: json("eventId"), type: json("eventType") },
    handshakes: [verification(secret)],
    reply: { timeLimitSeconds: 15, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
