// Senders that want their answer signed, or computed from the delivery: what do they hear?
import { createHash, generateKeyPairSync, verify } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { WorkOS } from "@workos-inc/node";
import {
  createReceiver,
  defineSender,
  json,
  literal,
  memoryStore,
  type ReplyGrounds,
  type Sender,
  type WebhookError,
} from "hookgate";
import { digest, hmac } from "hookgate/auth";
import { alipay, praxis, workos } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { rsaPair } from "../../scripts/sample-keys.js";
import { JSON_TYPE } from "./deliver.js";

const secret = "0123456789abcdef0123456789abcdef";
const quiet = { logger: { warn() {}, error() {} } };
const nowMs = 1_767_323_045_678;
const text = (body: string | Uint8Array) => Buffer.from(body).toString("utf8");

function receiverOf(sender: unknown, options: object = {}) {
  return createReceiver(sender as Sender<Record<string, unknown>>, { ...quiet, now: () => nowMs, ...options });
}

describe("the last word on a success", () => {
  const seen: ReplyGrounds[] = [];
  const own = (finish: (reply: { body: string | Uint8Array }, grounds: ReplyGrounds) => never | object) =>
    defineSender<Record<string, unknown>>({
      name: "own",
      auth: hmac({ secret, signature: { header: "x-signature", encoding: "hex" }, signsReplies: true }),
      event: { id: json("id"), type: json("type") },
      handshakes: [
        {
          name: "ping",
          methods: ["POST"],
          isUnsigned: false,
          answer: ({ body }) => (body.includes('"ping"') ? { status: 200, headers: {}, body: "pong" } : undefined),
        },
      ],
      reply: { finish: finish as never },
    });
  const signing = own((reply, grounds) => {
    seen.push(grounds);
    const signature = grounds.proof.signReply?.(`${grounds.nowMs}.${text(reply.body)}`) ?? "";
    return { ...reply, headers: { "x-signature": signature }, body: `<${text(reply.body)}>` };
  });
  const send = async (receiver: ReturnType<typeof receiverOf>, payload: object) => {
    const { headers, body } = await createTestSender(signing as unknown as Sender<never>).sign({ payload });
    return receiver.receive({ headers, body });
  };

  it("has the key that fitted, the payload and the time, and makes the reply", async () => {
    const receiver = receiverOf(signing).on("a", () => {});
    const { name, reply } = await send(receiver, { id: "1", type: "a" });
    expect(name).toBe("processed");
    expect(reply).toMatchObject({ status: 200, body: "<>" });
    const { createHmac } = await import("node:crypto");
    expect(reply.headers["x-signature"]).toBe(createHmac("sha256", secret).update(`${nowMs}.`).digest("hex"));
    expect(seen.at(-1)).toMatchObject({ payload: { id: "1", type: "a" }, nowMs, proof: { keyIndex: 0 } });
  });

  it("comes after what a handler asked to be replied, and again for a duplicate, from the kept reply", async () => {
    let atMs = nowMs;
    const receiver = receiverOf(signing, { dedupe: { store: memoryStore() }, now: () => atMs });
    receiver.on("a", (_event, context) => context.reply({ body: "mine" }));
    const first = await send(receiver, { id: "2", type: "a" });
    atMs += 5_000;
    const second = await send(receiver, { id: "2", type: "a" });
    expect(first).toMatchObject({ name: "processed", reply: { body: "<mine>" } });
    expect(second).toMatchObject({ name: "duplicate", reply: { body: "<mine>" } });
    expect(second.reply.headers["x-signature"]).not.toBe(first.reply.headers["x-signature"]);
  });

  it("is asked of every success: ignored and discarded ones, and no events at all", async () => {
    const { Discard } = await import("hookgate");
    const receiver = receiverOf(signing).on("a", () => {
      throw new Discard("no");
    });
    expect(await send(receiver, { id: "3", type: "a" })).toMatchObject({ name: "discarded", reply: { body: "<>" } });
    expect(await send(receiver, { id: "4", type: "b" })).toMatchObject({ name: "ignored", reply: { body: "<>" } });
  });

  it("is not asked of a failure, of a refusal, nor of a handshake", async () => {
    const receiver = receiverOf(signing, { onError() {} }).on("a", () => {
      throw new Error("no");
    });
    const before = seen.length;
    expect(await send(receiver, { id: "5", type: "a" })).toMatchObject({ name: "handler_failed" });
    const forged = { headers: { ...JSON_TYPE, "x-signature": "0".repeat(64) }, body: "{}" };
    expect(await receiver.receive(forged)).toMatchObject({ name: "unauthenticated" });
    expect(await send(receiver, { type: "ping" })).toMatchObject({ name: "handshake", reply: { body: "pong" } });
    expect(seen).toHaveLength(before);
  });

  it("turns no success into a failure: what it throws is told, and the reply goes as it was", async () => {
    const errors: WebhookError[] = [];
    const failing = own(() => {
      throw new Error("no key today");
    });
    const receiver = receiverOf(failing, { onError: (error: WebhookError) => void errors.push(error) }).on(
      "a",
      () => {},
    );
    const { headers, body } = await createTestSender(failing as unknown as Sender<never>).sign({
      payload: { id: "6", type: "a" },
    });
    expect(await receiver.receive({ headers, body })).toMatchObject({
      name: "processed",
      reply: { status: 200, body: "" },
    });
    expect(errors.map(({ code }) => code)).toEqual(["internal_error"]);
  });

  it("stands on the wire", async () => {
    const receiver = receiverOf(signing).on("a", () => {});
    const server = createServer(receiver);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { headers, body } = await createTestSender(signing as unknown as Sender<never>).sign({
      payload: { id: "7", type: "a" },
    });
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body: Buffer.from(body) });
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("<>");
    expect(response.headers.get("x-signature")).toMatch(/^[0-9a-f]{64}$/);
    server.close();
    server.closeAllConnections();
  });

  it("throws when it is no function, and where a digest does not say where the secret goes", () => {
    expect(() => own("sign" as never)).toThrow(/reply: finish must be a function/);
    const options = { secret, signed: "{secret}{body}", signature: { header: "x", encoding: "hex" } } as const;
    expect(() => digest({ ...options, signsReplies: true })).toThrow(/signsReplies needs secretAt/);
  });
});

