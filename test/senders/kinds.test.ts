import { createReceiver, type ReceiverOptions } from "hookgate";
import { cloudEvents, github, gitlab, shopify, slack, tossPayments } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";

const quiet: ReceiverOptions = { logger: { warn() {}, error() {} } };
const secret = "0123456789abcdef0123456789abcdef";

describe("github", () => {
  const sender = github({ secret });
  it("names an event with its action, from JSON and from a form", async () => {
    const types: string[] = [];
    const receiver = createReceiver(sender, quiet).on("*", (event) => void types.push(event.type));
    const to = createTestSender(sender).to(receiver as never);
    await to.send("issues.opened", { issue: { id: 1 } });
    await to.send(
      "push",
      { ref: "refs/heads/main", commits: [] },
      { contentType: "application/x-www-form-urlencoded" },
    );
    await to.send("ping", { zen: "Keep it logically awesome." });
    expect(types).toEqual(["issues.opened", "push", "ping"]);
  });

  it("refuses an event's name that does not fit the signed body", async () => {
    let runs = 0;
    const receiver = createReceiver(sender, quiet).on("*", () => void runs++);
    const sent = await createTestSender(sender)
      .to(receiver as never)
      .send(
        "push",
        { commits: [] },
        { tamper: (one) => ({ ...one, headers: { ...one.headers, "x-github-event": "release" } }) },
      );
    expect(sent).toMatchObject({ status: 400, code: "unidentified" });
    expect(runs).toBe(0);
  });
});

describe("slack", () => {
  const sender = slack({ secret });
  const types: string[] = [];
  const receiver = createReceiver(sender, quiet).on("*", (event) => void types.push(event.type));
  const to = createTestSender(sender).to(receiver as never);

  it("answers url_verification with the challenge, once the signature holds", async () => {
    const sent = await to.send("url_verification", { type: "url_verification", challenge: "abc<script>" });
    expect(sent).toMatchObject({ status: 200, body: "abc<script>" });
    expect(sent.headers).toMatchObject({
      "content-type": "text/plain; charset=utf-8",
      "x-content-type-options": "nosniff",
    });
    const forged = await to.send("x", { type: "url_verification", challenge: "abc" }, { wrongKey: true });
    expect(forged).toMatchObject({ status: 401, code: "unauthenticated" });
  });

  it("answers an unsigned ssl_check with nothing", async () => {
    const form = "application/x-www-form-urlencoded";
    const sent = await to.send("x", undefined, { unsigned: true, body: "ssl_check=1&token=t", contentType: form });
    expect(sent).toMatchObject({ status: 200, body: "" });
    const other = await to.send("x", undefined, { unsigned: true, body: "ssl_check=2", contentType: form });
    expect(other).toMatchObject({ status: 401, code: "unauthenticated" });
  });

  it("tells events, commands and interactions apart", async () => {
    const form = "application/x-www-form-urlencoded";
    await to.send("x", { type: "event_callback", event_id: "Ev1", event: { type: "app_mention" } });
    await to.send("x", undefined, { body: "command=%2Fdeploy&trigger_id=1.2", contentType: form });
    const payload = JSON.stringify({ type: "block_actions", api_app_id: "A", user: { id: "U" } });
    await to.send("x", undefined, { body: new URLSearchParams({ payload }).toString(), contentType: form });
    expect(types).toEqual(["app_mention", "command", "block_actions"]);
  });
});

describe("shopify", () => {
  it("reads either family of headers and refuses both at once", async () => {
    const sender = shopify({ secret });
    const types: string[] = [];
    const receiver = createReceiver(sender, quiet).on("*", (event) => void types.push(`${event.type} ${event.id}`));
    const to = createTestSender(sender).to(receiver as never);
    await to.send("x", { a: 1 }, { headers: { "x-shopify-topic": "orders/create", "x-shopify-event-id": "e1" } });
    expect(types).toEqual(["orders/create orders/create.e1"]);
    const both = await to.send(
      "orders/create",
      { a: 1 },
      { tamper: (one) => ({ ...one, headers: { ...one.headers, "shopify-hmac-sha256": "x" } }) },
    );
    expect(both).toMatchObject({ status: 400, code: "bad_credentials" });
  });
});

describe("gitlab", () => {
  it("accepts a token, and a signature, and needs one of them", async () => {
    const payload = { object_kind: "push" };
    const headers = { "idempotency-key": "k1" };
    const byToken = gitlab({ token: secret });
    const ok = await createTestSender(byToken)
      .to(createReceiver(byToken, quiet) as never)
      .send("push", payload, { headers });
    expect(ok).toMatchObject({ status: 200, outcome: { name: "ignored" } });
    const wrong = await createTestSender(byToken)
      .to(createReceiver(byToken, quiet) as never)
      .send("push", payload, { headers, wrongKey: true });
    expect(wrong).toMatchObject({ status: 401, code: "unauthenticated" });
    const signed = gitlab({ secret: `whsec_${Buffer.alloc(32, 1).toString("base64")}` });
    const sent = await createTestSender(signed)
      .to(createReceiver(signed, quiet) as never)
      .send("push", payload, { headers: { "webhook-id": "w1" } });
    expect(sent).toMatchObject({ status: 200, outcome: { name: "ignored", events: [{ id: "w1", type: "push" }] } });
    expect(() => gitlab({})).toThrow(TypeError);
  });
});

describe("cloudEvents", () => {
  const sender = cloudEvents({ token: secret, allowedOrigins: ["emitter.example.com"] });
  const build = (seen: string[]) =>
    createReceiver(sender, quiet).on("*", (event) => void seen.push(`${event.type} ${event.id}`));

  it("grants OPTIONS to the origins named and to no others", async () => {
    const receiver = build([]);
    const granted = await receiver.receive({
      method: "OPTIONS",
      headers: { "webhook-request-origin": "emitter.example.com", "webhook-request-rate": "120" },
    });
    expect(granted.reply).toMatchObject({
      status: 200,
      headers: { "webhook-allowed-origin": "emitter.example.com", "webhook-allowed-rate": "*", allow: "POST" },
    });
    const refused = await receiver.receive({
      method: "OPTIONS",
      headers: { "webhook-request-origin": "evil.example" },
    });
    expect(refused).toMatchObject({ name: "forbidden", reply: { status: 403 } });
    const bare = await receiver.receive({ method: "OPTIONS" });
    expect(bare).toMatchObject({ name: "method_not_allowed", reply: { status: 405 } });
  });

  it("reads structured, batch and binary deliveries", async () => {
    const seen: string[] = [];
    const receiver = build(seen);
    const authorization = `Bearer ${secret}`;
    const event = { specversion: "1.0", source: "/s", id: "1", type: "a.b" };
    await receiver.receive({
      headers: { authorization, "content-type": "application/cloudevents+json" },
      body: JSON.stringify(event),
    });
    await receiver.receive({
      headers: { authorization, "content-type": "application/cloudevents-batch+json" },
      body: JSON.stringify([event, { ...event, id: "2" }]),
    });
    await receiver.receive({
      url: `/?access_token=${secret}`,
      headers: { "content-type": "application/json", "ce-id": "3", "ce-source": "/s", "ce-type": "c" },
      body: "{}",
    });
    expect(seen).toEqual(["a.b /s.1", "a.b /s.2", "c /s.3"]);
  });
});

describe("tossPayments", () => {
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

  it("refuses a forged signature, a wrong deposit secret, and what confirm does not vouch for", async () => {
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
