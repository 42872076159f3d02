// Verifies Box's deliveries and locates their events.
import type { Secrets } from "../auth/keys/secrets.js";
import { hmac } from "../auth/schemes/hmac.js";
import type { Auth } from "../core/auth.js";
import { header, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const BOX_TIME = /* @__PURE__ */ json("created_at", "rfc3339");

const BOX: EventRow = { id: /* @__PURE__ */ json("id"), type: /* @__PURE__ */ json("trigger"), timestamp: BOX_TIME };

const BOX_WITHOUT_ID: EventRow = { type: /* @__PURE__ */ json("trigger"), timestamp: BOX_TIME };

/** What Box says of its signatures. Nothing of it is believed: the scheme is the one above. */
const SCHEME = { "box-signature-version": "1", "box-signature-algorithm": "HmacSHA256" };

function boxAuth(secret: Secrets): Auth {
  const auth = hmac({
    secret,
    signed: "{body}{timestamp}",
    timestamp: header("box-delivery-timestamp", "rfc3339"),
    signature: { header: ["box-signature-primary", "box-signature-secondary"], encoding: "base64" },
  });
  return {
    ...auth,
    sign: (request, key) => auth.sign?.({ ...request, headers: { ...SCHEME, ...request.headers } }, key) ?? request,
  };
}

/** Box' webhooks, version 2. Types are triggers: `FILE.UPLOADED`. */
export const box: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "box",
  name: "box",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: boxAuth(secret),
    toleranceSeconds: 600,
    // The body is signed, so nobody can take the id away.
    event: (_delivery, payload) => (memberOf(payload, "id") === undefined ? BOX_WITHOUT_ID : BOX),
    reply: { timeLimitSeconds: 30, retryHorizonSeconds: 3 * 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
