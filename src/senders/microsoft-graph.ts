// Verifies Microsoft Graph's deliveries and locates their events.

import type { Secrets } from "../auth/keys/secrets.js";
import { bodySecrets } from "../auth/request/body-secrets.js";
import { writeField } from "../auth/request/write-field.js";
import { compileSharedToken } from "../auth/schemes/shared-token.js";
import { type Auth, absent, COVERS_NOTHING, type Proof, type Refusal, refuse } from "../core/auth.js";
import type { Delivery } from "../core/delivery.js";
import { json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import { parseJson } from "../lib/json.js";
import { isPromise, type MaybePromise } from "../lib/maybe-promise.js";
import type { EventRow, Handshake } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import { echoQuery } from "./shared/handshakes.js";

/** Options of `microsoftGraph`. */
export interface MicrosoftGraphOptions {
  /** The `clientState` that you gave when you subscribed; several, or a function of the delivery. */
  readonly clientState: Secrets;
}

const PLACE = "value.*.clientState";
/** A batch of several subscriptions may hold several; each costs a look-up. */
const MAX_STATES = 10;
const MAX_BODY_BYTES = 4_194_304;

const NOT_JSON = /* @__PURE__ */ refuse(
  "bad_credentials",
  "the body is not JSON of at most 4 MiB with notifications in value",
);
const MISSING = /* @__PURE__ */ absent(
  "a notification has no clientState; was it given when the subscription was made?",
);
const TOO_MANY = /* @__PURE__ */ refuse(
  "bad_credentials",
  `the notifications hold more than ${MAX_STATES} different clientStates`,
);

/** The different texts of a batch: each must be one of ours. */
function statesOf({ body }: Delivery): readonly string[] | Refusal {
  const parsed = body.length > MAX_BODY_BYTES ? undefined : parseJson(body);
  const items = parsed?.ok ? memberOf(parsed.value, "value") : undefined;
  if (!Array.isArray(items) || items.length === 0) return NOT_JSON;
  const states = new Set(items.map((item) => memberOf(item, "clientState")));
  if (states.has(undefined) || states.has(null) || states.has("")) return MISSING;
  if (states.size > MAX_STATES) return TOO_MANY;
  return [...states].every((state) => typeof state === "string") ? ([...states] as string[]) : NOT_JSON;
}

function graphAuth(clientState: Secrets): Auth {
  const shared = compileSharedToken(clientState, "microsoftGraph: clientState", () => undefined);
  function judge(delivery: Delivery, [state = "", ...rest]: readonly string[]): MaybePromise<Proof> {
    const go = (proof: Proof): MaybePromise<Proof> => (proof.ok && rest.length > 0 ? judge(delivery, rest) : proof);
    const proof = shared.judge(delivery, state);
    return isPromise(proof) ? proof.then(go) : go(proof);
  }
  return {
    scheme: "client-state",
    covers: COVERS_NOTHING,
    signsTime: false,
    credentialHeaders: [],
    writes: [{ in: "json", name: PLACE }],
    ...bodySecrets([{ in: "json", name: PLACE }]),
    needsPublicUrl: false,
    warnings: shared.warnings,
    verify(delivery) {
      const states = statesOf(delivery);
      return "ok" in states ? states : judge(delivery, states);
    },
    sign: (request, key) =>
      shared.sign(request, key, (state) => writeField(request, { in: "json", name: PLACE }, state)),
  };
}

/** A POST without a body, when a subscription is made. */
const VALIDATION: Handshake = {
  .../* @__PURE__ */ echoQuery("validationToken"),
  name: "validationToken",
  methods: ["POST"],
  answer: (delivery) => (delivery.body.length > 0 ? undefined : echoQuery("validationToken").answer(delivery)),
};

const CHANGE: EventRow = { each: "value", type: /* @__PURE__ */ json("changeType") };
const LIFECYCLE: EventRow = { each: "value", type: /* @__PURE__ */ json("lifecycleEvent") };

/** Microsoft Graph's change notifications. Types are `created`, `updated`, `deleted`, and of lifecycles `missed`. */
export const microsoftGraph: SenderFactory<MicrosoftGraphOptions> = /* @__PURE__ */ senderFactory({
  factory: "microsoftGraph",
  name: "microsoft-graph",
  options: ["clientState"],
  define: ({ clientState }) => ({
    auth: graphAuth(clientState),
    // The validation comes as text, though it has no body.
    body: { "application/json": "json", "text/plain": "json" },
    event: (_delivery, payload) => {
      const items = memberOf(payload, "value");
      const isChange = Array.isArray(items) && items.some((item) => memberOf(item, "changeType") !== undefined);
      return isChange ? CHANGE : LIFECYCLE;
    },
    handshakes: [VALIDATION],
    reply: {
      successStatus: 202,
      timeLimitSeconds: 3,
      retryHorizonSeconds: 4 * 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
      maxBodyBytes: MAX_BODY_BYTES,
    },
  }),
});
