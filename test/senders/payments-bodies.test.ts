// Payment senders whose proof is in the body or query, or binds a part of it alone.
import { createHash, createHmac } from "node:crypto";
import { adyen, exactOnline, paymob, paypro, praxis, praxisReply, quoter, treezor, usps } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, FORM_TYPE, JSON_TYPE } from "./deliver.js";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_767_323_045_000;
const now = () => nowMs;
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
function hmac(text: string, algorithm = "sha256", key: string | Buffer = secret) {
  return createHmac(algorithm, key).update(text);
}
const hash = (text: string, algorithm: string) => createHash(algorithm).update(text).digest("hex");

describe("adyen", () => {
  const key = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";
  const item = (reference: string, signed = `${reference}::M:R:10:EUR:CAPTURE:true`) => ({
    NotificationRequestItem: {
      pspReference: reference,
      merchantAccountCode: "M",
      merchantReference: "R",
      amount: { value: 10, currency: "EUR" },
      eventCode: "CAPTURE",
      success: "true",
      additionalData: { hmacSignature: hmac(signed, "sha256", Buffer.from(key, "hex")).digest("base64") },
    },
  });
  const bodyOf = (...notificationItems: object[]) => JSON.stringify({ live: "false", notificationItems });

  it("takes every item as an event of its own, and answers [accepted]", async () => {
    const { seen, receive } = delivered(adyen({ secret: key }));
    const { reply } = await receive({ headers: JSON_TYPE, body: bodyOf(item("A"), item("B")) });
    expect(reply).toMatchObject({ status: 200, body: "[accepted]" });
    expect(seen.map(({ id }) => id)).toEqual(["CAPTURE.A.true", "CAPTURE.B.true"]);
  });

  it("refuses all where one item is forged or unsigned", async () => {
    const { seen, receive } = delivered(adyen({ secret: key }));
    const forged = await receive({ headers: JSON_TYPE, body: bodyOf(item("A"), item("B", "other")) });
    expect(forged).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    const bare = item("B");
    const { additionalData, ...rest } = bare.NotificationRequestItem;
    expect(additionalData).toBeDefined();
    const unsigned = bodyOf(item("A"), { NotificationRequestItem: rest });
    expect(await receive({ headers: JSON_TYPE, body: unsigned })).toMatchObject({ name: "unauthenticated" });
    expect(seen).toEqual([]);
  });

  it("wants the basic authentication as well, where it is given", async () => {
    const { receive } = delivered(adyen({ secret: key, username: "adyen", password: secret }));
    const body = bodyOf(item("A"));
    expect(await receive({ headers: JSON_TYPE, body })).toMatchObject({ name: "unauthenticated" });
    const authorization = `Basic ${Buffer.from(`adyen:${secret}`).toString("base64")}`;
    expect(await receive({ headers: { ...JSON_TYPE, authorization }, body })).toMatchObject({ name: "processed" });
    expect(() => adyen({ secret: key, username: "adyen" })).toThrow(/password/);
    expect(() => adyen({ secret: "no hex" })).toThrow(/hex/);
  });
});

describe("exactOnline", () => {
  const content = '{"Topic":"Accounts","Action":"Update", "Key":"b1\\/2","Division":1,"EventCreatedOn":"2026-01-02"}';
  const wrap = (inner: string, signed = inner) =>
    `{"Content":${inner},"HashCode":"${hmac(signed).digest("hex").toUpperCase()}"}`;

  it("signs the text of Content as it was sent, spaces and escapes included", async () => {
    const { seen, receive } = delivered(exactOnline({ secret }));
    expect(await receive({ headers: JSON_TYPE, body: wrap(content) })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "Accounts.Update", id: "Accounts.Update.1.b1/2.2026-01-02" }]);
    const compact = JSON.stringify(JSON.parse(content));
    expect(await receive({ headers: JSON_TYPE, body: wrap(content, compact) })).toMatchObject({
      name: "unauthenticated",
    });
  });

  it.each([
    ["a second Content", wrap(content).replace("}", `},"Content":${content.replace("Accounts", "Items")}`)],
    ["a second Content, its name escaped", `{"\\u0043ontent":{"Topic":"Items"},${wrap(content).slice(1)}`],
    ["a Content deeper inside", `{"a":{"Content":1},"HashCode":"${hmac("1").digest("hex").toUpperCase()}"}`],
    ["no JSON", `${wrap(content)}x`],
  ])("refuses %s", async (_name, body) => {
    const { seen, receive } = delivered(exactOnline({ secret }));
    const { reply } = await receive({ headers: JSON_TYPE, body });
    expect([400, 401]).toContain(reply.status);
    expect(seen).toEqual([]);
  });

  it("answers the empty POST of a new subscription, and no handler runs", async () => {
    const { seen, receive } = delivered(exactOnline({ secret }));
    expect(await receive({ body: "" })).toMatchObject({ name: "handshake", reply: { status: 200, body: "" } });
    expect(seen).toEqual([]);
  });
});

