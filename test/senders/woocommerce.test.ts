// Checks the sender WooCommerce.

import { woocommerce } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { FORM_TYPE, JSON_TYPE } from "../support/senders/deliver.js";
import { answered, at } from "../support/senders/handshake.js";
import { libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { isAcceptedByTern } from "../support/senders/tern.js";

const secret = "0123456789abcdef0123456789abcdef";

describe("WooCommerce's ping", () => {
  it("is answered, and anything else without a signature is not", async () => {
    const { seen, receive } = at(woocommerce({ secret }));
    expect(await receive({ headers: FORM_TYPE, body: "webhook_id=12" })).toMatchObject(answered(""));
    expect(await receive({ headers: FORM_TYPE, body: "webhook_id=12&x=1" })).toMatchObject({ name: "unauthenticated" });
    expect(await receive({ headers: JSON_TYPE, body: '{"webhook_id":12}' })).toMatchObject({ name: "unauthenticated" });
    expect(seen).toEqual([]);
  });
});

libraryOracle("@hookflo/tern", {
  sender: woocommerce({ secret }),
  type: "order.created",
  payload: { id: 1, note: NOTE },
  headers: { "x-wc-webhook-topic": "order.created" },
  accepts: isAcceptedByTern("woocommerce", secret),
});
