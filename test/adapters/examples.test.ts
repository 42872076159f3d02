// The examples of adapters, each as its platform would call it.
import { slack } from "hookgate/senders";
import { createTestSender, type SignedDelivery } from "hookgate/testing";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import * as fastify from "../../examples/fastify.js";
import * as lambda from "../../examples/lambda.js";
import * as next from "../../examples/next-route.js";

const SECRET = "0123456789abcdef0123456789abcdef";

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  vi.spyOn(console, "log").mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

it("fastify.ts takes what GitHub signs, refuses what it does not, and has its own route's JSON parsed", async () => {
  await fastify.app.ready();
  const test = createTestSender(fastify.sender).to(fastify.app.server);
  const path = "/webhooks/github";
  const sent = await test.send("push", { ref: "refs/heads/main", commits: [] }, { path });
  expect(sent.status).toBe(200);
  expect(console.log).toHaveBeenCalledWith("push", sent.id);
  expect((await test.send("push", {}, { path, wrongKey: true })).code).toBe("unauthenticated");
  const order = await fastify.app.inject({ method: "POST", url: "/orders", payload: { id: 1 } });
  expect(order.json()).toEqual({ got: { id: 1 } });
  await test.close();
  await fastify.app.close();
});

it("lambda.ts takes what Stripe signs, and refuses what it does not", async () => {
  const test = createTestSender(lambda.sender);
  const call = ({ url, headers, body }: SignedDelivery) =>
    lambda.handler({
      version: "2.0",
      rawPath: new URL(url).pathname,
      rawQueryString: "",
      headers,
      requestContext: { http: { method: "POST", sourceIp: "192.0.2.1" } },
      body: Buffer.from(body).toString("base64"),
      isBase64Encoded: true,
    });
  const signed = await test.sign({ type: "invoice.paid" });
  expect((await call(signed)).statusCode).toBe(200);
  expect(console.log).toHaveBeenCalledWith("paid", signed.id);
  expect((await call({ ...signed, body: Buffer.from("{}") })).statusCode).toBe(401);
});

it("next-route.ts takes what Slack signs, refuses what it does not, and shakes hands", async () => {
  expect(Object.keys(next)).toEqual(["POST"]); // Next refuses to build a route with exports that it does not know
  vi.stubEnv("SLACK_SIGNING_SECRET", SECRET);
  const test = createTestSender(slack({ secret: SECRET })).to({ fetch: next.POST });
  const payload = { type: "event_callback", event_id: "E_next", event: { type: "app_mention" } };
  expect((await test.send("app_mention", payload)).status).toBe(200);
  expect(console.log).toHaveBeenCalledTimes(1);
  expect((await test.send("app_mention", payload, { wrongKey: true })).code).toBe("unauthenticated");
  const shaken = await test.send("", { type: "url_verification", challenge: "abc" });
  expect({ status: shaken.status, body: shaken.body }).toEqual({ status: 200, body: "abc" });
});

it("next-route.ts is built where no secret is set, and answers 500 until one is", async () => {
  vi.stubEnv("SLACK_SIGNING_SECRET", undefined);
  const sent = await createTestSender(slack({ secret: SECRET }))
    .to({ fetch: next.POST })
    .send("app_mention", {});
  expect({ status: sent.status, code: sent.code }).toEqual({ status: 500, code: "misconfigured" });
});
