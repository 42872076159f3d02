// Verifies Tebex's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { parseJson } from "../lib/json.js";
import type { Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** Signed, so it is answered after the proof; its type is the sender's own and no event. */
const TEBEX_VALIDATION: Handshake = {
  name: "validation.webhook",
  methods: ["POST"],
  isUnsigned: false,
  answer({ body }) {
    const parsed = parseJson(body);
    if (!parsed.ok || memberOf(parsed.value, "type") !== "validation.webhook") return undefined;
    const id = memberOf(parsed.value, "id");
    if (typeof id !== "string" || id.length > 128)
      return { name: "bad_payload", hint: "validation.webhook without an id" };
    return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ id }) };
  },
};

/** Tebex' webhooks. Types are `payment.completed`, `recurring-payment.renewed`, … */
export const tebex: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "tebex",
  name: "tebex",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signed: "{body:sha256}", signature: { header: "x-signature", encoding: "hex" } }),
    event: { id: json("id"), type: json("type"), timestamp: json("date", "rfc3339") },
    handshakes: [TEBEX_VALIDATION],
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
