// RingCentral: a static token; the URL is tried with a header that is to be repeated.
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
export const ringcentral: TokenSender<RingcentralEnvelope> = senderFactory({
  factory: "ringcentral",
  name: "ringcentral",
  title: "RingCentral",
  credential: "you choose it: `deliveryMode.verificationToken` of the subscription. Sent as it is.",
  proof: "`Verification-Token: <token>`, the same with every delivery.",
  exampleType: "/restapi/v1.0/account/1/extension/2/message-store",
  retries: "After a failure; too many put the subscription on a blacklist, which ends it.",
  notes: [
    "The empty POST with `Validation-Token`, when the subscription is made, hears 200 and the same header; an answer over 1,024 bytes, headers included, is refused there, so put nothing of size before the receiver.",
    "Types hold the account's and the extension's ids: handle `*` and look at `event.type`.",
    "A static token binds nothing of what was sent.",
  ],
  sources: [
    "https://developers.ringcentral.com/guide/notifications/webhooks/creating-webhooks",
    "https://developers.ringcentral.com/guide/team-messaging/events/outgoing-webhooks",
    "hookdeck/webhook-skills, providers.yaml @00ad8d05: ringcentral",
  ],
  unconfirmed: [
    "that `uuid` stays the same over retries",
    "that the empty POST has no body",
    "retries: a day is assumed",
  ],
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: header(TOKEN) }),
    event: { id: json("uuid"), type: json("event"), timestamp: json("timestamp", "rfc3339") },
    handshakes: [VALIDATION],
    privateHeaders: [PROBE],
    reply: { timeLimitSeconds: 3, retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
