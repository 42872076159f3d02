// What vendors let their users choose is read: content types, methods, and bodies beyond a mebibyte.
import { createHmac } from "node:crypto";
import { createReceiver, type DeliveryInput, type Sender } from "hookgate";
import { calCom, contentful, docusign, mandrill, sanity, shopify, zendesk } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { describedSenders } from "../../../scripts/sender-pages.js";
import { sampleKey, sampleRequest } from "../../../scripts/sender-samples.js";
import { delivered } from "../../support/senders/deliver.js";

const secret = "0123456789abcdef0123456789abcdef";
const XML = '<?xml version="1.0" encoding="UTF-8"?><order><id>1</id><note>é &amp; b</note></order>';
const XML_TYPE = { "content-type": "application/xml; charset=utf-8" };

function hmac(text: string | Uint8Array, encoding: "hex" | "base64", algorithm = "sha256"): string {
  return createHmac(algorithm, secret).update(text).digest(encoding);
}

describe.each([
  {
    name: "shopify",
    sender: shopify({ secret }),
    type: "orders/create",
    headers: { ...XML_TYPE, "x-shopify-topic": "orders/create", "x-shopify-event-id": "e1" },
    signature: ["x-shopify-hmac-sha256", hmac(XML, "base64")],
  },
  {
    name: "docusign",
    sender: docusign({ secret }),
    type: "envelope",
    headers: { "content-type": "text/xml; charset=utf-8" },
    signature: ["x-docusign-signature-1", hmac(XML, "base64")],
  },
  {
    name: "zendesk",
    sender: zendesk({ secret }),
    type: "trigger",
    headers: {
      ...XML_TYPE,
      "x-zendesk-webhook-invocation-id": "i1",
      "x-zendesk-webhook-signature-timestamp": new Date().toISOString(),
    },
    signature: ["x-zendesk-webhook-signature", ""],
  },
])("$name, XML", ({ sender, type, headers, signature: [name = "", value = ""] }) => {
  it("is handed over as the text it is, once it is proven", async () => {
    const { seen, receive } = delivered(sender as unknown as Sender<never>);
    const time = (headers as Record<string, string>)["x-zendesk-webhook-signature-timestamp"];
    const signature = time === undefined ? value : hmac(`${time}${XML}`, "base64");
    const input = { headers: { ...headers, [name]: signature }, body: XML };
    expect(await receive(input)).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type, payload: XML }]);
    expect((await receive({ ...input, body: XML.replace("1", "2") })).reply.status).toBe(401);
  });
});

it.each([
  [shopify({ secret }), "x-shopify-hmac-sha256", "application/xml"],
  [docusign({ secret }), "x-docusign-signature-1", "text/xml"],
  [calCom({ secret }), "x-cal-signature-256", "application/x-www-form-urlencoded"],
])("signed JSON under another content type is refused: %#", async (sender, name, contentType) => {
  const { seen, receive } = delivered(sender as unknown as Sender<never>);
  const body = JSON.stringify({ note: "&triggerEvent=BOOKING_PAID&", event: "envelope-completed" });
  const signature = hmac(body, name === "x-cal-signature-256" ? "hex" : "base64");
  const headers = { "content-type": contentType, [name]: signature, "x-shopify-topic": "orders/create" };
  expect((await receive({ headers, body })).reply.status).toBe(400);
  expect(seen).toEqual([]);
});

describe.each(["POST", "PUT", "PATCH", "DELETE"])("%s", (method) => {
  it.each([
    { name: "sanity", sender: sanity({ secret }), type: "update", contentType: "application/json" },
    { name: "contentful", sender: contentful({ secret }), type: "T", contentType: "application/json" },
    {
      name: "contentful, a form",
      sender: contentful({ secret }),
      type: "T",
      contentType: "application/x-www-form-urlencoded",
    },
  ])("by $name is a delivery", async ({ sender, type, contentType }) => {
    const { seen, receive } = delivered(sender as unknown as Sender<never>);
    const test = createTestSender(sender as unknown as Sender<never>);
    const signed = await test.sign({ type, payload: { _id: "d1" }, method, contentType });
    const url = new URL(signed.url).pathname;
    const outcome = await receive({ method, url, headers: signed.headers, body: signed.body });
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type, payload: { _id: "d1" } }]);
  });
});

describe("a body beyond a mebibyte is read, of each sender that may send one", () => {
  const MIB = 2 ** 20;
  const large = describedSenders().filter(({ sender }) => sender.profile.maxBodyBytes >= 2 * MIB);

  it("mail, documents, recordings and pushes are among them", () => {
    const names = large.map(({ about }) => about.factory);
    const known = ["contentful", "docusign", "github", "gitlab", "jira", "mailgun", "mandrill", "postmark", "shopify"];
    expect(names).toEqual(expect.arrayContaining(known));
  });

  it.each(large.map((one) => [one.about.factory, one] as const))("%s", async (_, { about, sender }) => {
    const request = sampleRequest(about);
    const filler = "x".repeat(Math.min(sender.profile.maxBodyBytes, 4 * MIB) - 0.5 * MIB);
    const grown = Array.isArray(request.payload)
      ? [{ ...(request.payload[0] as object), filler }]
      : { ...(request.payload as object | undefined), filler };
    const signed = await createTestSender(sender, sampleKey(about)).sign({ ...request, payload: grown });
    expect(signed.body.length).toBeGreaterThan(MIB);
    const seen: string[] = [];
    const receiver = createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
      logger: { warn() {}, error() {} },
      dedupe: false,
      ...(sender.definition.auth.needsPublicUrl ? { publicUrl: "https://example.com" } : {}),
    }).on("*", ({ type }) => void seen.push(type));
    const input: DeliveryInput = {
      method: signed.method,
      url: signed.url.slice("https://example.com".length),
      headers: signed.headers,
      body: signed.body,
    };
    const outcome = await receiver.receive(input);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen.length).toBeGreaterThan(0);
  });

  it("mandrill: inbound mail with its attachments in the one form", async () => {
    const sender = mandrill({ secret }) as unknown as Sender<never>;
    const { seen, receive } = delivered(sender, { publicUrl: "https://example.com/hook" });
    const mail = { event: "inbound", ts: 1, msg: { attachments: { a: { content: "x".repeat(3 * MIB) } } } };
    const signed = await createTestSender(sender, { url: "https://example.com/hook" }).sign({ payload: [mail] });
    expect(await receive({ url: "/hook", headers: signed.headers, body: signed.body })).toMatchObject({
      name: "processed",
    });
    expect(seen).toMatchObject([{ type: "inbound" }]);
  });
});
