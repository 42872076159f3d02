// Verifies Google Cloud Pub/Sub's deliveries and locates their events.
import { bearerJwt } from "../auth/jwt/bearer-jwt.js";
import { header, json, literal } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { requireText } from "./shared/handshakes.js";

/** Options of `googlePubsub`. */
export interface GooglePubsubOptions {
  /** The subscription's audience; where none is set it is the push URL. */
  readonly audience: string | readonly string[] | undefined;
  /** The e-mail address of the service account that the subscription signs as. */
  readonly serviceAccount: string | undefined;
  /** Instead of Google's key set, for tests: PEM, a JWK or a KeyObject. */
  readonly publicKey?: string | undefined;
}

const GOOGLE_KEYS = "https://www.googleapis.com/oauth2/v3/certs";

const GOOGLE_ISSUERS = ["https://accounts.google.com", "accounts.google.com"];

const PUBSUB_TIME = /* @__PURE__ */ json("message.publishTime", "rfc3339");

const PUBSUB: EventRow = {
  id: /* @__PURE__ */ json("message.messageId"),
  type: /* @__PURE__ */ literal("message"),
  timestamp: PUBSUB_TIME,
  attempt: /* @__PURE__ */ json("deliveryAttempt"),
};

/** Cloud Storage, and others that say what happened in an attribute. */
const PUBSUB_TYPED: EventRow = { ...PUBSUB, type: /* @__PURE__ */ json("message.attributes.eventType") };

const PUBSUB_UNWRAPPED: EventRow = {
  id: /* @__PURE__ */ header("x-goog-pubsub-message-id"),
  type: /* @__PURE__ */ literal("message"),
  timestamp: /* @__PURE__ */ header("x-goog-pubsub-publish-time", "rfc3339"),
};

/** Google Cloud Pub/Sub push subscriptions with authentication. Types are `message`, or the attribute `eventType`. */
export const googlePubsub: SenderFactory<GooglePubsubOptions> = /* @__PURE__ */ senderFactory({
  factory: "googlePubsub",
  name: "google-pubsub",
  options: ["audience", "serviceAccount", "publicKey"],
  define: ({ audience, serviceAccount, publicKey }) => ({
    auth: bearerJwt({
      ...(publicKey === undefined ? { jwksUrl: GOOGLE_KEYS } : { publicKey }),
      issuer: GOOGLE_ISSUERS,
      audience,
      algorithms: ["RS256"],
      claims: { email: requireText("googlePubsub", "serviceAccount", serviceAccount), email_verified: true },
    }),
    body: { "application/json": "json", "text/*": "text", "*/*": "bytes" },
    event({ headers }, payload) {
      if (headers.get("x-goog-pubsub-message-id") !== undefined) return PUBSUB_UNWRAPPED;
      return typeof memberOf(payload, "message.attributes.eventType") === "string" ? PUBSUB_TYPED : PUBSUB;
    },
    reply: {
      successStatuses: [200, 201, 202, 204],
      timeLimitSeconds: 10,
      retryHorizonSeconds: 7 * 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
      maxBodyBytes: 14_680_064,
    },
  }),
});
