// Checks the sender LinkedIn.

import { createHmac } from "node:crypto";
import { linkedin } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { receiverOf } from "../support/senders/receiver-of.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}
const hmac = (text: string, encoding: "hex" | "base64" = "hex", algorithm = "sha256", key: string | Buffer = secret) =>
  createHmac(algorithm, key).update(text).digest(encoding);

documentationOracle("https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation", {
  sender: linkedin({ secret }),
  body: { type: "LEAD_ACTION", leadAction: "CREATED" },
  headers: (body) => ({ "x-li-signature": hex(`hmacsha256=${body}`) }),
  seen: { type: "LEAD_ACTION", id: undefined },
});

describe("challenges by GET", () => {
  it("gets the code and its HMAC, with the secret of the app that is asked for", async () => {
    const sender = linkedin({ secret: ({ url }) => (url.includes("applicationId=2") ? secret : null) });
    const { receive } = receiverOf(sender);
    const outcome = await receive({
      method: "GET",
      url: "/hook?challengeCode=890e4665-4dfe-4ab1-b689-ed553bceeed0&applicationId=2",
    });
    expect(JSON.parse(String(outcome.reply.body))).toEqual({
      challengeCode: "890e4665-4dfe-4ab1-b689-ed553bceeed0",
      challengeResponse: hmac("890e4665-4dfe-4ab1-b689-ed553bceeed0"),
    });
    const stranger = await receive({
      method: "GET",
      url: "/hook?challengeCode=890e4665-4dfe-4ab1-b689-ed553bceeed0&applicationId=3",
    });
    expect(stranger).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
  });

  it.each([
    ["the body of a delivery with its prefix", 'hmacsha256={"type":"LEAD_ACTION"}'],
    ["a UUID with something behind it", "890e4665-4dfe-4ab1-b689-ed553bceeed0{}"],
    ["a UUID with something before it", "hmacsha256=890e4665-4dfe-4ab1-b689-ed553bceeed0"],
    ["no UUID", "abc"],
    ["empty", ""],
  ])("refuses a code that is %s", async (_, code) => {
    const url = `/hook?challengeCode=${encodeURIComponent(code)}`;
    const outcome = await receiverOf(linkedin({ secret })).receive({ method: "GET", url });
    expect(outcome).toMatchObject({ name: "bad_credentials", reply: { status: 400 } });
  });
});