describe("treezor", () => {
  it("signs object_payload as PHP writes it", async () => {
    const { seen, receive } = delivered(treezor({ secret }));
    const signature = hmac('{"amount":10.00,"url":"https:\\/\\/a","name":"\\u00e9\\ud83d\\ude00"}').digest("base64");
    const body = `{ "webhook": "payin.create", "webhook_id": "w1",
      "object_payload": { "amount": 10.00, "url": "https://a", "name": "\\u00E9😀" },
      "object_payload_signature": "${signature}" }`;
    const outcome = await receive({ headers: { "content-type": "text/plain" }, body });
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "payin.create", id: "w1" }]);
    const changed = await receive({ headers: JSON_TYPE, body: body.replace("10.00", "10.0") });
    expect(changed).toMatchObject({ name: "unauthenticated" });
  });
});

describe("paymob", () => {
  const obj = {
    id: 7,
    amount_cents: 1000,
    currency: "EGP",
    success: true,
    pending: false,
    order: { id: 8 },
    source_data: { pan: "2346", sub_type: "MasterCard", type: "card" },
  };
  const body = JSON.stringify({ type: "TRANSACTION", obj });
  const hmacOf = hmac("1000EGP78false2346MasterCardcardtrue", "sha512").digest("hex");

  it("signs the values of its members in their order, booleans as words", async () => {
    const { seen, receive } = delivered(paymob({ secret }));
    expect(await receive({ url: `/?hmac=${hmacOf}`, headers: JSON_TYPE, body })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "TRANSACTION", id: undefined }]);
    const failed = body.replace('"success":true', '"success":false');
    expect(await receive({ url: `/?hmac=${hmacOf}`, headers: JSON_TYPE, body: failed })).toMatchObject({
      name: "unauthenticated",
    });
  });

  it.each([
    ["none", "/", 401],
    ["two", `/?hmac=${hmacOf}&hmac=${hmacOf}`, 400],
    ["a short one", `/?hmac=${hmacOf.slice(1)}`, 400],
  ])("refuses %s", async (_name, url, status) => {
    const { reply } = await delivered(paymob({ secret })).receive({ url, headers: JSON_TYPE, body });
    expect(reply.status).toBe(status);
  });
});

const PAYMENT_PATHS = [
  "merchant_id",
  "application_key",
  "timestamp",
  "customer.customer_token",
  "session.order_id",
  "transaction.tid",
  "transaction.currency",
  "transaction.amount",
];

/** The body without a member, and the text that would be signed of it, were the member empty. */
function without(payload: object, path: string, values: readonly string[], paths: readonly string[]) {
  const body = structuredClone(payload) as Record<string, Record<string, unknown>>;
  const [first = "", second] = path.split(".");
  if (second === undefined) delete body[first];
  else delete body[first]?.[second];
  return { body, text: values.filter((_value, at) => paths[at] !== path).join("") };
}

