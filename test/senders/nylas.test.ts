// Checks the sender Nylas.

import { createHmac } from "node:crypto";
import { nylas } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { answered, at } from "../support/senders/handshake.js";

function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

const secret = "0123456789abcdef0123456789abcdef";

describe("a challenge in the query", () => {
  it.each<[string, unknown, string, string]>([["nylas", nylas({ secret }), "challenge=abc", "abc"]])(
    "%s is answered with it",
    async (_name, sender, query, body) => {
      const { seen, receive } = at(sender);
      const outcome = await receive({ method: "GET", url: `/hook?${query}` });
      expect(outcome).toMatchObject(answered(body));
      expect(outcome.reply.headers).toMatchObject({ "x-content-type-options": "nosniff" });
      expect(seen).toEqual([]);
    },
  );
});

documentationOracle("https://developer.nylas.com/docs/v3/notifications/webhooks/", {
  sender: nylas({ secret }),
  body: { specversion: "1.0", id: "n1", type: "message.created", data: {} },
  headers: (body) => ({ "x-nylas-signature": hex(body) }),
  seen: { type: "message.created", id: "n1" },
});
