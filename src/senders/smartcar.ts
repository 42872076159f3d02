// Verifies Smartcar's deliveries and locates their events.
import type { Secrets } from "../auth/keys/secrets.js";
import { mac } from "../auth/schemes/hmac.js";
import { json, memberOf } from "../core/field.js";
import { parseJson } from "../lib/json.js";
import type { Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { checkChallenge, okJson } from "./shared/handshakes.js";
import type { SecretSender } from "./shared/options.js";

/** The proof has held: Smartcar wants the challenge's own MAC, hex, made with the same token. */
const SMARTCAR = { header: "sc-signature", encoding: "hex" } as const;

const VERIFY_URL = "https://localhost/";

/** The token that VERIFY was signed with; of a function the one that it finds. */
function keyOf(secret: Secrets, keyIndex = 0): string | undefined {
  if (typeof secret === "function") return undefined;
  return typeof secret === "object" ? secret[keyIndex] : secret;
}

/** Smartcar's webhooks. Types are `VEHICLE_STATE`, `VEHICLE_ERROR`. */
export const smartcar: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "smartcar",
  name: "smartcar",
  options: ["secret"],
  define: ({ secret }) => {
    const auth = mac({ secret, signature: SMARTCAR });
    const verify: Handshake = {
      name: "VERIFY",
      methods: ["POST"],
      isUnsigned: false,
      answer({ headers, body }, proof) {
        if (!body.includes('"VERIFY"')) return undefined;
        const parsed = parseJson(body);
        if (!parsed.ok || memberOf(parsed.value, "eventType") !== "VERIFY") return undefined;
        const challenge = checkChallenge(memberOf(parsed.value, "data.challenge"));
        if (typeof challenge !== "string") return challenge;
        const signed = auth.sign?.(
          {
            method: "POST",
            url: VERIFY_URL,
            headers: headers.toObject(new Set([SMARTCAR.header])) as Record<string, string>,
            body: Buffer.from(challenge, "utf8"),
            timestampMs: 0,
          },
          keyOf(secret, proof?.keyIndex),
        );
        if (signed === undefined || !("headers" in signed)) {
          return {
            name: "misconfigured",
            hint: "the secret function must answer at once, for VERIFY is answered with it",
          };
        }
        return okJson({ challenge: signed.headers[SMARTCAR.header] });
      },
    };
    return {
      auth,
      event: { id: json("eventId"), type: json("eventType") },
      handshakes: [verify],
      reply: { timeLimitSeconds: 15, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
    };
  },
});
