// Checks the sender Box.

import { createHmac } from "node:crypto";
import { box } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { anySender, send } from "../support/senders/send.js";
import { freshnessOracle, vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const payload = { note: "é / <b> \u2028 😀 & + %20" };
const hmac = (text: string | Uint8Array, encoding: "base64" | "base64url"): string =>
  createHmac("sha256", secret).update(text).digest(encoding);

freshnessOracle(
  "box",
  vectorOracle("box", ({ secretOrKey = "", extra }) =>
    box({ secret: [secretOrKey, extra.secondaryKey ?? "another-key-0123"] }),
  ),
  600,
);

it("version and algorithm stand beside the signature, and the time is Box' RFC 3339", async () => {
  const { headers, body } = await createTestSender(box({ secret })).sign({ type: "FILE.UPLOADED", payload });
  expect(headers).toMatchObject({ "box-signature-version": "1", "box-signature-algorithm": "HmacSHA256" });
  const time = headers["box-delivery-timestamp"] ?? "";
  expect(Date.parse(time)).toBeGreaterThan(0);
  expect(headers["box-signature-primary"]).toBe(hmac(Buffer.concat([body, Buffer.from(time)]), "base64"));
});

it("nothing of version and algorithm is believed", async () => {
  const { receive, seen } = delivered(box({ secret }));
  const { headers, body } = await createTestSender(box({ secret })).sign({ type: "FILE.UPLOADED", payload });
  const other = { ...headers, "box-signature-version": "2", "box-signature-algorithm": "none" };
  expect(await receive({ headers: other, body })).toMatchObject({ name: "processed" });
  const forged = { ...other, "box-signature-primary": "" };
  expect((await receive({ headers: forged, body })).reply.status).toBeGreaterThanOrEqual(400);
  expect(seen).toHaveLength(1);
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
  >([["without an id", box({ secret }), { trigger: "FILE.UPLOADED" }, { type: "FILE.UPLOADED", id: undefined }]])(
    "%s",
    async (_name, sender, payload, expected, more = {}) => {
      const { seen, outcome } = await send(sender, payload, more);
      expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
      expect(seen).toMatchObject([expected]);
    },
  );
});

describe("how it signs", () => {
  it("secondary key in the secondary header", async () => {
    const time = new Date().toISOString();
    const body = '{"id":"1","trigger":"T"}';
    const headers = {
      ...JSON_TYPE,
      "box-delivery-timestamp": time,
      "box-signature-secondary": createHmac("sha256", `${secret}2`)
        .update(body + time)
        .digest("base64"),
    };
    expect(
      await delivered(anySender(box({ secret: [secret, `${secret}2`] }))).receive({ headers, body }),
    ).toMatchObject({
      name: "processed",
    });
  });
});
