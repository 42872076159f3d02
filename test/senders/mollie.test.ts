// Checks the sender Mollie.

import { createHmac } from "node:crypto";
import { mollie } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, FORM_TYPE, JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hmac(text: string, algorithm = "sha256", key: string | Buffer = secret) {
  return createHmac(algorithm, key).update(text);
}

describe(
  documentedAt("https://github.com/mollie/mollie-api-php/blob/master/src/Webhooks/SignatureValidator.php"),
  () => {
    const event = JSON.stringify({ id: "event_1", type: "payment-link.paid" });
    const signed = { ...JSON_TYPE, "x-mollie-signature": `sha256=${hmac(event).digest("hex")}` };

    it("takes signed events, and classic webhooks where confirm verifies them", async () => {
      const asked: unknown[] = [];
      const confirm = (one: { payload: unknown }) => {
        asked.push(one.payload);
        return (one.payload as { id: string }).id === "tr_1" && { payload: { status: "paid" } };
      };
      const { seen, receive } = delivered(mollie({ secret, confirm }));
      await receive({ headers: signed, body: event });
      await receive({ headers: FORM_TYPE, body: "id=tr_1" });
      expect(await receive({ headers: FORM_TYPE, body: "id=tr_2" })).toMatchObject({ name: "unauthenticated" });
      expect(seen).toMatchObject([
        { type: "payment-link.paid", id: "event_1", verified: true },
        { type: "resource.changed", id: undefined, verified: false, payload: { status: "paid" } },
      ]);
      expect(asked).toMatchObject([{ id: "tr_1" }, { id: "tr_2" }]);
    });

    it("never takes an event with a wrong signature for a classic one", async () => {
      const { seen, receive } = delivered(mollie({ secret, confirm: () => true }));
      expect(await receive({ headers: signed, body: `${event} ` })).toMatchObject({ name: "unauthenticated" });
      expect(seen).toEqual([]);
    });

    it("refuses what it has no option for, and is not built with neither", async () => {
      const bySecret = delivered(mollie({ secret }));
      expect(await bySecret.receive({ headers: FORM_TYPE, body: "id=tr_1" })).toMatchObject({
        name: "unauthenticated",
      });
      const byConfirm = delivered(mollie({ confirm: () => true }));
      expect(await byConfirm.receive({ headers: signed, body: event })).toMatchObject({ name: "unauthenticated" });
      expect(() => mollie({})).toThrow(/secret .* confirm/);
    });
  },
);
