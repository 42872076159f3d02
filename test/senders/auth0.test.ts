// Checks the sender Auth0.

import { auth0 } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { anySender, send } from "../support/senders/send.js";

const secret = "0123456789abcdef0123456789abcdef";

it.each(["application/json", "application/x-ndjson", "text/plain"])(
  "Auth0's JSON lines come as %s, and are a batch",
  async (type) => {
    const { seen, receive } = delivered(anySender(auth0({ token: secret })));
    const line = (id: string) => `${JSON.stringify({ log_id: id, data: { type: "s" } })}\n`;
    const headers = { "content-type": type, authorization: secret };
    expect(await receive({ headers, body: line("1") + line("2") })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ id: "1", type: "s" }, { id: "2" }]);
    expect((await receive({ headers, body: "{" })).reply.status).toBe(400);
  },
);

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
    ["one object", auth0({ token: secret }), { log_id: "l1", data: { type: "fp" } }, { type: "fp", id: "l1" }],
    [
      "an event stream",
      auth0({ token: secret }),
      { id: "evt_1", type: "user.created" },
      { type: "user.created", id: "evt_1" },
    ],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });
});

documentationOracle("https://auth0.com/docs/customize/log-streams/custom-log-streams", {
  sender: auth0({ token: secret }),
  forged: { headers: { authorization: `${secret}x` } },
  body: [{ log_id: "l1", data: { type: "s" } }],
  headers: () => ({ authorization: secret }),
  seen: { type: "s", id: "l1" },
});
