// What vendors let their users choose is read: content types, methods, and bodies beyond a mebibyte.
import { createHmac, createSign, generateKeyPairSync } from "node:crypto";
import { createReceiver, type DeliveryInput, type Sender } from "hookgate";
import {
  calCom,
  contentful,
  discourse,
  docusign,
  gitea,
  mailgun,
  mandrill,
  sanity,
  sendgrid,
  shopify,
  zendesk,
} from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { describedSenders } from "../../scripts/sender-pages.js";
import { sampleKey, sampleRequest } from "../../scripts/sender-samples.js";
import { delivered, FORM_TYPE } from "./deliver.js";

const secret = "0123456789abcdef0123456789abcdef";
const XML = '<?xml version="1.0" encoding="UTF-8"?><order><id>1</id><note>é &amp; b</note></order>';
const XML_TYPE = { "content-type": "application/xml; charset=utf-8" };

function hmac(text: string | Uint8Array, encoding: "hex" | "base64", algorithm = "sha256"): string {
  return createHmac(algorithm, secret).update(text).digest(encoding);
}

describe("gitea, a form", () => {
  const json = JSON.stringify({ ref: "refs/heads/main", note: "é & + %20" });
  const headers = {
    ...FORM_TYPE,
    "x-gitea-signature": hmac(json, "hex"),
    "x-gitea-event": "push",
    "x-gitea-delivery": "d1",
  };
  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

  it("is read, and its JSON is what is signed", async () => {
    const { seen, receive } = delivered(gitea({ secret }));
    expect(await receive({ headers, body: form({ payload: json }) })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "push", id: "d1", payload: JSON.parse(json) }]);
  });

  it.each([
    ["another text in the field", form({ payload: `${json} ` }), 401],
    ["the JSON without a form", json, 400],
    ["a second field", form({ payload: json, more: "1" }), 400],
    ["the field twice", `${form({ payload: json })}&${form({ payload: "{}" })}`, 400],
    ["no field", "", 400],
  ])("is refused with %s", async (_, body, status) => {
    const { seen, receive } = delivered(gitea({ secret }));
    expect((await receive({ headers, body })).reply.status).toBe(status);
    expect(seen).toEqual([]);
  });

  it("a signature over a form as a whole is none", async () => {
    const { receive } = delivered(gitea({ secret }));
    const body = form({ payload: json });
    const outcome = await receive({ headers: { ...headers, "x-gitea-signature": hmac(body, "hex") }, body });
    expect(outcome.reply.status).toBe(401);
  });
});

describe("discourse, the content type of forms", () => {
  const signed = (body: string) => ({
    ...FORM_TYPE,
    "x-discourse-event-signature": `sha256=${hmac(body, "hex")}`,
    "x-discourse-event-id": "1",
    "x-discourse-event-type": "post",
    "x-discourse-event": "post_created",
  });

  it.each([
    ["JSON", JSON.stringify({ post: { id: 1, raw: "a=b&c" } }), { post: { id: 1, raw: "a=b&c" } }],
    ["a form", "id=1&raw=a+b", { id: "1", raw: "a b" }],
  ])("%s under it is read", async (_, body, payload) => {
    const { seen, receive } = delivered(discourse({ secret }));
    expect(await receive({ headers: signed(body), body })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "post_created", payload }]);
  });

  it("JSON that is broken is not taken for a form", async () => {
    const { receive } = delivered(discourse({ secret }));
    expect((await receive({ headers: signed('{"a":'), body: '{"a":' })).reply.status).toBe(400);
  });

  it("a ping has the type of its kind of event", async () => {
    const { seen, receive } = delivered(discourse({ secret }));
    const body = '{"ping":"OK"}';
    const { "x-discourse-event": _, ...headers } = signed(body);
    await receive({ headers: { ...headers, "x-discourse-event-type": "ping" }, body });
    expect(seen).toMatchObject([{ type: "ping", id: "1" }]);
  });
});

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

const BOUNDARY = "5d2c8b6f";
function multipartBody(parts: readonly (readonly [head: string, body: string | Uint8Array])[]): Buffer {
  const pieces = parts.flatMap(([head, body]) => [
    `--${BOUNDARY}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`,
    body,
    "\r\n",
  ]);
  return Buffer.concat([...pieces, `--${BOUNDARY}--\r\n`].map((piece) => Buffer.from(piece as string)));
}
const MULTIPART = { "content-type": `multipart/form-data; boundary="${BOUNDARY}"` };
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0xff]);
const ATTACHMENT = ['name="attachment-1"; filename="n\\"é.png"\r\nContent-Type: image/png', PNG] as const;

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
    const outcome = await receive({ headers: MULTIPART, body: mail() });
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
    expect((await receive({ headers: MULTIPART, body })).reply.status).toBe(status);
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

it("sendgrid: signed Inbound Parse is read, a text that is not UTF-8 included", async () => {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const publicKey = pair.publicKey.export({ type: "spki", format: "der" }).toString("base64");
  const { seen, receive } = delivered(sendgrid({ publicKey }));
  const latin1 = Buffer.from("caf\xe9", "latin1");
  const body = multipartBody([['name="from"', "a@example.com"], ['name="text"', latin1], ATTACHMENT]);
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createSign("sha256").update(timestamp).update(body).sign(pair.privateKey, "base64");
  const headers = {
    ...MULTIPART,
    "x-twilio-email-event-webhook-timestamp": timestamp,
    "x-twilio-email-event-webhook-signature": signature,
  };
  const outcome = await receive({ headers, body });
  expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
  const payload = { from: "a@example.com", text: { content: latin1.toString("base64") } };
  expect(seen).toMatchObject([{ type: "inbound", id: undefined, payload }]);
});

it("docusign: the signature of any of a hundred keys is enough", async () => {
  const { receive } = delivered(docusign({ secret }));
  const body = JSON.stringify({ event: "envelope-completed" });
  const wrong = hmac("x", "base64");
  const others = Array.from({ length: 99 }, (_, at) => [`x-docusign-signature-${at + 1}`, wrong]);
  const headers = { "content-type": "application/json", ...Object.fromEntries(others) };
  const last = { "x-docusign-signature-100": hmac(body, "base64") };
  expect(await receive({ headers: { ...headers, ...last }, body })).toMatchObject({ name: "processed" });
  expect((await receive({ headers, body })).reply.status).toBe(401);
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
