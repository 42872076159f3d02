// Verifies Hook0's deliveries and locates their events.
import type { Delivery } from "../core/delivery.js";
import { header, json, literal } from "../core/field.js";
import { memberOf } from "../core/read-field.js";
import type { EventRow } from "../sender/sender.js";
import { senderFactory } from "./shared/factory.js";
import { hook0Auth, ID } from "./shared/hook0-scheme.js";
import type { SecretSender } from "./shared/options.js";

const ROWS: Readonly<Record<"header" | "eventType" | "type" | "event" | "none", EventRow>> = {
  header: { id: ID, type: /* @__PURE__ */ header("x-event-type") },
  eventType: { id: ID, type: /* @__PURE__ */ json("eventType") },
  type: { id: ID, type: /* @__PURE__ */ json("type") },
  event: { id: ID, type: /* @__PURE__ */ json("event") },
  none: { id: ID, type: /* @__PURE__ */ literal("event") },
};

/** The type is the application's affair: a header of Hook0's, or whatever its body calls it. What the body says is signed. */
function typedRow({ headers }: Delivery, payload: unknown): EventRow {
  const named = (["eventType", "type", "event"] as const).find((name) => typeof memberOf(payload, name) === "string");
  if (named !== undefined) return ROWS[named];
  return headers.has("x-event-type") ? ROWS.header : ROWS.none;
}

/** Hook0, and whoever sends through it. Types are the body's `eventType`, `type` or `event`, or the header `X-Event-Type`. */
export const hook0: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "hook0",
  name: "hook0",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: hook0Auth(secret),
    event: typedRow,
    reply: { honoursRetryAfter: false, unsubscribes: [] },
  }),
});
