// Verifies Azure Event Grid's deliveries and locates their events.
import { anyOf } from "../auth/combine.js";
import { bearerJwt } from "../auth/jwt/bearer-jwt.js";
import type { Secrets } from "../auth/keys/secrets.js";
import { staticToken } from "../auth/schemes/static-token.js";
import type { Auth } from "../core/auth.js";
import { dottedAll, json, query } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { parseJson } from "../lib/json.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { checkChallenge, okJson } from "./shared/handshakes.js";
import { UNTYPED } from "./shared/named-rows.js";

const GRID: EventRow = {
  each: "",
  id: /* @__PURE__ */ json("id"),
  type: /* @__PURE__ */ json("eventType"),
  timestamp: /* @__PURE__ */ json("eventTime", "rfc3339"),
};

/** An id is unique within its source. */
const CLOUD_EVENT: EventRow = {
  id: /* @__PURE__ */ dottedAll(/* @__PURE__ */ json("source"), /* @__PURE__ */ json("id")),
  type: /* @__PURE__ */ json("type"),
  timestamp: /* @__PURE__ */ json("time", "rfc3339"),
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

/** Options of `azureEventGrid`: a token, Microsoft Entra, or both. */
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
export const azureEventGrid: SenderFactory<AzureEventGridOptions> = /* @__PURE__ */ senderFactory({
  factory: "azureEventGrid",
  name: "azure-event-grid",
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
      if (!Array.isArray(payload)) return isCloudEvent ? CLOUD_EVENT : UNTYPED;
      return isCloudEvent ? CLOUD_EVENTS : GRID;
    },
    handshakes: [GRID_VALIDATION, GRID_OPTIONS],
    reply: {
      successStatuses: [200, 201, 202, 203, 204],
      timeLimitSeconds: 30,
      retryHorizonSeconds: 2 * 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
      // An event has up to 1 MB, and its batch brackets around it.
      maxBodyBytes: 2_097_152,
    },
  }),
});
