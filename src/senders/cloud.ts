// Google Cloud Pub/Sub, Azure Event Grid: what a cloud's own queues push.
import { bearerJwt } from "../auth/bearer-jwt.js";
import { staticToken } from "../auth/static-token.js";
import { dottedAll, header, json, literal, memberOf, query } from "../field.js";
import { parseJson } from "../internal/json.js";
import type { EventRow, Handshake } from "../sender.js";
import { checkChallenge, okJson, requireText } from "./handshakes.js";
import type { TokenSender } from "./options.js";
import { type SenderFactory, senderFactory } from "./sender-row.js";

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

const PUBSUB_TIME = json("message.publishTime", "rfc3339");
const PUBSUB: EventRow = {
  id: json("message.messageId"),
  type: literal("message"),
  timestamp: PUBSUB_TIME,
  attempt: json("deliveryAttempt"),
};
/** Cloud Storage, and others that say what happened in an attribute. */
const PUBSUB_TYPED: EventRow = { ...PUBSUB, type: json("message.attributes.eventType") };
const PUBSUB_UNWRAPPED: EventRow = {
  id: header("x-goog-pubsub-message-id"),
  type: literal("message"),
  timestamp: header("x-goog-pubsub-publish-time", "rfc3339"),
};

/** Google Cloud Pub/Sub push subscriptions with authentication. Types are `message`, or the attribute `eventType`. */
export const googlePubsub: SenderFactory<GooglePubsubOptions> = senderFactory({
  factory: "googlePubsub",
  name: "google-pubsub",
  title: "Google Cloud Pub/Sub",
  credential: "Nothing secret: the audience and the service account of the push subscription's authentication.",
  proof:
    "`Authorization: Bearer <OpenID Connect token, RS256>` of Google's: `iss` Google, `aud` yours, `email` the service account, `email_verified` true.",
  exampleType: "message",
  events:
    "wrapped: id `message.messageId`, type `message.attributes.eventType` where there is one, else `message`. Unwrapped: id `X-Goog-Pubsub-Message-Id`, type `message`.",
  retries:
    "After anything but 102, 200, 201, 202 and 204, until the message is as old as the subscription keeps it (seven days by default).",
  notes: [
    "The token binds nothing of what was sent: whoever has seen one can send other bodies until it ends, an hour at most.",
    "`message.data` is base64; it is handed over as it is.",
  ],
  sources: ["google-auth-library 10.9.1", "https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions"],
  unconfirmed: ["the whole entry is from general knowledge"],
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

const GRID: EventRow = {
  each: "",
  id: json("id"),
  type: json("eventType"),
  timestamp: json("eventTime", "rfc3339"),
};
/** An id is unique within its source. */
const CLOUD_EVENT: EventRow = {
  id: dottedAll(json("source"), json("id")),
  type: json("type"),
  timestamp: json("time", "rfc3339"),
};
const CLOUD_EVENTS: EventRow = { ...CLOUD_EVENT, each: "" };
const VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent";

/** Event Grid's own schema. It calls the URL as registered, token and all. */
const GRID_VALIDATION: Handshake = {
  name: "SubscriptionValidation",
  methods: ["POST"],
  isUnsigned: false,
  answer({ body }) {
    if (!body.includes(VALIDATION)) return undefined;
    const parsed = parseJson(body);
    const [first] = parsed.ok && Array.isArray(parsed.value) ? parsed.value : [];
    if (memberOf(first, "eventType") !== VALIDATION) return undefined;
    const validationResponse = checkChallenge(memberOf(first, "data.validationCode"));
    return typeof validationResponse === "string" ? okJson({ validationResponse }) : validationResponse;
  },
};

const DNS_NAME = /^[A-Za-z0-9.-]{1,253}$/;
/** CloudEvents schema. */
const GRID_OPTIONS: Handshake = {
  name: "options",
  methods: ["OPTIONS"],
  isUnsigned: false,
  answer({ headers }) {
    const origin = headers.get("webhook-request-origin");
    if (origin === undefined) return undefined;
    if (!DNS_NAME.test(origin)) return { name: "bad_credentials", hint: "WebHook-Request-Origin is no DNS name" };
    const rate: Record<string, string> =
      headers.get("webhook-request-rate") === undefined ? {} : { "webhook-allowed-rate": "*" };
    return { status: 200, headers: { allow: "POST", "webhook-allowed-origin": origin, ...rate }, body: "" };
  },
};

/** Azure Event Grid's webhook destinations. Types are `Microsoft.Storage.BlobCreated`. */
export const azureEventGrid: TokenSender = senderFactory({
  factory: "azureEventGrid",
  name: "azure-event-grid",
  title: "Azure Event Grid",
  credential: "A token that you put into the endpoint's URL yourself: `https://example.com/webhooks/grid?token=…`.",
  proof:
    "`?token=` in the URL. Nothing is signed. (An Entra bearer token can be checked by a sender of your own, with `bearerJwt`.)",
  exampleType: "Microsoft.Storage.BlobCreated",
  events:
    "Event Grid's schema: a batch, an array; id `id`, type `eventType`. CloudEvents: id of `source` and `id`, type `type`.",
  retries: "Up to 30 attempts within 24 hours; 400, 401, 403 and 413 are not retried as others are.",
  notes: [
    "Both handshakes are answered by themselves, once the token is right: the validation event, and `OPTIONS` of the CloudEvents schema.",
    "Event Grid hides the query of the URL from its readers, but your own logs may not.",
  ],
  sources: ["https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema"],
  unconfirmed: ["most of the entry is from general knowledge", "retries", "30 s time limit"],
  options: ["token"],
  define: ({ token }) => ({
    auth: staticToken({ token, at: query("token") }),
    body: {
      "application/json": "json",
      "application/cloudevents+json": "json",
      "application/cloudevents-batch+json": "json",
    },
    event: (_delivery, payload) => {
      const first: unknown = Array.isArray(payload) ? payload[0] : payload;
      const isCloudEvent = memberOf(first, "specversion") !== undefined;
      if (!Array.isArray(payload)) return isCloudEvent ? CLOUD_EVENT : undefined;
      return isCloudEvent ? CLOUD_EVENTS : GRID;
    },
    handshakes: [GRID_VALIDATION, GRID_OPTIONS],
    reply: {
      successStatuses: [200, 201, 202, 203, 204],
      timeLimitSeconds: 30,
      retryHorizonSeconds: 2 * 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
    },
  }),
});
