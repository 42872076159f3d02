// Verifies RingCentral's deliveries and locates their events.
import { staticToken } from "../auth/schemes/static-token.js";
import { header, json } from "../core/field.js";
import type { Handshake } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { TokenSender } from "./shared/options.js";

const TOKEN = "verification-token";
const PROBE = "validation-token";
/** What may stand in a header, and no more of it than RingCentral sends. */
const REPEATABLE = /^[\x21-\x7e]{1,256}$/;

/** When the subscription is made: an empty POST. Nothing of it is kept. */
const VALIDATION: Handshake = {
  name: "validation_token",
  methods: ["POST"],
  isUnsigned: true,
  maxBodyBytes: 0,
  answer({ headers, body }) {
    const value = headers.once(PROBE);
    if (value === undefined || body.length > 0) return undefined;
    if (typeof value !== "string" || !REPEATABLE.test(value)) {
      return { name: "bad_credentials", hint: "Validation-Token is no text of 1 to 256 printable characters" };
    }
    return { status: 200, headers: { [PROBE]: value }, body: "" };
  },
};

/** What every RingCentral notification is at least. */
export interface RingcentralEnvelope {
  uuid: string;
  event: string;
  timestamp: string;
  subscriptionId: string;
  body: unknown;
}

/** RingCentral's webhooks. Types are event filters with their ids: `/restapi/v1.0/account/1/extension/2/message-store`. */
export const ringcentral: TokenSender<RingcentralEnvelope> = /* @__PURE__ */ senderFactory({
  factory: "ringcentral",
  name: "ringcentral",
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: header(TOKEN) }),
    event: { id: json("uuid"), type: json("event"), timestamp: json("timestamp", "rfc3339") },
    handshakes: [VALIDATION],
    privateHeaders: [PROBE],
    reply: { timeLimitSeconds: 3, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
