// Payment senders that sign with a shared secret, over a text of their own. Signatures are made here by node:crypto.
import { createHash, createHmac } from "node:crypto";
import type { Sender } from "hookgate";
import {
  airwallex,
  bridgeApi,
  cashfree,
  chargebee,
  gocardless,
  orb,
  paddle,
  paystack,
  quickbooks,
  recurly,
  revolut,
  solidgate,
  square,
  synctera,
  tebex,
  walmart,
  xero,
} from "hookgate/senders";
import { describe, expect, it } from "vitest";
import { delivered, JSON_TYPE } from "./deliver.js";

const secret = "0123456789abcdef0123456789abcdef";
const old = "fedcba9876543210fedcba9876543210";
const nowMs = 1_767_323_045_000;
const seconds = String(nowMs / 1000);
const millis = String(nowMs);
const now = () => nowMs;

function hex(text: string, key = secret, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text).digest("hex");
}
function base64(text: string, key = secret): string {
  return createHmac("sha256", key).update(text).digest("base64");
}

interface Case {
  readonly name: string;
  readonly sender: unknown;
  readonly body: object;
  headers(body: string): Record<string, string>;
  readonly seen: { readonly type: string; readonly id?: string | undefined };
  readonly url?: string;
}

const CASES: readonly Case[] = [
  {
    name: "airwallex, milliseconds and body without anything between",
    sender: airwallex({ secret }),
    body: { id: "evt_1", name: "payment_intent.succeeded" },
    headers: (body) => ({ "x-timestamp": millis, "x-signature": hex(millis + body) }),
    seen: { type: "payment_intent.succeeded", id: "evt_1" },
  },
  {
    name: "cashfree, a payment, by type and payment",
    sender: cashfree({ secret }),
    body: { type: "PAYMENT_SUCCESS_WEBHOOK", data: { payment: { cf_payment_id: 12 } } },
    headers: (body) => ({ "x-webhook-timestamp": millis, "x-webhook-signature": base64(millis + body) }),
    seen: { type: "PAYMENT_SUCCESS_WEBHOOK", id: "PAYMENT_SUCCESS_WEBHOOK.12" },
  },
  ...["2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678901", "2026-01-02T12:04:05+09:00"].map((time) => ({
    name: `orb, the time ${time}, the second of two signatures`,
    sender: orb({ secret }),
    body: { id: "e1", type: "invoice.issued" },
    headers: (body: string) => ({
      "x-orb-timestamp": time,
      "x-orb-signature": `v1=${hex(`v1:${time}:${body}`, old)} v1=${hex(`v1:${time}:${body}`)}`,
    }),
    seen: { type: "invoice.issued", id: "e1" },
  })),
  {
    name: "paddle, the second of two signatures",
    sender: paddle({ secret }),
    body: { event_id: "evt_1", event_type: "transaction.completed" },
    headers: (body) => ({
      "paddle-signature": `ts=${seconds};h1=${hex(`${seconds}:${body}`, old)};h1=${hex(`${seconds}:${body}`)}`,
    }),
    seen: { type: "transaction.completed", id: "evt_1" },
  },
  {
    name: "recurly, the second of two signatures without names",
    sender: recurly({ secret }),
    body: { id: "x1", object_type: "subscription", event_type: "created", event_time: "2026-01-02T03:04:05Z" },
    headers: (body) => ({
      "recurly-signature": `${millis},${hex(`${millis}.${body}`, old)},${hex(`${millis}.${body}`)}`,
    }),
    seen: { type: "subscription.created", id: "subscription.created.x1.2026-01-02T03:04:05Z" },
  },
  {
    name: "revolut, the second of two signatures",
    sender: revolut({ secret }),
    body: { event: "ORDER_COMPLETED", order_id: "o1" },
    headers: (body) => ({
      "revolut-request-timestamp": millis,
      "revolut-signature": `v1=${hex(`v1.${millis}.${body}`, old)},v1=${hex(`v1.${millis}.${body}`)}`,
    }),
    seen: { type: "ORDER_COMPLETED", id: undefined },
  },
  {
    name: "synctera, the second of two signatures joined by a dot",
    sender: synctera({ secret }),
    body: { id: "e1", type: "CARD.CREATED" },
    headers: (body) => ({
      "request-timestamp": seconds,
      "synctera-signature": `${hex(`${seconds}.${body}`, old)}.${hex(`${seconds}.${body}`)}`,
    }),
    seen: { type: "CARD.CREATED", id: "e1" },
  },
  {
    name: "bridgeApi, upper-case hex",
    sender: bridgeApi({ secret }),
    body: { type: "item.refreshed" },
    headers: (body) => ({ "bridgeapi-signature": `v1=${hex(body, old).toUpperCase()},v1=${hex(body).toUpperCase()}` }),
    seen: { type: "item.refreshed" },
  },
  {
    name: "solidgate, base64 of hex between two public keys",
    sender: solidgate({ publicKey: "wh_pk_1", secret }),
    body: { order: { id: "1" } },
    headers: (body) => ({
      signature: Buffer.from(hex(`wh_pk_1${body}wh_pk_1`, secret, "sha512")).toString("base64"),
      "solidgate-event-id": "s1",
      "solidgate-event-type": "card_gate.order.updated",
    }),
    seen: { type: "card_gate.order.updated", id: "s1" },
  },
  {
    name: "paystack, an outcome, by event and object",
    sender: paystack({ secret }),
    body: { event: "transfer.failed", data: { id: 7 } },
    headers: (body) => ({ "x-paystack-signature": hex(body, secret, "sha512") }),
    seen: { type: "transfer.failed", id: "transfer.failed.7" },
  },
  {
    name: "paystack, a reminder, which comes again and so has no id",
    sender: paystack({ secret }),
    body: { event: "charge.dispute.remind", data: { id: 7 } },
    headers: (body) => ({ "x-paystack-signature": hex(body, secret, "sha512") }),
    seen: { type: "charge.dispute.remind", id: undefined },
  },
  {
    name: "tebex, over the hex of the body's hash",
    sender: tebex({ secret }),
    body: { id: "t1", type: "payment.completed" },
    headers: (body) => ({ "x-signature": hex(createHash("sha256").update(body).digest("hex")) }),
    seen: { type: "payment.completed", id: "t1" },
  },
  {
    name: "walmart, four lines",
    sender: walmart({ secret }),
    url: "/hooks/walmart?a=b%20c",
    body: { source: { eventId: "w1", eventType: "PO_CREATED" } },
    headers: (body) => ({
      "wm_sec.timestamp": seconds,
      "wm_sec.signature": base64(
        `POST\n/hooks/walmart?a=b%20c\n${seconds}\n${createHash("sha256").update(body).digest("hex")}`,
      ),
    }),
    seen: { type: "PO_CREATED", id: "w1" },
  },
];

