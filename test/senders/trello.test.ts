// Checks the sender Trello.

import { trello } from "hookgate/senders";
import { expect, it } from "vitest";
import { answered, at } from "../support/senders/handshake.js";

const secret = "0123456789abcdef0123456789abcdef";

it.each([["trello", trello({ secret })]])("%s looks with a HEAD", async (_name, sender) => {
  expect(await at(sender).receive({ method: "HEAD", url: "/hook" })).toMatchObject(answered(""));
});
