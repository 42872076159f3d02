// Verifies Quoter's deliveries and locates their events.
import { digest } from "../auth/schemes/digest.js";
import { queryParameter } from "../core/delivery.js";
import { form, literal, query } from "../core/field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const QUOTER_HINTED: EventRow = { type: /* @__PURE__ */ query("object") };

const QUOTER: EventRow = { type: /* @__PURE__ */ literal("changed") };

/** Quoter's webhooks. The type is what you put into the URL (`?object=quote`), or `changed`. */
export const quoter: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "quoter",
  name: "quoter",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: digest({
      secret,
      algorithm: "md5",
      signed: "{secret}{timestamp}{form:data}",
      patterns: { "form:data": /\D.*/s },
      timestamp: form("timestamp", "unix-seconds"),
      signature: { at: form("hash"), encoding: "hex" },
    }),
    body: { "application/x-www-form-urlencoded": { jsonInForm: "data" } },
    event: ({ url }) => (typeof (queryParameter(url, "object") || undefined) === "string" ? QUOTER_HINTED : QUOTER),
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
