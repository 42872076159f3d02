// Verifies Pipedrive's deliveries and locates their events.
import { basicAuth } from "../auth/schemes/basic-auth.js";
import { dotted, json } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { BasicOptions } from "./shared/options.js";

const PIPEDRIVE_TYPE = /* @__PURE__ */ dotted(/* @__PURE__ */ json("meta.action"), /* @__PURE__ */ json("meta.entity"));

const PIPEDRIVE: EventRow = {
  id: /* @__PURE__ */ json("meta.id"),
  type: PIPEDRIVE_TYPE,
  timestamp: /* @__PURE__ */ json("meta.timestamp", "rfc3339"),
  attempt: /* @__PURE__ */ json("meta.attempt"),
};

/** Version 1: `meta.id` is the deal's, and nothing names the event. */
const PIPEDRIVE_V1: EventRow = { type: /* @__PURE__ */ json("event"), attempt: /* @__PURE__ */ json("retry") };

/** Pipedrive's webhooks. Types are action and entity: `create.deal`, `change.person`; of version 1 `added.deal`. */
export const pipedrive: SenderFactory<BasicOptions> = /* @__PURE__ */ senderFactory({
  factory: "pipedrive",
  name: "pipedrive",
  options: ["username", "password"],
  define: (options) => ({
    auth: basicAuth(options),
    event: (_delivery, payload) => (memberOf(payload, "meta.entity") === undefined ? PIPEDRIVE_V1 : PIPEDRIVE),
    reply: { timeLimitSeconds: 10, retryHorizonSeconds: 3_600, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
