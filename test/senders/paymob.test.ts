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

    it("signs the page's example over the text that the page shows", async () => {
      const example = {
        amount_cents: 100,
        created_at: "2020-03-25T18:39:44.719228",
        currency: "EGP",
        error_occured: false,
        has_parent_transaction: false,
        id: 2556706,
        integration_id: 6741,
        is_3d_secure: true,
        is_auth: false,
        is_capture: false,
        is_refunded: false,
        is_standalone_payment: true,
        is_voided: false,
        order: { id: 4778239 },
        owner: 4705,
        pending: false,
        source_data: { pan: "2346", sub_type: "MasterCard", type: "card" },
        success: true,
      };
      const text =
        "1002020-03-25T18:39:44.719228EGPfalsefalse25567066741truefalsefalsefalsetruefalse47782394705false2346MasterCardcardtrue";
      const signature = hmac(text, "sha512").digest("hex");
      const { receive } = delivered(paymob({ secret }));
      const sent = JSON.stringify({ type: "TRANSACTION", obj: example });
      expect(await receive({ url: `/?hmac=${signature}`, headers: JSON_TYPE, body: sent })).toMatchObject({
        name: "processed",
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
