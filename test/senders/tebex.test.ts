// Checks the sender Tebex.

import { createHash, createHmac } from "node:crypto";
import { tebex } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}
const old = "fedcba9876543210fedcba9876543210";

documentationOracle("https://docs.tebex.io/developers/webhooks/overview", {
  sender: tebex({ secret }),
  body: { id: "t1", type: "payment.completed" },
  headers: (body) => ({ "x-signature": hex(createHash("sha256").update(body).digest("hex")) }),
  seen: { type: "payment.completed", id: "t1" },
});

describe("tebex", () => {
  const body = JSON.stringify({ id: "8c0c8e5c", type: "validation.webhook" });
  const sign = (key: string) => ({
    ...JSON_TYPE,
    "x-signature": hex(createHash("sha256").update(body).digest("hex"), key),
  });
  it("has its validation answered with the id, once the signature holds, and no handler runs", async () => {
    const { seen, receive } = delivered(tebex({ secret }));
    expect(await receive({ headers: sign(secret), body })).toMatchObject({
      name: "handshake",
      reply: { status: 200, body: '{"id":"8c0c8e5c"}', headers: { "content-type": "application/json" } },
    });
    expect(await receive({ headers: sign(old), body })).toMatchObject({ name: "unauthenticated" });
    expect(seen).toEqual([]);
  });
});
