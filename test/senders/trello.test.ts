// Checks the sender Trello.

import { createHmac } from "node:crypto";
import { trello } from "hookgate/senders";
import { expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { answered, at } from "../support/senders/handshake.js";

const secret = "0123456789abcdef0123456789abcdef";

it.each([["trello", trello({ secret })]])("%s looks with a HEAD", async (_name, sender) => {
  expect(await at(sender).receive({ method: "HEAD", url: "/hook" })).toMatchObject(answered(""));
});

documentationOracle("https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks/", {
  sender: trello({ secret }),
  options: { publicUrl: "https://example.com/hooks/trello" },
  body: { action: { id: "a1", type: "createCard" }, model: {} },
  headers: (body) => ({
    "x-trello-webhook": createHmac("sha1", secret).update(`${body}https://example.com/hooks/trello`).digest("base64"),
  }),
  seen: { type: "createCard", id: "a1" },
});
