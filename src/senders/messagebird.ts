// Verifies MessageBird's deliveries and locates their events.
import { jwt } from "../auth/jwt/jwt.js";
import { dotted, dottedAll, header, json, literal, query } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const BIRD_TYPE = /* @__PURE__ */ json("type");

const BIRD_MESSAGE: EventRow = {
  id: /* @__PURE__ */ dottedAll(BIRD_TYPE, /* @__PURE__ */ json("message.id")),
  type: BIRD_TYPE,
};

const BIRD_OTHER: EventRow = { type: BIRD_TYPE };

/** A status report of an SMS, by GET: all of it is in the URL, which is signed. */
const BIRD_REPORT: EventRow = {
  id: /* @__PURE__ */ dottedAll(
    /* @__PURE__ */ query("id"),
    /* @__PURE__ */ query("status"),
    /* @__PURE__ */ query("recipient"),
  ),
  type: /* @__PURE__ */ dotted(/* @__PURE__ */ literal("status"), /* @__PURE__ */ query("status")),
};

/** MessageBird's (Bird's) webhooks. Types are `message.created`; of SMS status reports `status.delivered`. */
export const messagebird: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "messagebird",
  name: "messagebird",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: jwt({
      secret,
      at: header("messagebird-signature-jwt"),
      algorithms: ["HS256", "HS384", "HS512"],
      issuer: "MessageBird",
      lacks: { audience: "MessageBird's tokens name none, and bind the URL by its hash" },
      clockToleranceSeconds: 5,
      urlHash: { claim: "url_hash" },
      bodyHash: { claim: "payload_hash", isAbsentWhenEmpty: true },
    }),
    event({ method }, payload) {
      if (method === "GET") return BIRD_REPORT;
      const isNew = memberOf(payload, "type") === "message.created" && memberOf(payload, "message.id") !== undefined;
      return isNew ? BIRD_MESSAGE : BIRD_OTHER;
    },
    reply: { methods: ["POST", "GET"], honoursRetryAfter: false, unsubscribes: [] },
  }),
});
