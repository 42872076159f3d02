// Checks the sender Praxis Cashier.

import { createHash } from "node:crypto";
import { createReceiver, memoryStore, type Sender } from "hookgate";
import { praxis, praxisReply } from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "../support/senders/deliver.js";
import { documentedAt } from "../support/senders/documentation-oracle.js";

const secret = "0123456789abcdef0123456789abcdef";
const quiet = { logger: { warn() {}, error() {} } };
const nowMs = 1_767_323_045_678;
function receiverOf(sender: unknown, options: object = {}) {
  return createReceiver(sender as Sender<Record<string, unknown>>, { ...quiet, now: () => nowMs, ...options });
}
const hash = (text: string, algorithm: string) => createHash(algorithm).update(text).digest("hex");
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

describe("replies", () => {
  const hash = (signed: string, key: string) =>
    createHash("sha384")
      .update(signed + key, "utf8")
      .digest("hex");
  const payment = {
    merchant_id: "m",
    application_key: "a",
    timestamp: 1,
    customer: { customer_token: "c" },
    session: { order_id: "o" },
    transaction: { tid: 5, currency: "EUR", amount: 10, transaction_status: "approved" },
  };
  const signedValues = "ma1co5EUR10";
  const send = (key: string, handler: (event: unknown, context: { reply(reply: object): void }) => void = () => {}) =>
    receiverOf(praxis({ secret: ["an older secret of the merchant", secret] }), { dedupe: false })
      .on("*", handler as never)
      .receive({
        headers: { ...JSON_TYPE, "gt-authentication": hash(signedValues, key) },
        body: JSON.stringify(payment),
      });

  it.each([secret, "an older secret of the merchant"])("gets status 0 and the time, hashed with %s", async (key) => {
    const { name, reply } = await send(key);
    expect(name).toBe("processed");
    expect(reply).toEqual({
      status: 200,
      headers: { "content-type": "application/json", "external-request-signature": hash("01767323045", key) },
      body: '{"status":0,"description":"Ok","timestamp":1767323045}',
    });
  });

  it("gets what a handler replies instead", async () => {
    const { reply } = await send(secret, (_event, context) => context.reply({ body: "mine" }));
    expect(reply).toMatchObject({ body: "mine" });
  });
});

describe("praxis, whose answers are hashed as its deliveries are", () => {
  const hash = (signed: string) => createHash("sha384").update(`${signed}${secret}`, "utf8").digest("hex");
  const transaction = { tid: 5, currency: "EUR", amount: 10, transaction_status: "approved" };
  const payment = {
    merchant_id: "m",
    application_key: "a",
    timestamp: 1_767_323_000,
    customer: { customer_token: "c" },
    session: { order_id: "o" },
    transaction,
  };
  const deliver = (receiver: ReturnType<typeof receiverOf>, body: object, signature: string) =>
    receiver.receive({ headers: { ...JSON_TYPE, "gt-authentication": signature }, body: JSON.stringify(body) });

  it("gives no hash to a duplicate, so that a replay brings none", async () => {
    const receiver = receiverOf(praxis({ secret }), { dedupe: { store: memoryStore() } }).on("*", () => {});
    const signature = hash("ma1767323000co5EUR10");
    expect((await deliver(receiver, payment, signature)).reply.headers).toHaveProperty("external-request-signature");
    const again = await deliver(receiver, payment, signature);
    expect(again).toMatchObject({ name: "duplicate", reply: { status: 200 } });
    expect(again.reply.headers).not.toHaveProperty("external-request-signature");
    expect(again.reply.body).toBe('{"status":0,"description":"Ok","timestamp":1767323045}');
  });

  // `0` and the time: whatever members it is laid out over.
  it.each([
    [
      "two members",
      { merchant_id: "0", timestamp: 1_767_323_045, transaction: { tid: "", transaction_status: "approved" } },
    ],
    ["one member", { merchant_id: "01767323045" }],
    [
      "a member each",
      {
        merchant_id: "0",
        application_key: "1",
        timestamp: 7,
        customer: { customer_token: "6" },
        session: { order_id: "7" },
        transaction: {
          tid: 3,
          currency: "2",
          amount: 3,
          conversion_rate: 0,
          processed_currency: "4",
          processed_amount: 5,
        },
      },
    ],
    ["a subscription", { event: "0", timestamp: 1_767_323_045 }],
    [
      "a subscription with all its members",
      {
        event: "0",
        merchant_id: "1",
        application_key: "7",
        cid: "6",
        plan_id: 7,
        subscription_id: 3,
        subscription_status: "2",
        timestamp: 3045,
      },
    ],
  ])("accepts no answer as a delivery: %s", async (_name, forged) => {
    const receiver = receiverOf(praxis({ secret }), { dedupe: false }).on("*", () => {});
    const { reply } = await deliver(receiver, payment, hash("ma1767323000co5EUR10"));
    const answer = reply.headers["external-request-signature"] ?? "";
    expect(answer).toBe(hash("01767323045"));
    const outcome = await deliver(receiver, forged, answer);
    expect(["unauthenticated", "bad_credentials"], outcome.hint).toContain(outcome.name);
  });
});

describe(documentedAt("https://docs.praxis.tech/docs/authentication"), () => {
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
