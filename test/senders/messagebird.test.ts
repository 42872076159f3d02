// Checks the sender MessageBird.

import { createHash, createHmac } from "node:crypto";
import { messagebird } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { delivered } from "../support/senders/deliver.js";
import { anySender, HOOK_URL, send } from "../support/senders/send.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const url = "https://example.com/webhooks/x?a=1&b=c%20d";
const payload = { note: "é / <b> \u2028 😀 & + %20" };
const hmac = (text: string | Uint8Array, encoding: "base64" | "base64url"): string =>
  createHmac("sha256", secret).update(text).digest(encoding);
const sha256 = (text: string | Uint8Array): string => createHash("sha256").update(text).digest("hex");
const SECRET = "0123456789abcdef0123456789abcdef";

vectorOracle("messagebird", ({ secretOrKey: key = secret }) => messagebird({ secret: key }));

it("the token has an id of its own, and all that the library checks", async () => {
  const test = createTestSender(messagebird({ secret }), { url });
  const signed = await test.sign({ payload: { type: "message.created", message: { id: "m1" }, ...payload } });
  const [head = "", claims = "", signature] = (signed.headers["messagebird-signature-jwt"] ?? "").split(".");
  expect(signature).toBe(hmac(`${head}.${claims}`, "base64url"));
  const read = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString()) as Record<string, unknown>;
  expect(read(head)).toMatchObject({ alg: "HS256" });
  expect(read(claims)).toMatchObject({
    iss: "MessageBird",
    jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    exp: expect.any(Number),
    url_hash: sha256(url),
    payload_hash: sha256(signed.body),
  });
  const again = await test.sign({ payload: { type: "message.created", message: { id: "m1" } } });
  expect(again.headers["messagebird-signature-jwt"]).not.toBe(signed.headers["messagebird-signature-jwt"]);
});

it.each<[string, (secret: string) => unknown]>([["messagebird", (secret) => messagebird({ secret })]])(
  "%s is not built with a secret that is shorter than its hash",
  (_name, build) => {
    expect(() => build(SECRET)).not.toThrow();
    expect(() => build(SECRET.slice(1))).toThrow(/at least 32 bytes/);
  },
);

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
      "another type",
      messagebird({ secret }),
      { type: "message.updated", message: { id: "m" } },
      { type: "message.updated", id: undefined },
    ],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });

  it("an SMS status report comes by GET, all of it in the signed URL", async () => {
    const sender = messagebird({ secret });
    const report = `${HOOK_URL}?id=1&recipient=31600000000&status=delivered`;
    const { seen, receive } = delivered(anySender(sender), { publicUrl: "https://example.com" });
    const signed = await createTestSender(anySender(sender)).sign({ method: "GET", url: report });
    const target = report.slice("https://example.com".length);
    expect(await receive({ ...signed, url: target })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "status.delivered", id: "1.delivered.31600000000" }]);
    expect(await receive({ ...signed, url: target.replace("delivered", "failed") })).toMatchObject({
      name: "unauthenticated",
    });
  });
});
