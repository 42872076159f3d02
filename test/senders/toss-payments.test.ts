// Checks the sender Toss Payments.

import { createHmac } from "node:crypto";
import { createReceiver, type ReceiverOptions } from "hookgate";
import { tossPayments } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { documentationOracle } from "../support/senders/documentation-oracle.js";
import { deliver } from "../support/senders/in-order.js";

const quiet: ReceiverOptions = { logger: { warn() {}, error() {} } };
const secret = "0123456789abcdef0123456789abcdef";

describe("what gets no way round its proof", () => {
  it("refuses a DEPOSIT_CALLBACK that names its own type, to get round its secret", async () => {
    const sender = tossPayments({ confirm: () => true, depositSecret: () => "ps_1" });
    const { outcomes, runs } = await deliver(sender, {
      headers: { "tosspayments-webhook-transmission-id": "t1" },
      body: { eventType: "DEPOSIT_CALLBACK", orderId: "o1", status: "DONE" },
    });
    expect(outcomes[0]).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    expect(runs).toBe(0);
  });

  it.each([
    ["no securityKey", { eventType: "payout.changed", eventId: "e" }, "misconfigured", 500],
    ["no depositSecret", { orderId: "o1", secret: "ps_1" }, "misconfigured", 500],
    ["neither type nor secret", { orderId: "o1" }, "unauthenticated", 401],
  ])("does not let a delivery through with %s", async (_, body, name, status) => {
    const sender = tossPayments({ confirm: () => true });
    const { outcomes, runs } = await deliver(sender, {
      headers: { "tosspayments-webhook-transmission-id": "t1" },
      body,
    });
    expect(outcomes[0]).toMatchObject({ name, reply: { status } });
    expect(runs).toBe(0);
  });

  it("is undecided when the look-up of a deposit's secret fails", async () => {
    const depositSecret = () => Promise.reject(new Error("database is down"));
    const { outcomes } = await deliver(tossPayments({ confirm: () => true, depositSecret }), {
      headers: { "tosspayments-webhook-transmission-id": "t1" },
      body: { orderId: "o1", secret: "ps_1" },
    });
    expect(outcomes[0]).toMatchObject({ name: "undecided", reply: { status: 503 } });
  });
});

describe("kinds of deliveries", () => {
  const confirmed: string[] = [];
  let answer: boolean | Error = true;
  const sender = tossPayments({
    securityKey: secret,
    depositSecret: (orderId) => (orderId === "order-1" ? "ps_secret" : undefined),
    confirm(event) {
      confirmed.push(event.type);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const seen: string[] = [];
  const receiver = createReceiver(sender, { ...quiet, onError() {} }).on(
    "*",
    (event) => void seen.push(`${event.type} ${event.verified}`),
  );
  const to = createTestSender(sender).to(receiver as never);
  const headers = (id: string) => ({ "tosspayments-webhook-transmission-id": id });

  it("handles all four kinds, and marks what is unsigned", async () => {
    await to.send("x", { eventType: "payout.changed", eventId: "e1" });
    await to.send("x", { secret: "ps_secret", orderId: "order-1", status: "DONE" }, { headers: headers("t1") });
    await to.send("x", { eventType: "PAYMENT_STATUS_CHANGED" }, { headers: headers("t2") });
    expect(seen).toEqual(["payout.changed true", "DEPOSIT_CALLBACK true", "PAYMENT_STATUS_CHANGED false"]);
    expect(confirmed).toEqual(["PAYMENT_STATUS_CHANGED"]);
  });

  it("refuses a forged signature, a wrong deposit secret, and what confirm does not verify", async () => {
    const before = seen.length;
    expect(await to.send("x", { eventType: "payout.changed", eventId: "e2" }, { tamper: true })).toMatchObject({
      status: 401,
    });
    expect(await to.send("x", { secret: "wrong", orderId: "order-1" }, { headers: headers("t3") })).toMatchObject({
      status: 401,
    });
    expect(await to.send("x", { secret: "", orderId: "order-2" }, { headers: headers("t4") })).toMatchObject({
      status: 401,
    });
    answer = false;
    expect(await to.send("x", { eventType: "BILLING_DELETED" }, { headers: headers("t5") })).toMatchObject({
      status: 401,
      code: "unauthenticated",
    });
    answer = new Error("payments API is down");
    expect(await to.send("x", { eventType: "BILLING_DELETED" }, { headers: headers("t5") })).toMatchObject({
      status: 503,
      code: "undecided",
    });
    answer = true;
    expect(await to.send("x", { eventType: "BILLING_DELETED" }, { headers: headers("t5") })).toMatchObject({
      status: 200,
    });
    expect(seen.length).toBe(before + 1);
  });

  it("is not built without confirm", () => {
    expect(() => tossPayments({} as never)).toThrow(/confirm\(event\) is required/);
  });
});

documentationOracle("https://docs.tosspayments.com/guides/webhook", {
  kind: "a payout",
  sender: tossPayments({ securityKey: secret, confirm: () => true }),
  body: { eventType: "payout.changed", eventId: "e1" },
  headers(body) {
    const time = "2026-01-02T03:04:05+09:00";
    const signature = createHmac("sha256", secret).update(`${body}:${time}`).digest("base64");
    const other = createHmac("sha256", `${secret}x`).update(`${body}:${time}`).digest("base64");
    return {
      "tosspayments-webhook-transmission-time": time,
      "tosspayments-webhook-signature": `v1:${other},v1:${signature}`,
    };
  },
  seen: { type: "payout.changed", id: "e1" },
});
