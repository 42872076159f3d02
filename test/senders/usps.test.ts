// Checks the sender USPS Subscriptions – Tracking.

import { createHmac } from "node:crypto";
import { usps } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hmac(text: string, algorithm = "sha256", key: string | Buffer = secret) {
  return createHmac(algorithm, key).update(text);
}

describe(documentedAt("https://developers.usps.com/subscriptions-trackingv3r2"), () => {
  it.each(["x-hmac", "hmac-header"])("signs time and payload in %s, and not the type", async (name) => {
    const { seen, receive } = delivered(usps({ secret }));
    const body = JSON.stringify({ subscriptionType: "TRACKING", timestamp: "2026-01-02", payload: '{"a": 1}' });
    const headers = { ...JSON_TYPE, [name]: hmac('2026-01-02{"a": 1}').digest("base64") };
    expect(await receive({ headers, body })).toMatchObject({ name: "processed" });
    expect(await receive({ headers, body: body.replace("TRACKING", "OTHER") })).toMatchObject({ name: "processed" });
    expect(await receive({ headers, body: body.replace('\\"a\\"', '\\"b\\"') })).toMatchObject({
      name: "unauthenticated",
    });
    expect(seen.map(({ type }) => type)).toEqual(["TRACKING", "OTHER"]);
  });
});