describe.each(CASES)("$name", ({ sender, body, headers, seen: expected, url = "/" }) => {
  const text = JSON.stringify(body);

  it("is accepted", async () => {
    const { seen, receive } = delivered(sender as Sender<never>, { now });
    const outcome = await receive({ url, headers: { ...JSON_TYPE, ...headers(text) }, body: text });
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });

  it("is refused over another body", async () => {
    const { seen, receive } = delivered(sender as Sender<never>, { now });
    const outcome = await receive({ url, headers: { ...JSON_TYPE, ...headers(text) }, body: `${text} ` });
    expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    expect(seen).toEqual([]);
  });
});

describe("the tolerance", () => {
  const body = JSON.stringify({ event_id: "evt_1", event_type: "x" });
  const at = (offset: number) => {
    const ts = String(nowMs / 1000 + offset);
    return { ...JSON_TYPE, "paddle-signature": `ts=${ts};h1=${hex(`${ts}:${body}`)}` };
  };
  it.each([
    [-300, "processed"],
    [300, "processed"],
    [-301, "unauthenticated"],
    [301, "unauthenticated"],
  ])("of paddle, %d s away, answers %s", async (offset, name) => {
    expect(await delivered(paddle({ secret }), { now }).receive({ headers: at(offset), body })).toMatchObject({ name });
  });

  it("of cashfree is none: its time may be that of the event", async () => {
    const text = JSON.stringify({ type: "A" });
    const headers = { "x-webhook-timestamp": "1000000000000", "x-webhook-signature": base64(`1000000000000${text}`) };
    const outcome = await delivered(cashfree({ secret }), { now }).receive({
      headers: { ...JSON_TYPE, ...headers },
      body: text,
    });
    expect(outcome).toMatchObject({ name: "processed" });
  });
});

