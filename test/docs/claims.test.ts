// What docs/recipes.md and docs/deployment.md promise, done as they say.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import express from "express";
import { captureRawBody, createReceiver, defineSender, json, memoryStore, OUTCOMES, type OutcomeName } from "hookgate";
import { allOf, basicAuth, bearerToken, hmac } from "hookgate/auth";
import { stripe } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import request from "supertest";
import { describe, expect, it } from "vitest";
import { gate } from "../receiver/harness.js";
import { quiet, quietLogger } from "../support/quiet.js";

const secret = "whsec_0123456789abcdef0123456789";
const sender = stripe({ secret });
const path = "/webhooks/stripe";

describe("body parsers upstream", () => {
  const parsers: readonly (readonly [string, express.RequestHandler, number])[] = [
    ["express.json with captureRawBody", express.json({ verify: captureRawBody }), 200],
    ["express.raw", express.raw({ type: "*/*" }), 200],
    ["express.json alone", express.json(), 500],
    ["express.text alone", express.text({ type: "*/*" }), 500],
    [
      "something that keeps req.rawBody",
      (req, _, next) => {
        const chunks: Buffer[] = [];
        req.on("data", (chunk: Buffer) => chunks.push(chunk));
        req.on("end", () => {
          Object.assign(req, { rawBody: Buffer.concat(chunks) });
          next();
        });
      },
      200,
    ],
  ];
  it.each(parsers)("%s", async (_, parser, status) => {
    const app = express();
    app.use(parser);
    app.use(path, createReceiver(sender, quiet));
    expect((await createTestSender(sender).send(app, { type: "a", path })).status).toBe(status);
  });
});

it("graceful stop: the running handler ends, its sender gets success, and no new delivery is accepted", async () => {
  const receiver = createReceiver(sender, quiet);
  const started = gate();
  const end = gate();
  receiver.on("a", async () => {
    started.open();
    await end.opened;
  });
  const app = express();
  app.use(path, receiver);
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const test = createTestSender(sender).to(url);
  const running = test.send("a", {});
  await started.opened;
  server.close();
  const closed = receiver.close({ graceSeconds: 20 });
  await expect(test.send("a", {})).rejects.toThrow("ECONNREFUSED");
  const late = await createTestSender(sender).send(receiver, { type: "a" });
  expect(late).toMatchObject({ status: 503, code: "closing", headers: { "retry-after": "5" } });
  end.open();
  await closed;
  expect((await running).status).toBe(200);
});

it("supertest sends what was signed", async () => {
  const app = express();
  app.use(path, createReceiver(sender, quiet));
  const signed = await createTestSender(sender).sign({ type: "invoice.paid", payload: { a: "ü", b: 1.5 } });
  await request(app).post(path).set(signed.headers).send(Buffer.from(signed.body).toString()).expect(200);
});

it("context.once: the part that succeeded is not repeated when a later one failed", async () => {
  const ran: string[] = [];
  const receiver = createReceiver(sender, quiet).on("a", async (_, context) => {
    const charge = await context.once("charge", () => {
      ran.push(`charge ${context.idempotencyKey === undefined ? "without" : "with"} key`);
      return "ch_1";
    });
    await context.once("receipt", () => {
      ran.push(`receipt of ${charge}`);
      if (ran.length < 3) throw new Error("the mail server is down");
      return null;
    });
  });
  const test = createTestSender(sender);
  const first = await test.send(receiver, { type: "a" });
  const again = await test.send(receiver, { duplicateOf: first });
  expect([first.status, again.status]).toEqual([500, 200]);
  expect(ran).toEqual(["charge with key", "receipt of ch_1", "receipt of ch_1"]);
});

