// Checks the sender Zendesk.

import { createHmac } from "node:crypto";
import { zendesk } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { send } from "../support/senders/send.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("kinds of deliveries", () => {
  it.each<
    [
      string,
      unknown,
      unknown,
      { type: string; id?: string | undefined },
      { headers?: Record<string, string>; contentType?: string }?,
    ]
  >([
    [
      "an event",
      zendesk({ secret }),
      { type: "zen:event-type:user.created", id: "e1" },
      { type: "zen:event-type:user.created", id: "e1" },
    ],
    [
      "a trigger",
      zendesk({ secret }),
      { type: "mine" },
      { type: "trigger", id: "i1" },
      { headers: { "x-zendesk-webhook-invocation-id": "i1" } },
    ],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });
});

documentationOracle("https://developer.zendesk.com/documentation/webhooks/verifying/", {
  sender: zendesk({ secret }),
  options: { now: () => Date.parse("2026-01-02T03:04:05Z") },
  body: { type: "zen:event-type:ticket.created", id: "e1" },
  headers: (body) => ({
    "x-zendesk-webhook-signature-timestamp": "2026-01-02T03:04:05Z",
    "x-zendesk-webhook-signature": createHmac("sha256", secret).update(`2026-01-02T03:04:05Z${body}`).digest("base64"),
  }),
  seen: { type: "zen:event-type:ticket.created", id: "e1" },
});
