// Checks the sender Okta event hooks.

import { okta } from "hookgate/senders";
import { expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { answered, at } from "../support/senders/handshake.js";

const secret = "0123456789abcdef0123456789abcdef";

it("Okta's challenge is a header, and is answered in JSON", async () => {
  const headers = { "x-okta-verification-challenge": "abc" };
  const outcome = await at(okta({ token: secret })).receive({ method: "GET", headers });
  expect(outcome).toMatchObject(answered('{"verification":"abc"}'));
  expect(outcome.reply.headers).toMatchObject({ "content-type": "application/json" });
});

documentationOracle("https://developer.okta.com/docs/guides/event-hook-implementation/", {
  sender: okta({ token: secret }),
  forged: { headers: { authorization: `${secret}x` } },
  body: { data: { events: [{ uuid: "u1", eventType: "user.lifecycle.create" }] } },
  headers: () => ({ authorization: secret }),
  seen: { type: "user.lifecycle.create", id: "u1" },
});
