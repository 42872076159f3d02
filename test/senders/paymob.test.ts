// Checks the sender Paymob.

import { createHmac } from "node:crypto";
import { paymob } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hmac(text: string, algorithm = "sha256", key: string | Buffer = secret) {
  return createHmac(algorithm, key).update(text);
}

describe(
  documentedAt(
    "https://developers.paymob.com/paymob-docs/developers/webhook-callbacks-and-hmac/hmac/hmac-transaction-callback",
  ),
  () => {
    const obj = {
      id: 7,
      amount_cents: 1000,
      currency: "EGP",
      success: true,
      pending: false,
      order: { id: 8 },
      source_data: { pan: "2346", sub_type: "MasterCard", type: "card" },
    };
    const body = JSON.stringify({ type: "TRANSACTION", obj });
    const hmacOf = hmac("1000EGP78false2346MasterCardcardtrue", "sha512").digest("hex");

    it("signs the values of its members in their order, booleans as words", async () => {
      const { seen, receive } = delivered(paymob({ secret }));
      expect(await receive({ url: `/?hmac=${hmacOf}`, headers: JSON_TYPE, body })).toMatchObject({ name: "processed" });
      expect(seen).toMatchObject([{ type: "TRANSACTION", id: undefined }]);
      const failed = body.replace('"success":true', '"success":false');
      expect(await receive({ url: `/?hmac=${hmacOf}`, headers: JSON_TYPE, body: failed })).toMatchObject({
        name: "unauthenticated",
      });
    });

    it.each([
      ["none", "/", 401],
      ["two", `/?hmac=${hmacOf}&hmac=${hmacOf}`, 400],
      ["a short one", `/?hmac=${hmacOf.slice(1)}`, 400],
    ])("refuses %s", async (_name, url, status) => {
      const { reply } = await delivered(paymob({ secret })).receive({ url, headers: JSON_TYPE, body });
      expect(reply.status).toBe(status);
    });
  },
);