describe("praxis", () => {
  const payment = {
    merchant_id: "m",
    application_key: "a",
    timestamp: 1,
    customer: { customer_token: "c" },
    session: { order_id: "o" },
    transaction: { tid: 5, currency: "EUR", amount: "10.00", conversion_rate: null, transaction_status: "approved" },
  };
  const subscription = {
    event: "PaymentSucceeded",
    merchant_id: "m",
    application_key: "a",
    cid: "c",
    plan_id: 3,
    subscription_id: 4,
    subscription_status: "active",
    timestamp: 2,
  };
  const send = (body: object, signed: string) =>
    delivered(praxis({ secret })).receive({
      headers: { ...JSON_TYPE, "gt-authentication": hash(signed + secret, "sha384") },
      body: JSON.stringify(body),
    });

  it("signs the members of either kind in their order, and a conversion that was none as nothing", async () => {
    expect(await send(payment, "ma1co5EUR10.00")).toMatchObject({
      name: "processed",
      events: [{ type: "approved", id: "5.approved" }],
    });
    expect(await send(subscription, "PaymentSucceededmac34active2")).toMatchObject({
      name: "processed",
      events: [{ type: "PaymentSucceeded" }],
    });
    expect(await send({ ...payment, timestamp: 2 }, "ma1co5EUR10.00")).toMatchObject({ name: "unauthenticated" });
  });

  it("signs a conversion as it is written, fractions and all", async () => {
    const conversion = { conversion_rate: 1.25, processed_currency: "USD", processed_amount: 1250 };
    const converted = { ...payment, transaction: { ...payment.transaction, ...conversion } };
    expect(await send(converted, "ma1co5EUR10.001.25USD1250")).toMatchObject({ name: "processed" });
  });

  it.each(PAYMENT_PATHS)("refuses a payment without %s, whatever it is signed with", async (path) => {
    const { body, text } = without(payment, path, ["m", "a", "1", "c", "o", "5", "EUR", "10.00"], PAYMENT_PATHS);
    expect(await send(body, text)).toMatchObject({ name: "bad_credentials", reply: { status: 400 } });
  });

  it.each(Object.keys(subscription).filter((name) => name !== "event"))(
    "refuses a subscription without %s",
    async (name) => {
      const { [name as "cid"]: _left, ...body } = subscription;
      expect(await send(body, Object.values(body).join(""))).toMatchObject({ name: "bad_credentials" });
    },
  );

  it.each([
    ["a time with a sign", { timestamp: "-1" }],
    ["a time with a fraction", { timestamp: "1.5" }],
    ["a time in letters", { timestamp: "1x" }],
    ["half of a conversion", { transaction: { ...payment.transaction, conversion_rate: "1.0" } }],
    ["an amount that is none", { transaction: { ...payment.transaction, amount: "10EUR" } }],
    ["a currency in lower case", { transaction: { ...payment.transaction, currency: "active" } }],
    ["a number beyond what is exact", { transaction: { ...payment.transaction, tid: 2 ** 53 } }],
  ])("refuses %s", async (_name, changed) => {
    const body = { ...payment, ...changed };
    const { transaction: t } = body;
    const rate = t.conversion_rate ?? "";
    expect(await send(body, `ma${body.timestamp}co${t.tid}${t.currency}${t.amount}${rate}`)).toMatchObject({
      name: "bad_credentials",
    });
  });

  it("is answered, signed, by a route of one's own", () => {
    expect(praxisReply(secret, 1_767_323_045_678)).toEqual({
      headers: {
        "content-type": "application/json",
        "external-request-signature": hash(`01767323045${secret}`, "sha384"),
      },
      body: '{"status":0,"description":"Ok","timestamp":1767323045}',
    });
    expect(() => praxisReply(undefined)).toThrow(TypeError);
  });

  it("does not sign the status of a payment, and says so", () => {
    expect(praxis({ secret }).definition.auth.covers.fields).not.toContain("transaction.transaction_status");
  });
});

describe("forms with a hash", () => {
  const seconds = String(nowMs / 1000);
  const quote = (data: string, key = secret) =>
    form({ hash: hash(key + seconds + data, "md5"), timestamp: seconds, data });

  it("of quoter: the payload is the JSON in data, the type what the URL says", async () => {
    const { seen, receive } = delivered(quoter({ secret }), { now });
    await receive({ url: "/?object=quote", headers: FORM_TYPE, body: quote('{"id":"é"}') });
    await receive({ url: "/", headers: FORM_TYPE, body: quote('{"id":"2"}') });
    expect(seen).toMatchObject([
      { type: "quote", payload: { id: "é" } },
      { type: "changed", payload: { id: "2" } },
    ]);
    const forged = await receive({ headers: FORM_TYPE, body: quote('{"id":"3"}', "other") });
    expect(forged).toMatchObject({ name: "unauthenticated" });
    const late = delivered(quoter({ secret }), { now: () => nowMs + 301_000 });
    expect(await late.receive({ headers: FORM_TYPE, body: quote('{"id":"4"}') })).toMatchObject({
      name: "unauthenticated",
    });
  });

  const order = { ORDER_ID: "1", ORDER_STATUS: "Processed", ORDER_TOTAL_AMOUNT: "9.90", CUSTOMER_EMAIL: "a+b@c.de" };
  const SIGNATURE = hash(`1Processed9.90a+b@c.de${secret}0OrderCharged`, "sha256");
  it.each([
    ["lower-case", SIGNATURE],
    ["upper-case", SIGNATURE.toUpperCase()],
  ])("of paypro: six fields and the key, in %s hex", async (_name, signature) => {
    const { seen, receive } = delivered(paypro({ secret }));
    const fields = { ...order, TEST_MODE: "0", IPN_TYPE_NAME: "OrderCharged", SIGNATURE: signature };
    await receive({ headers: FORM_TYPE, body: form(fields) });
    expect(seen).toMatchObject([{ type: "OrderCharged" }]);
    const changed = form({ ...fields, ORDER_TOTAL_AMOUNT: "0.90" });
    expect((await receive({ headers: FORM_TYPE, body: changed })).reply.status).toBeGreaterThanOrEqual(400);
    expect(seen).toHaveLength(1);
  });
});

describe("usps", () => {
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
