// Checks the sender Dropbox.

import { createHmac } from "node:crypto";
import { dropbox } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { answered, at } from "../support/senders/handshake.js";

function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

const secret = "0123456789abcdef0123456789abcdef";

describe("a challenge in the query", () => {
  it.each<[string, unknown, string, string]>([["dropbox", dropbox({ secret }), "challenge=abc%20d", "abc d"]])(
    "%s is answered with it",
    async (_name, sender, query, body) => {
      const { seen, receive } = at(sender);
      const outcome = await receive({ method: "GET", url: `/hook?${query}` });
      expect(outcome).toMatchObject(answered(body));
      expect(outcome.reply.headers).toMatchObject({ "x-content-type-options": "nosniff" });
      expect(seen).toEqual([]);
    },
  );

  it.each([
    ["too long", `challenge=${"x".repeat(513)}`],
    ["empty", "challenge="],
    ["with a line break", "challenge=a%0d%0ab"],
  ])("is refused where it is %s", async (_name, query) => {
    expect(await at(dropbox({ secret })).receive({ method: "GET", url: `/hook?${query}` })).toMatchObject({
      name: "bad_credentials",
    });
  });

  it.each([
    ["none", "/hook"],
    ["two", "/hook?challenge=a&challenge=b"],
  ])("%s is no handshake: 405", async (_name, url) => {
    expect(await at(dropbox({ secret })).receive({ method: "GET", url })).toMatchObject({ name: "method_not_allowed" });
  });
});

documentationOracle("https://www.dropbox.com/developers/reference/webhooks", {
  sender: dropbox({ secret }),
  body: { list_folder: { accounts: ["dbid:1"] } },
  headers: (body) => ({ "x-dropbox-signature": hex(body) }),
  seen: { type: "list_folder" },
});
