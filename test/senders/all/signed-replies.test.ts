// Checks senders whose replies are signed, or computed from the delivery.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
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
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { JSON_TYPE } from "../../support/senders/deliver.js";

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
