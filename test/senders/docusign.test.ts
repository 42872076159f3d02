// Checks the sender DocuSign Connect.

import { createHmac } from "node:crypto";
import { docusign } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { anySender, send } from "../support/senders/send.js";

function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

const secret = "0123456789abcdef0123456789abcdef";
function hmac(text: string | Uint8Array, encoding: "hex" | "base64", algorithm = "sha256"): string {
  return createHmac(algorithm, secret).update(text).digest(encoding);
}

it("the signature of any of a hundred keys is enough", async () => {
  const { receive } = delivered(docusign({ secret }));
  const body = JSON.stringify({ event: "envelope-completed" });
  const wrong = hmac("x", "base64");
  const others = Array.from({ length: 99 }, (_, at) => [`x-docusign-signature-${at + 1}`, wrong]);
  const headers = { "content-type": "application/json", ...Object.fromEntries(others) };
  const last = { "x-docusign-signature-100": hmac(body, "base64") };
  expect(await receive({ headers: { ...headers, ...last }, body })).toMatchObject({ name: "processed" });
  expect((await receive({ headers, body })).reply.status).toBe(401);
});

describe("kinds of deliveries", () => {
  it.each<
    [
      string,
      unknown,
      unknown,
      { type: string; id?: string | undefined },
      { headers?: Record<string, string>; contentType?: string }?,
    ]
  >([["without an envelope", docusign({ secret }), { event: "click", data: {} }, { type: "click", id: undefined }]])(
    "%s",
    async (_name, sender, payload, expected, more = {}) => {
      const { seen, outcome } = await send(sender, payload, more);
      expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
      expect(seen).toMatchObject([expected]);
    },
  );
});

describe("how it signs", () => {
  it("any key of ours with any of its headers", async () => {
    const body = '{"event":"x","data":{}}';
    const signature = (key: string) => createHmac("sha256", key).update(body).digest("base64");
    const { receive } = delivered(anySender(docusign({ secret: [secret, `${secret}2`] })));
    const headers = {
      ...JSON_TYPE,
      "x-docusign-signature-1": signature("gone"),
      "x-docusign-signature-2": signature(`${secret}2`),
    };
    expect(await receive({ headers, body })).toMatchObject({ name: "processed" });
  });
});

documentationOracle("https://developers.docusign.com/platform/webhooks/connect/validate/", {
  sender: docusign({ secret }),
  body: { event: "envelope-completed", data: {} },
  headers: (body) => ({ "x-docusign-signature-1": base64(body) }),
  seen: { type: "envelope-completed" },
});