describe("square", () => {
  const body = JSON.stringify({ event_id: "1", type: "payment.updated" });
  const signed = { ...JSON_TYPE, "x-square-hmacsha256-signature": base64(`https://example.com/hooks/square${body}`) };
  it("signs the URL that is registered, wherever the request came to", async () => {
    const publicUrl = "https://example.com/hooks/square";
    const inside = await delivered(square({ secret }), { publicUrl }).receive({ url: "/x", headers: signed, body });
    expect(inside).toMatchObject({ name: "processed" });
    const other = delivered(square({ secret }), { publicUrl: `${publicUrl}/` });
    expect(await other.receive({ headers: signed, body })).toMatchObject({ name: "unauthenticated" });
  });
  it("is not received without publicUrl", () => {
    expect(() => delivered(square({ secret }))).toThrow(/publicUrl/);
  });
});

describe("batches", () => {
  it("of gocardless are events of resource and action", async () => {
    const { seen, receive } = delivered(gocardless({ secret }));
    const body = JSON.stringify({
      events: [
        { id: "EV1", resource_type: "payments", action: "confirmed" },
        { id: "EV2", resource_type: "mandates", action: "failed" },
      ],
    });
    await receive({ headers: { ...JSON_TYPE, "webhook-signature": hex(body) }, body });
    expect(seen).toMatchObject([
      { id: "EV1", type: "payments.confirmed" },
      { id: "EV2", type: "mandates.failed" },
    ]);
  });

  it("of quickbooks come in either form", async () => {
    const { seen, receive } = delivered(quickbooks({ secret }));
    const bodies = [
      [{ specversion: "1.0", id: "q1", type: "qbo.invoice.created.v1" }],
      { eventNotifications: [{ realmId: "1", dataChangeEvent: { entities: [{ name: "Invoice" }] } }] },
    ].map((body) => JSON.stringify(body));
    for (const body of bodies) await receive({ headers: { ...JSON_TYPE, "intuit-signature": base64(body) }, body });
    expect(seen).toMatchObject([
      { id: "q1", type: "qbo.invoice.created.v1" },
      { id: undefined, type: "dataChangeEvent", payload: { realmId: "1" } },
    ]);
  });

  it.each([
    ["rightly signed", base64('{"events":[],"entropy":"x"}'), 200, ""],
    ["wrongly signed", base64("other"), 401, undefined],
  ])("of xero: the intent to receive, %s, is answered as Xero asks", async (_name, signature, status, text) => {
    const { seen, receive } = delivered(xero({ secret }));
    const { reply } = await receive({
      headers: { ...JSON_TYPE, "x-xero-signature": signature },
      body: '{"events":[],"entropy":"x"}',
    });
    expect(reply.status).toBe(status);
    if (text !== undefined) expect(reply.body).toBe(text);
    expect(seen).toEqual([]);
  });
});

describe("tebex", () => {
  const body = JSON.stringify({ id: "8c0c8e5c", type: "validation.webhook" });
  const sign = (key: string) => ({
    ...JSON_TYPE,
    "x-signature": hex(createHash("sha256").update(body).digest("hex"), key),
  });
  it("has its validation answered with the id, once the signature holds, and no handler runs", async () => {
    const { seen, receive } = delivered(tebex({ secret }));
    expect(await receive({ headers: sign(secret), body })).toMatchObject({
      name: "handshake",
      reply: { status: 200, body: '{"id":"8c0c8e5c"}', headers: { "content-type": "application/json" } },
    });
    expect(await receive({ headers: sign(old), body })).toMatchObject({ name: "unauthenticated" });
    expect(seen).toEqual([]);
  });
});

describe("what binds nothing", () => {
  it("chargebee wants its password, and asks for it", async () => {
    const { receive } = delivered(chargebee({ username: "cb", password: secret }));
    const body = JSON.stringify({ id: "ev_1", event_type: "payment_succeeded" });
    const headers = { ...JSON_TYPE, authorization: `Basic ${Buffer.from(`cb:${secret}`).toString("base64")}` };
    expect(await receive({ headers, body })).toMatchObject({ name: "processed" });
    const { reply } = await receive({ headers: JSON_TYPE, body });
    expect(reply).toMatchObject({ status: 401, headers: { "www-authenticate": expect.stringMatching(/^Basic /) } });
  });
});
