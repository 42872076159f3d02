// Checks the sender PayPro Global.

import { createHash } from "node:crypto";
import { paypro } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, FORM_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const hash = (text: string, algorithm: string) => createHash(algorithm).update(text).digest("hex");

describe(documentedAt("https://developers.payproglobal.com"), () => {
  const order = { ORDER_ID: "1", ORDER_STATUS: "Processed", ORDER_TOTAL_AMOUNT: "9.90", CUSTOMER_EMAIL: "a+b@c.de" };
  const SIGNATURE = hash(`1Processed9.90a+b@c.de${secret}0OrderCharged`, "sha256");

  it.each([
    ["lower-case", SIGNATURE],
    ["upper-case", SIGNATURE.toUpperCase()],
  ])("six fields and the key, in %s hex", async (_name, signature) => {
    const { seen, receive } = delivered(paypro({ secret }));
    const fields = { ...order, TEST_MODE: "0", IPN_TYPE_NAME: "OrderCharged", SIGNATURE: signature };
    await receive({ headers: FORM_TYPE, body: form(fields) });
    expect(seen).toMatchObject([{ type: "OrderCharged" }]);
    const changed = form({ ...fields, ORDER_TOTAL_AMOUNT: "0.90" });
    expect((await receive({ headers: FORM_TYPE, body: changed })).reply.status).toBeGreaterThanOrEqual(400);
    expect(seen).toHaveLength(1);
  });
});
