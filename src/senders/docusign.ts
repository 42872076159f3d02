// Verifies DocuSign Connect's deliveries and locates their events.
import { mac } from "../auth/schemes/hmac.js";
import { dottedAll, json, memberOf } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const DOCUSIGN_EVENT = /* @__PURE__ */ json("event");

const DOCUSIGN_ENVELOPE: EventRow = {
  id: /* @__PURE__ */ dottedAll(
    DOCUSIGN_EVENT,
    /* @__PURE__ */ json("data.envelopeId"),
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

/** One header for each active key, up to 100; ten are looked at. */
const DOCUSIGN_SIGNATURES = /* @__PURE__ */ Array.from({ length: 10 }, (_, at) => `x-docusign-signature-${at + 1}`);

/** DocuSign Connect, JSON. Types are `envelope-completed`, `recipient-signed`. */
export const docusign: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "docusign",
  name: "docusign",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: mac({ secret, signature: { header: DOCUSIGN_SIGNATURES, encoding: "base64" } }),
    event: (_delivery, payload) =>
      memberOf(payload, "data.envelopeId") === undefined || memberOf(payload, "generatedDateTime") === undefined
        ? DOCUSIGN_OTHER
        : DOCUSIGN_ENVELOPE,
    privateHeaders: ["x-authorization-digest"],
    reply: {
      timeLimitSeconds: 100,
      retryHorizonSeconds: 15 * 86_400,
      honoursRetryAfter: false,
      unsubscribes: [],
      // Documents are included where the configuration says so.
      maxBodyBytes: 26_214_400,
    },
  }),
});
