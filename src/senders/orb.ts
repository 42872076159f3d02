// Verifies Orb's deliveries and locates their events.
import { hmac } from "../auth/schemes/hmac.js";
import type { SignedText } from "../auth/signature/signed-content.js";
import { unwrapped, type Wrapping } from "../auth/unwrap.js";
import { header, json } from "../core/field.js";
import { HeaderLines } from "../lib/headers.js";
import { senderFactory } from "./shared/factory.js";
import type { SecretSender } from "./shared/options.js";

const TIME = "x-orb-timestamp";
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?$/;

/** The time as RFC 3339 wants it: without a zone it is UTC. */
const IN_UTC: Wrapping = {
  see(delivery) {
    const time = delivery.headers.once(TIME);
    if (typeof time !== "string" || !WITHOUT_ZONE.test(time)) return delivery;
    const raw = delivery.headers.toRaw();
    const completed = raw.map((text, at) => (at % 2 === 1 && raw[at - 1]?.toLowerCase() === TIME ? `${text}Z` : text));
    return { ...delivery, headers: new HeaderLines(completed) };
  },
  wrap: (signed) => signed,
  covers: (seen) => seen,
};

/** With the zone or without it, as the header came; both are the same moment. */
const TEXT: SignedText = {
  covers: { body: true, method: false, url: false, headers: [] },
  usesTimestamp: true,
  texts: ({ body }, { timestamp }) =>
    [timestamp, timestamp.replace(/Z$/, "")].map((time) => Buffer.concat([Buffer.from(`v1:${time}:`), body])),
};

/** Orb's webhooks, summary ones included. Types are `invoice.issued`, `subscription.created`, … */
export const orb: SecretSender = /* @__PURE__ */ senderFactory({
  factory: "orb",
  name: "orb",
  options: ["secret"],
  define: ({ secret }) => ({
    auth: unwrapped(
      IN_UTC,
      hmac({
        secret,
        signed: TEXT,
        timestamp: header(TIME, "rfc3339"),
        signature: { header: "x-orb-signature", encoding: "hex", form: { list: "v1=", separator: " " } },
      }),
    ),
    event: { id: json("id"), type: json("type"), timestamp: json("created_at", "rfc3339") },
    reply: { retryHorizonSeconds: 3 * 86_400, honoursRetryAfter: false, unsubscribes: [] },
  }),
});
