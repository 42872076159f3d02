// Checks the sender Square.

import { createHmac } from "node:crypto";
import { square } from "hookgate/senders";
import { WebhooksHelper } from "square";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

vectorOracle("square", ({ secretOrKey: key }) => square({ secret: key }));

libraryOracle("square", {
  sender: square({ secret }),
  type: "payment.updated",
  payload: { event_id: "evt_1", note: NOTE, amount: 10 },
  accepts: ({ url, headers, body }) =>
    WebhooksHelper.verifySignature({
      requestBody: body,
      signatureHeader: headers["x-square-hmacsha256-signature"] ?? "",
      signatureKey: secret,
      notificationUrl: url,
    }),
});

describe("square", () => {
  const body = JSON.stringify({ event_id: "1", type: "payment.updated" });
  const signed = { ...JSON_TYPE, "x-square-hmacsha256-signature": base64(`https://example.com/hooks/square${body}`) };
  it("signs the URL that is registered, wherever the request came to", async () => {
    const publicUrl = "https://example.com/hooks/square";
    const inside = await delivered(square({ secret }), { publicUrl }).receive({ url: "/x", headers: signed, body });
    expect(inside).toMatchObject({ name: "processed" });
    const other = delivered(square({ secret }), { publicUrl: `${publicUrl}/` });
    expect(await other.receive({ headers: signed, body })).toMatchObject({ name: "unauthenticated" });
  });
  it("is not received without publicUrl", () => {
    expect(() => delivered(square({ secret }))).toThrow(/publicUrl/);
  });
});
