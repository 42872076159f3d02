// Google Cloud Pub/Sub, Azure Event Grid: what a cloud's own queues push.

import { anyOf } from "../auth/combine.js";
import { bearerJwt } from "../auth/jwt/bearer-jwt.js";
import type { Secrets } from "../auth/keys/secrets.js";
import { staticToken } from "../auth/schemes/static-token.js";
import type { Auth } from "../core/auth.js";
import { dottedAll, header, json, literal, memberOf, query } from "../core/field.js";
import { parseJson } from "../lib/json.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { checkChallenge, okJson, requireText } from "./shared/handshakes.js";

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

export interface AzureEventGridOptions {
  /** The token that you put into the URL. Either this or `entra`. */
  readonly token?: Secrets;
  /** Deliveries with a token of Microsoft Entra, where the event subscription is set so. */
  readonly entra?: AzureEventGridEntra | undefined;
}

export interface AzureEventGridEntra {
  /** The directory that issues the token: its id. */
  readonly tenantId: string | undefined;
  /** The application that guards your endpoint, as the event subscription names it: its id, or its URI. */
  readonly audience: string | readonly string[] | undefined;
  /** Instead of Microsoft's key set, for tests: PEM, a JWK or a KeyObject. */
  readonly publicKey?: string | undefined;
}

/** Microsoft.EventGrid, in every directory: it is what may call you, and not whoever has a token for your application. */
const EVENT_GRID_APP = "4962773b-9cdb-44cf-a8bf-237846a00ab7";
const TENANT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Tokens of version 1 name their caller `appid`, those of version 2 `azp`. */
function entraAuth({ tenantId, audience, publicKey }: AzureEventGridEntra): Auth {
  if (typeof tenantId !== "string" || !TENANT_ID.test(tenantId)) {
    throw new TypeError(
      `azureEventGrid: entra.tenantId must be a directory's id, such as "72f988bf-86f1-41af-91ab-2d7cd011db47"; got ${JSON.stringify(tenantId)}`,
    );
  }
  const login = `https://login.microsoftonline.com/${tenantId}`;
  const issued = (issuer: string, caller: string): Auth =>
    bearerJwt({
      ...(publicKey === undefined ? { jwksUrl: `${login}/discovery/v2.0/keys` } : { publicKey }),
      issuer,
      audience: audience as string,
      algorithms: ["RS256"],
      claims: { [caller]: EVENT_GRID_APP },
    });
  return anyOf(issued(`https://sts.windows.net/${tenantId}/`, "appid"), issued(`${login}/v2.0`, "azp"));
}

function gridAuth({ token, entra }: AzureEventGridOptions): Auth {
  if (token !== undefined && entra !== undefined) {
    throw new TypeError("azureEventGrid: give either token or entra; for both make a sender with allOf");
  }
  return entra === undefined ? staticToken({ token, at: query("token") }) : entraAuth(entra);
}

/** Azure Event Grid's webhook destinations. Types are `Microsoft.Storage.BlobCreated`. */
export const azureEventGrid: SenderFactory<AzureEventGridOptions> = senderFactory({
  factory: "azureEventGrid",
  name: "azure-event-grid",
  title: "Azure Event Grid",
  credential:
    "A token that you put into the endpoint's URL yourself: `https://example.com/webhooks/grid?token=…`. Or `entra: { tenantId, audience }`: the directory, and the application that guards your endpoint, where the event subscription delivers with Microsoft Entra.",
  proof:
    "`?token=` in the URL; or `Authorization: Bearer <token, RS256>` of your directory, for your application, whose caller (`appid`, or `azp`) is Microsoft.EventGrid. Neither signs anything of what is sent.",
  exampleType: "Microsoft.Storage.BlobCreated",
  events:
    "Event Grid's schema: a batch, an array; id `id`, type `eventType`. CloudEvents: id of `source` and `id`, type `type`.",
  retries:
    "Up to 30 attempts within 24 hours; 400, 401, 403 and 413 are final: the event is dropped, or dead-lettered where that is set up.",
  notes: [
    "Both handshakes are answered by themselves, once the token is right: the validation event, and `OPTIONS` of the CloudEvents schema.",
    "Event Grid hides the query of the URL from its readers, but your own logs may not.",
    "A token of Entra binds nothing of what was sent: whoever has seen one can send other bodies until it ends.",
  ],
  sources: [
    "https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema",
    "learn.microsoft.com/azure/event-grid/delivery-and-retry: what is not sent again",
    "learn.microsoft.com/azure/event-grid/secure-webhook-delivery: Event Grid's application in Entra",
  ],
  unconfirmed: [
    "30 s time limit",
    "that there are 30 attempts within 24 hours",
    "whether the OPTIONS request of the CloudEvents schema brings Entra's token",
  ],
  options: ["token", "entra"],
  define: (options) => ({
    auth: gridAuth(options),
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