describe("praxis", () => {
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

  it.each([secret, "an older secret of the merchant"])("hears status 0 and the time, hashed with %s", async (key) => {
    const { name, reply } = await send(key);
    expect(name).toBe("processed");
    expect(reply).toEqual({
      status: 200,
      headers: { "content-type": "application/json", "external-request-signature": hash("01767323045", key) },
      body: '{"status":0,"description":"Ok","timestamp":1767323045}',
    });
  });

  it("hears what a handler says instead", async () => {
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

describe("a key that signs answers, too", () => {
  const time = /\d+\.<.*>/;
  const own = (signsReplies: true | RegExp) =>
    defineSender<Record<string, unknown>>({
      name: "own",
      auth: hmac({ secret, signature: { header: "x-signature", encoding: "hex" }, signsReplies }),
      body: { "text/plain": "text" },
      event: { type: literal("a") },
      reply: {
        finish: (reply, { proof, nowMs: at }) => ({
          ...reply,
          headers: { "x-signature": proof.signReply?.(`${at}.${text(reply.body)}`) ?? "" },
        }),
      },
    });
  const headersOf = (signature: string) => ({ "content-type": "text/plain", "x-signature": signature });
  const deliver = async (sender: ReturnType<typeof own>, body: string, mine: string) => {
    const errors: WebhookError[] = [];
    const receiver = receiverOf(sender, { onError: (error: WebhookError) => void errors.push(error) });
    receiver.on("*", (_event, context) => context.reply({ body: mine }));
    const { headers } = await createTestSender(sender as unknown as Sender<never>).sign({ body });
    return { errors, receiver, outcome: await receiver.receive({ headers, body }) };
  };

  it("accepts no answer's signature for the answer's text", async () => {
    const { receiver, outcome } = await deliver(own(time), "a delivery", "<mine>");
    const signature = outcome.reply.headers["x-signature"] ?? "";
    const forged = await receiver.receive({ headers: headersOf(signature), body: `${nowMs}.<mine>` });
    expect(forged).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
  });

  it("would accept it where nothing tells them apart, which is why the expression is asked for", async () => {
    const { receiver, outcome } = await deliver(own(true), "a delivery", "<mine>");
    const signature = outcome.reply.headers["x-signature"] ?? "";
    const forged = await receiver.receive({ headers: headersOf(signature), body: `${nowMs}.<mine>` });
    expect(forged).toMatchObject({ name: "processed" });
  });

  it("signs no other text: the operator is told, and the answer goes unsigned", async () => {
    for (const mine of ["a delivery", `<${"x".repeat(70_000)}>`]) {
      const { errors, outcome } = await deliver(own(time), "a delivery", mine);
      expect(outcome).toMatchObject({ name: "processed", reply: { body: mine } });
      expect(outcome.reply.headers).not.toHaveProperty("x-signature");
      expect(errors).toHaveLength(1);
    }
  });

  it("takes nothing but true and a regular expression", () => {
    expect(() => own("^a" as never)).toThrow(/^hmac: signsReplies must be true, or a regular expression/);
  });
});

describe("alipay", () => {
  const theirs = rsaPair();
  const ours = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const privateKey = ours.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const payload = { notifyType: "PAYMENT_RESULT", paymentRequestId: "p1", result: { resultStatus: "S" } };
  const send = async (options: object, body?: string) => {
    const sender = alipay({ publicKey: theirs.publicKey, ...options });
    const url = "https://example.com/hooks/alipay?x=1";
    const made = createTestSender(sender as unknown as Sender<never>, { key: theirs.privateKey, url });
    const sent = await made.sign({ payload, headers: { "client-id": "C1", "request-time": "2026-01-02T03:04:05Z" } });
    const receiver = receiverOf(sender, { dedupe: false });
    receiver.on("*", (_event, context) => body === undefined || context.reply({ body }));
    return receiver.receive({ url: "/hooks/alipay?x=1", headers: sent.headers, body: sent.body });
  };

  it("hears its success signed with our key, for its own path and client", async () => {
    for (const own of [undefined, '{"result":{"resultStatus":"S","resultCode":"MINE"}}']) {
      const outcome = await send({ signReplies: { privateKey } }, own);
      expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
      const { headers, body } = outcome.reply;
      const value = /^algorithm=RSA256,keyVersion=1,signature=(.+)$/.exec(headers.signature ?? "")?.[1] ?? "";
      const signed = `POST /hooks/alipay\nC1.${headers["response-time"]}.${text(body)}`;
      const signature = Buffer.from(decodeURIComponent(value), "base64");
      expect(verify("sha256", Buffer.from(signed), ours.publicKey, signature)).toBe(true);
      expect(headers).toMatchObject({ "client-id": "C1", "response-time": "2026-01-02T03:04:05.678Z" });
      if (own !== undefined) expect(body).toBe(own);
    }
  });

  it("hears it unsigned without a key, as Antom wants it", async () => {
    const { reply } = await send({});
    expect(reply.headers).toEqual({ "content-type": "application/json" });
  });

  it("throws for a key that is none, and quotes nothing of it", () => {
    for (const bad of [undefined, "", "-----BEGIN PRIVATE KEY-----\nmine"]) {
      const build = () => alipay({ publicKey: theirs.publicKey, signReplies: { privateKey: bad } });
      expect(build).toThrow(/^alipay: signReplies\.privateKey must be your RSA private key/);
      expect(build).not.toThrow(/mine/);
    }
  });
});

describe("workos, actions", () => {
  const sdk = new WorkOS("sk_test_0123456789");
  const action = { id: "01J", object: "authentication_action_context", user: { email: "é@example.com" } };
  const deliver = async (payload: object, reply: object | undefined) => {
    const sender = workos({ secret });
    const sent = await createTestSender(sender as unknown as Sender<never>).sign({ payload });
    const receiver = receiverOf(sender, { dedupe: false, now: Date.now, toleranceSeconds: 30 });
    receiver.on("*", (_event, context) => reply === undefined || context.reply({ body: JSON.stringify(reply) }));
    return { sent, outcome: await receiver.receive({ headers: sent.headers, body: sent.body }) };
  };

  it("reads what the vendor's library accepts as an action", async () => {
    const { sent, outcome } = await deliver(action, undefined);
    const sigHeader = sent.headers["workos-signature"] ?? "";
    const made = await sdk.actions.constructAction({ payload: JSON.parse(text(sent.body)), sigHeader, secret });
    expect(made).toMatchObject({ object: "authentication_action_context" });
    expect(outcome).toMatchObject({
      name: "processed",
      events: [{ type: "authentication_action_context", id: "01J" }],
    });
    expect(outcome.reply).toMatchObject({ status: 200, body: "" }); // no verdict was given, so none is made up
  });

  it.each([
    ["authentication", "Deny", "Not today é"],
    ["authentication", "Allow", undefined],
    ["user_registration", "Deny", "Closed"],
  ] as const)("%s: %s is answered as the vendor's library answers it", async (type, verdict, errorMessage) => {
    const given = { verdict, ...(errorMessage === undefined ? {} : { error_message: errorMessage }) };
    const { outcome } = await deliver({ ...action, object: `${type}_action_context` }, given);
    const answer = JSON.parse(text(outcome.reply.body));
    const theirs = await sdk.actions.signResponse(
      { type, verdict, ...(errorMessage && { errorMessage }) } as never,
      secret,
    );
    expect({ ...answer, signature: 0, payload: { ...answer.payload, timestamp: 0 } }).toEqual({
      ...theirs,
      signature: 0,
      payload: { ...theirs.payload, timestamp: 0 },
    });
    const { timestamp } = answer.payload;
    const computed = await (
      sdk.actions as unknown as { computeSignature(at: number, payload: object, key: string): Promise<string> }
    ).computeSignature(timestamp, answer.payload, secret);
    expect(answer.signature).toBe(computed);
    expect(outcome.reply.headers).toMatchObject({ "content-type": "application/json" });
  });

  it("accepts no verdict as a delivery", async () => {
    for (const given of [{ verdict: "Allow" }, { verdict: "Deny", error_message: 'No "}' }]) {
      const { outcome } = await deliver(action, given);
      const { payload, signature } = JSON.parse(text(outcome.reply.body));
      const receiver = receiverOf(workos({ secret }), { dedupe: false, now: Date.now }).on("*", () => {});
      const forged = await receiver.receive({
        headers: { ...JSON_TYPE, "workos-signature": `t=${payload.timestamp}, v1=${signature}` },
        body: JSON.stringify(payload),
      });
      expect(forged).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    }
  });

  it("leaves webhooks' answers alone", async () => {
    const { outcome } = await deliver({ id: "e", event: "user.created", object: "x" }, { verdict: "Deny" });
    expect(outcome.reply.body).toBe('{"verdict":"Deny"}');
  });
});
