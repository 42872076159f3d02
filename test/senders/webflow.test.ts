// Checks the sender Webflow.

import { webflow } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { WebflowClient } from "webflow-api";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
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
      "an order",
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

libraryOracle("webflow-api", {
  sender: webflow({ secret }),
  type: "form_submission",
  payload: { triggerType: "form_submission", payload: { id: "f1", note: NOTE } },
  accepts: ({ headers, body }) =>
    new WebflowClient({ accessToken: "test" }).webhooks.verifySignature({ headers: { ...headers }, body, secret }),
});
