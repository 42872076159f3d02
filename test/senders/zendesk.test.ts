// Checks the sender Zendesk.

import { zendesk } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { send } from "../support/senders/send.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("kinds of one sender", () => {
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
      "zendesk: an event",
      zendesk({ secret }),
      { type: "zen:event-type:user.created", id: "e1" },
      { type: "zen:event-type:user.created", id: "e1" },
    ],
    [
      "zendesk: a trigger",
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
