// Verifies DocuSign Connect's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { dottedAll, ifPresent, json, literal } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";
import { XML_TEXT } from "./shared/xml-text.js";

const DOCUSIGN_EVENT = /* @__PURE__ */ json("event");

const DOCUSIGN_ENVELOPE: EventRow = {
  id: /* @__PURE__ */ dottedAll(
    DOCUSIGN_EVENT,
    /* @__PURE__ */ json("data.envelopeId"),
    /* @__PURE__ */ ifPresent(/* @__PURE__ */ json("data.recipientId")),
    /* @__PURE__ */ json("generatedDateTime"),
  ),
  type: DOCUSIGN_EVENT,
  timestamp: /* @__PURE__ */ json("generatedDateTime", "rfc3339"),
  attempt: /* @__PURE__ */ json("retryCount"),
};

const DOCUSIGN_OTHER: EventRow = {
  type: DOCUSIGN_EVENT,
  timestamp: /* @__PURE__ */ json("generatedDateTime", "rfc3339"),
  attempt: /* @__PURE__ */ json("retryCount"),
};

/** The legacy format. What it is about is in the XML, which is passed on as text. */
const DOCUSIGN_XML: EventRow = { type: /* @__PURE__ */ literal("envelope") };

/** One header for each active key. */
const MAX_KEYS = 100;
const DOCUSIGN_SIGNATURES = /* @__PURE__ */ Array.from(
  { length: MAX_KEYS },
  (_, at) => `x-docusign-signature-${at + 1}`,
);

/** DocuSign Connect, JSON. Types are `envelope-completed`, `recipient-signed`. */
export const docusign: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "docusign",
  name: "docusign",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({ secret, signature: { header: DOCUSIGN_SIGNATURES, encoding: "base64" } }),
    body: { "application/json": "json", "text/xml": XML_TEXT, "application/xml": XML_TEXT },
    event(_delivery, payload) {
      if (typeof payload === "string") return DOCUSIGN_XML;
      return memberOf(payload, "data.envelopeId") === undefined || memberOf(payload, "generatedDateTime") === undefined
        ? DOCUSIGN_OTHER
        : DOCUSIGN_ENVELOPE;
    },
    privateHeaders: ["x-authorization-digest"],
    reply: {
      timeLimitSeconds: 100,
      retryHorizonSeconds: 15 * 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
      // Documents are included, in base64, where the configuration says so; DocuSign advises at most 25 MB of them.
      maxBodyBytes: 52_428_800,
    },
  }),
});
