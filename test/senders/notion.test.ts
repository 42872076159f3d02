// Checks the sender Notion.

import { verifyWebhookSignature } from "@notionhq/client";
import { notion } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { JSON_TYPE } from "../support/senders/deliver.js";
import { answered, at } from "../support/senders/handshake.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { header } from "../support/senders/signed.js";

const secret = "0123456789abcdef0123456789abcdef";

libraryOracle("@notionhq/client", {
  sender: notion({ secret }),
  type: "page.created",
  payload: { type: "page.created", note: NOTE },
  accepts: (signed) =>
    verifyWebhookSignature({
      body: signed.body,
      signature: header(signed, "x-notion-signature"),
      verificationToken: secret,
    }),
});

describe("a secret that comes by itself", () => {
  const token = { headers: JSON_TYPE, body: '{"verification_token":"secret_1"}' };

  it.each<[string, unknown, typeof token]>([
    ["notion", notion({ secret }), token],
    ["notion, at another time", notion({ secret, enrol: () => false }), token],
  ])("%s: is refused unless it is waited for", async (_name, sender, input) => {
    const outcome = await at(sender).receive(input);
    expect(outcome).toMatchObject({ name: "forbidden", reply: { status: 403 } });
    expect(JSON.stringify(outcome.reply)).not.toContain("s-1");
  });

  it("Notion's is kept, and not repeated", async () => {
    const kept: string[] = [];
    const outcome = await at(notion({ secret, enrol: async (one) => kept.push(one) > 0 })).receive(token);
    expect(outcome).toMatchObject(answered(""));
    expect(kept).toEqual(["secret_1"]);
  });

  it("is not taken with a signature, nor where it is no text", async () => {
    const kept: string[] = [];
    const { receive } = at(notion({ secret, enrol: (one) => kept.push(one) > 0 }));
    const headers = { ...JSON_TYPE, "x-notion-signature": `sha256=${"0".repeat(64)}` };
    expect(await receive({ ...token, headers })).toMatchObject({ name: "unauthenticated" });
    expect(await receive({ headers: JSON_TYPE, body: '{"verification_token":{}}' })).toMatchObject({
      name: "bad_credentials",
    });
    expect(kept).toEqual([]);
  });
});