describe("batches", () => {
  const batch = defineSender<{ a: { id: string } }>({
    name: "batch",
    auth: bearerToken({ token: secret }),
    event: { each: "events", id: json("id"), type: json("type") },
  });
  const deliver = (receiver: ReturnType<typeof createReceiver>, events: unknown) =>
    createTestSender(batch).send(receiver, { body: JSON.stringify({ events }) });

  it("only those that were not completed run when the delivery is retried", async () => {
    const ran: string[] = [];
    const receiver = createReceiver(batch, quiet).on("a", (event) => {
      ran.push(event.payload.id);
      if (ran.filter((id) => id === "2").length === 1 && event.payload.id === "2") throw new Error("once");
    }) as never;
    const events = ["1", "2", "3", "1"].map((id) => ({ id, type: "a" }));
    expect((await deliver(receiver, events)).status).toBe(500);
    expect((await deliver(receiver, events)).status).toBe(200);
    expect(ran).toEqual(["1", "2", "3", "2"]);
  });
  it.each<[string, unknown, OutcomeName]>([
    ["none at all is success", [], "empty"],
    ["an item without id is handled", [{ type: "a" }, { id: "1", type: "a" }], "processed"],
    ["nothing but bad items is refused", [1], "unidentified"],
  ])("%s", async (_, events, name) => {
    const receiver = createReceiver(batch, quiet).on("a", () => undefined) as never;
    const { outcome } = await deliver(receiver, events);
    expect(outcome?.name).toBe(name);
    expect(outcome?.retry).toBe(OUTCOMES[name].retry);
  });
});

it("two scopes on one store both handle the event, and each its own duplicate not", async () => {
  const store = memoryStore();
  const ran: string[] = [];
  const test = createTestSender(sender);
  const [billing, crm] = ["billing", "crm"].map((scope) =>
    createReceiver(sender, { ...quiet, scope, dedupe: { store } }).on("a", () => ran.push(scope)),
  );
  const sent = await test.send(billing as never, { type: "a" });
  await test.send(crm as never, { duplicateOf: sent });
  await test.send(billing as never, { duplicateOf: sent });
  expect(ran).toEqual(["billing", "crm"]);
});

it("allOf wants both proofs", async () => {
  const both = defineSender({
    name: "both",
    auth: allOf(
      basicAuth({ username: "acme", password: secret }),
      hmac({ secret, signed: "{body}", signature: { header: "x-acme-signature", encoding: "hex" } }),
    ),
    event: { id: json("id"), type: json("type") },
  });
  const receiver = createReceiver(both, quiet);
  const test = createTestSender(both);
  expect((await test.send(receiver, { type: "a" })).status).toBe(200);
  const { headers, body } = await test.sign({ type: "a" });
  for (const missing of ["authorization", "x-acme-signature"]) {
    const { [missing]: _, ...rest } = headers;
    const { reply } = await receiver.receive({ headers: rest, body });
    expect(reply.status, missing).toBe(401);
  }
});

it("a rotation list with an unset variable is not built", () => {
  expect(() => stripe({ secret: [secret, undefined] })).toThrow("secret[1] is missing");
});

it("fetch without remoteAddress is 403 where there is an allowlist, and params reach the secret function", async () => {
  const allowed = createReceiver(sender, { ...quiet, allow: ["203.0.113.0/24"], logger: quietLogger });
  const { url, method, headers, body } = await createTestSender(sender).sign({ type: "a" });
  const make = () => new Request(url, { method, headers, body: Uint8Array.from(body) });
  expect((await allowed.fetch(make())).status).toBe(403);
  expect((await allowed.fetch(make(), { remoteAddress: "203.0.113.9" })).status).toBe(200);
  const tenants = createReceiver(stripe({ secret: ({ params }) => (params.tenant === "acme" ? secret : null) }), quiet);
  expect((await tenants.fetch(make(), { params: { tenant: "acme" } })).status).toBe(200);
  expect((await tenants.fetch(make())).status).toBe(401);
});

it("waitUntil is given the handler that runs on after the answer", async () => {
  const end = gate();
  let isDone = false;
  const receiver = createReceiver(sender, { ...quiet, answerWithinSeconds: 0.02 }).on("a", async () => {
    await end.opened;
    isDone = true;
  });
  const { url, method, headers, body } = await createTestSender(sender).sign({ type: "a" });
  const works: Promise<unknown>[] = [];
  const response = await receiver.fetch(new Request(url, { method, headers, body: Uint8Array.from(body) }), {
    waitUntil: (work) => works.push(work),
  });
  expect([response.status, isDone]).toEqual([503, false]);
  end.open();
  await Promise.all(works);
  expect(isDone).toBe(true);
});
