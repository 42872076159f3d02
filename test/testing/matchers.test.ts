// Results on an answer, whatever it came by, with the reason where it is known.

import express from "express";
import Fastify from "fastify";
import { createReceiver } from "hookgate";
import { receiverPlugin } from "hookgate/fastify";
import { lambdaHandler } from "hookgate/lambda";
import { createTestSender, type WebhookMatchers, webhookMatchers } from "hookgate/testing";
import request from "supertest";
import { describe, expect, it } from "vitest";
import { erp } from "../receiver/harness.js";
import { closeServers, listen } from "../support/listen.js";
import { quietLogger } from "../support/quiet.js";

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: as vitest declares it
  interface Matchers<T = any> extends WebhookMatchers<T> {}
}
expect.extend(webhookMatchers);

const sender = erp();
const test = createTestSender(sender);
const build = () => createReceiver(sender, { logger: quietLogger }).on("a.b", () => undefined);
type Case = [string, (isForged: boolean) => Promise<unknown>];

const sign = async (isForged: boolean) => {
  const signed = await test.sign({ type: "a.b", payload: { n: 1 } });
  return { ...signed, body: Buffer.from(isForged ? "{}" : signed.body) };
};
const cases: Case[] = [
  ["a test sender, over HTTP", async (wrongKey) => test.send(express().use(build()), { type: "a.b", wrongKey })],
  [
    "a test sender, by the Fetch API",
    async (wrongKey) => test.send({ fetch: build().fetch }, { type: "a.b", wrongKey }),
  ],
  ["a test sender, at a receiver", async (wrongKey) => test.send(build(), { type: "a.b", wrongKey })],
  [
    "a test sender, at a URL",
    async (wrongKey) => {
      const port = await listen(build());
      const sent = await test.send(`http://127.0.0.1:${port}/hooks`, { type: "a.b", wrongKey });
      await closeServers();
      return sent;
    },
  ],
  ["receiver.receive", async (wrongKey) => (await test.send(build(), { type: "a.b", wrongKey })).outcome],
  [
    "receiver.fetch",
    async (isForged) => {
      const { url, headers, body } = await sign(isForged);
      return build().fetch(new Request(url, { method: "POST", headers, body }));
    },
  ],
  [
    "supertest",
    async (isForged) => {
      const { headers, body } = await sign(isForged);
      return request(express().use(build())).post("/").set(headers).send(body.toString());
    },
  ],
  [
    "Fastify's inject",
    async (isForged) => {
      const { headers, body } = await sign(isForged);
      const app = Fastify();
      app.register(receiverPlugin, { prefix: "/hooks", receiver: build() });
      return app.inject({ method: "POST", url: "/hooks", headers, payload: body });
    },
  ],
  [
    "a Lambda function",
    async (isForged) => {
      const { headers, body } = await sign(isForged);
      return lambdaHandler(build())({
        version: "2.0",
        rawPath: "/",
        rawQueryString: "",
        headers,
        requestContext: { http: { method: "POST", sourceIp: "127.0.0.1" } },
        body: body.toString(),
        isBase64Encoded: false,
      });
    },
  ],
];

describe.each(cases)("an answer of %s", (_, answer) => {
  it("is accepted where it was signed, and refused with its code where it was not", async () => {
    const [good, forged] = [await answer(false), await answer(true)];
    await expect(good).toBeAccepted();
    await expect(good).not.toBeRefusedWith("unauthenticated");
    await expect(forged).toBeRefusedWith("unauthenticated");
    await expect(forged).toBeRefusedWith("unauthenticated", 401);
    await expect(forged).not.toBeRefusedWith("unauthenticated", 403);
    await expect(forged).not.toBeRefusedWith("forbidden");
    await expect(forged).not.toBeAccepted();
  });
});

describe("a failure", () => {
  it("names the check that refused, and its hint, where the answer came from a receiver", async () => {
    const sent = await test.send(build(), { type: "a.b", wrongKey: true });
    expect(() => expect(sent).toBeAccepted()).toThrow(
      /expected the delivery to be accepted; it was answered 401 unauthenticated\n {2}authenticate: the signature is well-formed and wrong/,
    );
  });

  it("reports the outcome of each event", async () => {
    const failing = createReceiver(sender, { logger: quietLogger, onError() {} }).on("a.b", () => {
      throw new RangeError("mine");
    });
    const sent = await test.send(failing, { type: "a.b" });
    expect(() => expect(sent).toBeAccepted()).toThrow(
      /answered 500 handler_failed\n {2}a\.b, handler_failed: the handler threw RangeError/,
    );
  });

  it("of a negation says so", async () => {
    const sent = await test.send(build(), { type: "a.b" });
    expect(() => expect(sent).not.toBeAccepted()).toThrow(
      /expected the delivery not to be accepted; it was answered 200 processed/,
    );
  });
});

describe("toBeAccepted with an outcome", () => {
  it("distinguishes a duplicate and an ignored event from a handled one", async () => {
    const receiver = build();
    const first = await test.send(receiver, { type: "a.b" });
    expect(first).toBeAccepted("processed");
    expect(await test.send(receiver, { type: "", duplicateOf: first } as never)).toBeAccepted("duplicate");
    const other = await test.send(receiver, { type: "nobody.cares" });
    expect(other).toBeAccepted("ignored");
    expect(() => expect(other).toBeAccepted("processed")).toThrow(
      /to be accepted as processed; it was answered 200 ignored/,
    );
  });

  it("cannot be asked of an answer over HTTP", async () => {
    const sent = await test.send(express().use(build()), { type: "a.b" });
    expect(() => expect(sent).toBeAccepted("processed")).toThrow(/an answer over HTTP does not say/);
  });
});

it.each([
  ["a promise", Promise.resolve({}), /this is the promise of one: await it/],
  ["nothing", undefined, /got nothing/],
  ["a number", 200, /got a number/],
])("refuses %s for an answer", (_, received, message) => {
  expect(() => expect(received).toBeAccepted()).toThrow(message);
});

it("leaves the body of a Response to be read", async () => {
  const response = await build().fetch(new Request("https://example.com/", { method: "POST", body: "{}" }));
  await expect(response).not.toBeAccepted();
  expect(await response.text()).not.toBe("");
});
