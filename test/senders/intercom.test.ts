// Checks the sender Intercom.

import { createHmac } from "node:crypto";
import { intercom } from "hookgate/senders";
import { expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { answered, at } from "../support/senders/handshake.js";

function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

const secret = "0123456789abcdef0123456789abcdef";

it.each([["intercom", intercom({ secret })]])("%s looks with a HEAD", async (_name, sender) => {
  expect(await at(sender).receive({ method: "HEAD", url: "/hook" })).toMatchObject(answered(""));
});

documentationOracle("https://developers.intercom.com/docs/webhooks", {
  sender: intercom({ secret }),
  body: { id: "n1", topic: "conversation.user.created", data: {} },
  headers: (body) => ({ "x-hub-signature": `sha1=${hex(body, secret, "sha1")}` }),
  seen: { type: "conversation.user.created", id: "n1" },
});
