// Checks the sender Webflow.

import { webflow } from "hookgate/senders";
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
      "webflow: an order",
      webflow({ secret }),
      { triggerType: "ecomm_new_order", payload: { id: "o" } },
      { type: "ecomm_new_order", id: undefined },
    ],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });
});
