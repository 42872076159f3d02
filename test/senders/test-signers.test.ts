// What test senders write is what vendors' libraries ask for, where those ask for more than the proof needs.
import { createHash, createHmac } from "node:crypto";
import { box, messagebird, resend, shopify } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { Webhook } from "svix";
import { describe, expect, it } from "vitest";
import { describedSenders } from "../../scripts/sender-pages.js";
import { delivered } from "./deliver.js";

const secret = "0123456789abcdef0123456789abcdef";
const whsec = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const url = "https://example.com/webhooks/x?a=1&b=c%20d";
const payload = { note: "é / <b> \u2028 😀 & + %20" };

const hmac = (text: string | Uint8Array, encoding: "base64" | "base64url"): string =>
  createHmac("sha256", secret).update(text).digest(encoding);
const sha256 = (text: string | Uint8Array): string => createHash("sha256").update(text).digest("hex");

it("box: version and algorithm stand beside the signature, and the time is Box' RFC 3339", async () => {
  const { headers, body } = await createTestSender(box({ secret })).sign({ type: "FILE.UPLOADED", payload });
  expect(headers).toMatchObject({ "box-signature-version": "1", "box-signature-algorithm": "HmacSHA256" });
  const time = headers["box-delivery-timestamp"] ?? "";
  expect(Date.parse(time)).toBeGreaterThan(0);
  expect(headers["box-signature-primary"]).toBe(hmac(Buffer.concat([body, Buffer.from(time)]), "base64"));
});

it("box: nothing of version and algorithm is believed", async () => {
  const { receive, seen } = delivered(box({ secret }));
  const { headers, body } = await createTestSender(box({ secret })).sign({ type: "FILE.UPLOADED", payload });
  const other = { ...headers, "box-signature-version": "2", "box-signature-algorithm": "none" };
  expect(await receive({ headers: other, body })).toMatchObject({ name: "processed" });
  const forged = { ...other, "box-signature-primary": "" };
  expect((await receive({ headers: forged, body })).reply.status).toBeGreaterThanOrEqual(400);
  expect(seen).toHaveLength(1);
});

it("messagebird: the token has an id of its own, and all that the library checks", async () => {
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

it("resend: the headers are svix-*, as Svix' library wants them, and webhook-* are read as well", async () => {
  const sender = resend({ secret: whsec });
  const { headers, body } = await createTestSender(sender).sign({ type: "email.sent", payload });
  expect(Object.keys(headers).filter((name) => name.startsWith("webhook-"))).toEqual([]);
  expect(new Webhook(whsec).verify(Buffer.from(body).toString(), { ...headers })).toMatchObject(payload);
  const { receive, seen } = delivered(sender);
  const renamed = Object.entries(headers).map(([name, value]) => [name.replace(/^svix-/, "webhook-"), value]);
  expect(await receive({ headers: Object.fromEntries(renamed), body })).toMatchObject({ name: "processed" });
  expect(seen).toMatchObject([{ type: "email.sent", id: headers["svix-id"] }]);
});

it("shopify: shop, version and webhook are named, which Shopify's library needs; one's own names stay", async () => {
  const test = createTestSender(shopify({ secret }));
  const { headers } = await test.sign({ type: "orders/create", headers: { "x-shopify-shop-domain": "a.example" } });
  expect(headers).toMatchObject({
    "x-shopify-shop-domain": "a.example",
    "x-shopify-api-version": expect.stringMatching(/^\d{4}-\d\d$/),
    "x-shopify-webhook-id": expect.stringMatching(/\S/),
    "x-shopify-topic": "orders/create",
  });
});

describe("facts that vendors' sources give as numbers", () => {
  const profiles = new Map(describedSenders().map(({ about, sender }) => [about.factory, sender.profile]));
  it.each([
    ["awsSns", { retryHorizonSeconds: 3_600 }],
    ["recurly", { timeLimitSeconds: 5 }],
    ["segment", { timeLimitSeconds: 5 }],
    ["woocommerce", { timeLimitSeconds: 60, retries: false }],
    ["sanity", { methods: ["POST", "PUT", "PATCH", "DELETE"] }],
  ])("%s", (factory, profile) => {
    expect(profiles.get(factory)).toMatchObject(profile);
  });
});
