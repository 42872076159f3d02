// Verifies Postmark's deliveries and locates their events.
import { basicAuth } from "../auth/schemes/basic-auth.js";
import { dottedAll, json, literal } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { type SenderFactory, senderFactory } from "./shared/factory.js";
import type { BasicOptions } from "./shared/options.js";
import { isPlaceholderId } from "./shared/placeholder-id.js";

const RECORD_TYPE = /* @__PURE__ */ json("RecordType");

/** Bounces and complaints have an id of their own. */
const POSTMARK_BOUNCE: EventRow = {
  id: /* @__PURE__ */ dottedAll(RECORD_TYPE, /* @__PURE__ */ json("ID")),
  type: RECORD_TYPE,
  timestamp: /* @__PURE__ */ json("BouncedAt", "rfc3339"),
};

/** One message goes to several recipients, and is delivered to each once. */
const POSTMARK_DELIVERY: EventRow = {
  id: /* @__PURE__ */ dottedAll(RECORD_TYPE, /* @__PURE__ */ json("MessageID"), /* @__PURE__ */ json("Recipient")),
  type: RECORD_TYPE,
  timestamp: /* @__PURE__ */ json("DeliveredAt", "rfc3339"),
};

/** Opens, clicks and changes of a subscription may happen again and again, and none has an id. */
const POSTMARK_OTHER: EventRow = { type: RECORD_TYPE };

const POSTMARK_INBOUND: EventRow = { id: /* @__PURE__ */ json("MessageID"), type: /* @__PURE__ */ literal("Inbound") };
const INBOUND_TEST: EventRow = { type: POSTMARK_INBOUND.type };

/** Postmark's webhooks. Types are record types: `Bounce`, `Delivery`, `Open`; inbound mail is `Inbound`. */
export const postmark: SenderFactory<BasicOptions> = /* @__PURE__ */ senderFactory({
  factory: "postmark",
  name: "postmark",
  options: ["username", "password"],
  define: (options) => ({
    auth: basicAuth(options),
    event(_delivery, payload) {
      const type = memberOf(payload, "RecordType");
      const isTest = isPlaceholderId(memberOf(payload, "MessageID"));
      if (type === undefined) return isTest ? INBOUND_TEST : POSTMARK_INBOUND;
      if (isTest) return POSTMARK_OTHER;
      if (type === "Bounce" || type === "SpamComplaint") return POSTMARK_BOUNCE;
      return type === "Delivery" ? POSTMARK_DELIVERY : POSTMARK_OTHER;
    },
    reply: {
      stopStatus: 403,
      retryHorizonSeconds: 11 * 3_600,
      honoursRetryAfter: false,
      unsubscribes: [],
      // Inbound mail comes with its attachments, 35 MB of them.
      maxBodyBytes: 52_428_800,
    },
  }),
});
