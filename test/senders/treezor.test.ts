// Checks the sender Treezor.

import { createHmac } from "node:crypto";
import { treezor } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hmac(text: string, algorithm = "sha256", key: string | Buffer = secret) {
  return createHmac(algorithm, key).update(text);
}

describe(documentedAt("https://docs.treezor.com/guide/webhooks/integrity-checks"), () => {
  it("signs object_payload as PHP writes it", async () => {
    const { seen, receive } = delivered(treezor({ secret }));
    const signature = hmac('{"amount":10.00,"url":"https:\\/\\/a","name":"\\u00e9\\ud83d\\ude00"}').digest("base64");
    const body = `{ "webhook": "payin.create", "webhook_id": "w1",
      "object_payload": { "amount": 10.00, "url": "https://a", "name": "\\u00E9😀" },
      "object_payload_signature": "${signature}" }`;
    const outcome = await receive({ headers: { "content-type": "text/plain" }, body });
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "payin.create", id: "w1" }]);
    const changed = await receive({ headers: JSON_TYPE, body: body.replace("10.00", "10.0") });
    expect(changed).toMatchObject({ name: "unauthenticated" });
  });
});
