// Checks the sender LINE Messaging API.

import { createHmac } from "node:crypto";
import { validateSignature } from "@line/bot-sdk";
import { line } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { JSON_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { receiverOf } from "../support/senders/receiver-of.js";
import { header } from "../support/senders/signed.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}
const hmac = (text: string, encoding: "hex" | "base64" = "hex", algorithm = "sha256", key: string | Buffer = secret) =>
  createHmac(algorithm, key).update(text).digest(encoding);

vectorOracle("line", ({ secretOrKey: key }) => line({ secret: key }));

libraryOracle("@line/bot-sdk", {
  sender: line({ secret }),
  type: "message",
  payload: { destination: "U1", events: [{ type: "message", webhookEventId: "e1", timestamp: 1, note: NOTE }] },
  accepts: (signed) => validateSignature(signed.body, secret, header(signed, "x-line-signature")),
});

documentationOracle("https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/", {
  sender: line({ secret }),
  body: { destination: "U1", events: [{ type: "follow", webhookEventId: "01H" }] },
  headers: (body) => ({ "x-line-signature": base64(body) }),
  seen: { type: "follow", id: "01H" },
});

describe("line", () => {
  it("takes an empty array, which is what the console's Verify button sends, as success", async () => {
    const body = '{"destination":"U1","events":[]}';
    const headers = { ...JSON_TYPE, "x-line-signature": hmac(body, "base64") };
    expect(await receiverOf(line({ secret })).receive({ headers, body })).toMatchObject({
      name: "empty",
      reply: { status: 200 },
    });
  });
});
