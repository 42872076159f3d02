// Verifies Bitbucket Cloud's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { dottedAll, header } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const EVENT_KEY = /* @__PURE__ */ header("x-event-key");
const CLOUD: EventRow = {
  id: /* @__PURE__ */ dottedAll(EVENT_KEY, /* @__PURE__ */ header("x-request-uuid")),
  type: EVENT_KEY,
  attempt: /* @__PURE__ */ header("x-attempt-number"),
};
/** Bitbucket Data Center names its requests otherwise. */
const DATA_CENTER: EventRow = {
  id: /* @__PURE__ */ dottedAll(EVENT_KEY, /* @__PURE__ */ header("x-request-id")),
  type: EVENT_KEY,
};

/** Bitbucket's webhooks, of Cloud and of Data Center. Types are event keys: `repo:push`, `pullrequest:created`. */
export const bitbucket: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "bitbucket",
  name: "bitbucket",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: "x-hub-signature", encoding: "hex", prefix: "sha256=" } }),
    event: ({ headers }) => (headers.has("x-request-id") && !headers.has("x-request-uuid") ? DATA_CENTER : CLOUD),
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
