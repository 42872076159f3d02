// Checks the sender Mailgun.

import { createHmac } from "node:crypto";
import { mailgun } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, FORM_TYPE } from "../support/senders/deliver.js";
import { ATTACHMENT, MULTIPART_TYPE, multipartBody, PNG } from "../support/senders/multipart.js";
import { send } from "../support/senders/send.js";
import { freshnessOracle, vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
function hmac(text: string | Uint8Array, encoding: "hex" | "base64", algorithm = "sha256"): string {
  return createHmac(algorithm, secret).update(text).digest(encoding);
}

freshnessOracle(
  "mailgun",
  vectorOracle("mailgun", ({ secretOrKey: key }) => mailgun({ secret: key }), {
    // Nothing is read but two members.
    bindsBody: () => false,
  }),
  300,
);

describe("mailgun, mail with attachments", () => {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const token = "ff".repeat(25);
  const fields = (more: Record<string, string> = {}): [string, string][] =>
    Object.entries({
      recipient: "a@example.com",
      "body-plain": "é\r\n-- \r\nb",
      timestamp,
      token,
      signature: hmac(timestamp + token, "hex"),
      ...more,
    }).map(([name, value]) => [`name="${name}"`, value]);
  const mail = (more?: Record<string, string>) => multipartBody([...fields(more), ATTACHMENT]);

  it("is read, and its files come in base64", async () => {
    const { seen, receive } = delivered(mailgun({ secret }));
    const outcome = await receive({ headers: MULTIPART_TYPE, body: mail() });
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    const file = { filename: 'n\\"é.png', contentType: "image/png", content: PNG.toString("base64") };
    expect(seen).toMatchObject([
      { type: "inbound", id: token, payload: { "body-plain": "é\r\n-- \r\nb", "attachment-1": file } },
    ]);
  });

  it.each([
    ["another signature", mail({ signature: hmac("x", "hex") }), 401],
    ["another token", mail({ token: "00" }), 401],
    ["the token twice", multipartBody([...fields(), ['name="token"', "00"], ATTACHMENT]), 400],
    ["a part cut off", mail().subarray(0, -20), 400],
  ])("is refused with %s", async (_, body, status) => {
    const { seen, receive } = delivered(mailgun({ secret }));
    expect((await receive({ headers: MULTIPART_TYPE, body })).reply.status).toBe(status);
    expect(seen).toEqual([]);
  });

  it("a form of several mebibytes is read, too", async () => {
    const { seen, receive } = delivered(mailgun({ secret }));
    const text = "x".repeat(3 * 2 ** 20);
    const form = Object.fromEntries(fields({ "body-html": text }).map(([name, value]) => [name.slice(6, -1), value]));
    const outcome = await receive({ headers: FORM_TYPE, body: new URLSearchParams(form).toString() });
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "inbound", payload: { "body-html": text } }]);
  });
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
  >([
    [
      "a route's mail",
      mailgun({ secret }),
      { token: "t1", subject: "s" },
      { type: "inbound", id: "t1" },
      { contentType: FORM_TYPE["content-type"] },
    ],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });
});

describe("what is not signed", () => {
  it("the form is not read where JSON was signed, nor the other way round", async () => {
    const { signed, receive } = await send(mailgun({ secret }), { "event-data": { id: "1", event: "delivered" } });
    expect(await receive({ ...signed, headers: FORM_TYPE })).toMatchObject({ name: "unauthenticated" });
  });
});
