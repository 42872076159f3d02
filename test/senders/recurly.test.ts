// Checks the sender Recurly.

import { createHmac } from "node:crypto";
import { recurly } from "hookgate/senders";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const old = "fedcba9876543210fedcba9876543210";
const nowMs = 1_767_323_045_000;
const millis = String(nowMs);
const now = () => nowMs;
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

documentationOracle("https://docs.recurly.com/recurly-subscriptions/docs/webhooks", {
  kind: "the second of two signatures without names",
  sender: recurly({ secret }),
  options: { now },
  body: { id: "x1", object_type: "subscription", event_type: "created", event_time: "2026-01-02T03:04:05Z" },
  headers: (body) => ({
    "recurly-signature": `${millis},${hex(`${millis}.${body}`, old)},${hex(`${millis}.${body}`)}`,
  }),
  seen: { type: "subscription.created", id: "subscription.created.x1.2026-01-02T03:04:05Z" },
});
