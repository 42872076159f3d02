// Checks the sender X (Twitter).

import { createHmac } from "node:crypto";
import { x } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { JSON_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { receiverOf } from "../support/senders/receiver-of.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}
const hmac = (text: string, encoding: "hex" | "base64" = "hex", algorithm = "sha256", key: string | Buffer = secret) =>
  createHmac(algorithm, key).update(text).digest(encoding);

documentationOracle("https://docs.x.com/x-api/webhooks/introduction", {
  sender: x({ secret }),
  body: { for_user_id: "1", tweet_create_events: [{}] },
  headers: (body) => ({ "x-twitter-webhooks-signature": `sha256=${base64(body)}` }),
  seen: { type: "tweet_create_events", id: undefined },
});

describe("challenges by GET", () => {
  it("gets the token's HMAC", async () => {
    const outcome = await receiverOf(x({ secret })).receive({
      method: "GET",
      url: "/hook?crc_token=abc&nonce=1",
    });
    expect(outcome.reply).toMatchObject({
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ response_token: `sha256=${hmac("abc", "base64")}` }),
    });
  });

  it.each([
    ["empty", "crc_token="],
    ["too long", `crc_token=${"x".repeat(513)}`],
    ["given twice", "crc_token=a&crc_token=b"],
    ["not printable", "crc_token=%00"],
    ["the body of a delivery", `crc_token=${encodeURIComponent('{"tweet_create_events":[]}')}`],
    ["a text with a space", "crc_token=a%20b"],
    ["followed by a line break", "crc_token=abc%0A"],
  ])("refuses one that is %s", async (_, query) => {
    const outcome = await receiverOf(x({ secret })).receive({ method: "GET", url: `/hook?${query}` });
    expect(outcome).toMatchObject({ name: "bad_credentials", reply: { status: 400 } });
  });

  it.each(["12345", "true", "null", "-1"])("refuses the body %s, which anybody may have signed", async (body) => {
    const { receive } = receiverOf(x({ secret }));
    const challenge = await receive({ method: "GET", url: `/hook?crc_token=${body}` });
    const { response_token: signature } = JSON.parse(String(challenge.reply.body));
    const headers = { ...JSON_TYPE, "x-twitter-webhooks-signature": signature };
    expect(await receive({ headers, body })).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
  });
});
