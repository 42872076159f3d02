// Verifies Airtable's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import { json, literal } from "../core/field.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

/** What Airtable sends: that something has changed, and where. */
export interface AirtablePing {
  base: { id: string };
  webhook: { id: string };
  timestamp: string;
}

/** Airtable's webhooks: pings of the one type `ping`, after which the changes are fetched. */
export const airtable: SecretSender<AirtablePing> = /* @__PURE__ */ senderFactory({
  factory: "airtable",
  name: "airtable",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hmac({
      secret,
      key: "base64",
      signature: { header: "x-airtable-content-mac", encoding: "hex", prefix: "hmac-sha256=" },
    }),
    event: { type: literal("ping"), timestamp: json("timestamp", "rfc3339") },
    reply: { successStatuses: [200, 204], retryHorizonSeconds: 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
