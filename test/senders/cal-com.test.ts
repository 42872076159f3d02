// Checks the sender Cal.com.

import { createHmac } from "node:crypto";
import { calCom } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, FORM_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";

function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}

const secret = "0123456789abcdef0123456789abcdef";
function hmac(text: string | Uint8Array, encoding: "hex" | "base64", algorithm = "sha256"): string {
  return createHmac(algorithm, secret).update(text).digest(encoding);
}

describe("cal-com, a template that is no JSON", () => {
  it.each([
    ["triggerEvent=BOOKING_CREATED&title=a+b", "BOOKING_CREATED"],
    ["title=a+b", "webhook"],
  ])("%s is a form", async (body, type) => {
    const { seen, receive } = delivered(calCom({ secret }));
    const headers = { ...FORM_TYPE, "x-cal-signature-256": hmac(body, "hex") };
    expect(await receive({ headers, body })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type, payload: { title: "a b" } }]);
  });
});

documentationOracle("https://cal.com/docs/developing/guides/automation/webhooks", {
  sender: calCom({ secret }),
  body: { triggerEvent: "BOOKING_CREATED", payload: {} },
  headers: (body) => ({ "x-cal-signature-256": hex(body) }),
  seen: { type: "BOOKING_CREATED" },
});
