// Checks the sender Nylas.

import { nylas } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { answered, at } from "../support/senders/handshake.js";

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
