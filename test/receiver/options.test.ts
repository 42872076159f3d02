// Options that cannot work are refused, and the most specific handler runs.

import { createReceiver, defineSender, json, memoryStore, type ReceiverOptions } from "hookgate";
import { hmac } from "hookgate/auth";
import { describe, expect, it } from "vitest";
import { quietLogger } from "../support/quiet.js";
import { erp, eventBody, receiverOf, signed } from "./harness.js";

describe("a receiver is not built", () => {
  it.each<[string, object, RegExp]>([
    ["with a misspelt option", { alow: [] }, /unknown option "alow"; did you mean "allow"\?/],
    [
      "with a misspelt dedupe option",
      { dedupe: { leaseSecond: 1 } },
      /dedupe: unknown option "leaseSecond"; did you mean "leaseSeconds"\?/,
    ],
    ["with a negative tolerance", { toleranceSeconds: -1 }, /toleranceSeconds must be a number of seconds from 0/],
    ["with a tolerance that is no number", { toleranceSeconds: "5m" }, /toleranceSeconds must be .*; got "5m"/],
    ["with NaN", { toleranceSeconds: Number.NaN }, /toleranceSeconds must be .*; got NaN/],
    ["with a body limit of text", { maxBodyBytes: "1mb" }, /maxBodyBytes must be a whole number/],
    [
      "with a retention shorter than twice the tolerance",
      { dedupe: { retentionSeconds: 599 } },
      /at least twice toleranceSeconds \(600\)/,
    ],
    ["with a lease under a second", { dedupe: { leaseSeconds: 0.5 } }, /leaseSeconds must be/],
    ["with a store that is none", { dedupe: { store: {} } }, /dedupe\.store must be a dedupe store/],
    [
      "with a shared store and no scope",
      {
        dedupe: {
          store: {
            ...memoryStore(),
            name: "redisStore",
            isShared: true,
            claim() {},
            renew() {},
            complete() {},
            release() {},
          },
        },
      },
      /scope is required on the shared redisStore/,
    ],
    ["with an address that is none", { allow: ["10/8"] }, /allow.*10\/8/],
    ["with host bits", { allow: ["10.0.0.5/8"] }, /10\.0\.0\.0\/8/],
    ["with the whole world", { allow: ["0.0.0.0/0"] }, /allowAny/],
    ["with a public URL that is none", { publicUrl: "example.com" }, /publicUrl must be an absolute/],
    ["with a schema that is none", { events: { a: {} } }, /events\["a"\] must be a Standard Schema/],
    ["with an onInvalid that is none", { onInvalid: "ignore" }, /onInvalid must be one of "retry", "reject", "accept"/],
    ["with a logger that cannot log", { logger: {} }, /logger must be an object with warn and error/],
  ])("%s", (_, options, message) => {
    expect(() => createReceiver(erp(), { logger: quietLogger, ...options } as ReceiverOptions)).toThrow(message);
    expect(() => createReceiver(erp(), { logger: quietLogger, ...options } as ReceiverOptions)).toThrow(TypeError);
  });

  it("without a sender", () => {
    expect(() => createReceiver({} as never)).toThrow(/sender must come from hookgate\/senders/);
  });

  it("for a sender that signs its URL without publicUrl", () => {
    const auth = hmac({
      secret: "0123456789abcdef",
      signed: "{url}{body}",
      signature: { header: "x-sig", encoding: "base64" },
    });
    const sender = defineSender({ name: "square", auth, event: { type: json("type") } });
    expect(() => createReceiver(sender)).toThrow(/publicUrl is required for square/);
  });
});

describe("handlers", () => {
  it("the most specific one runs, whatever the order of registration", async () => {
    const ran: string[] = [];
    const receiver = createReceiver(erp(), { logger: quietLogger })
      .on("*", () => void ran.push("*"))
      .on("a.*", () => void ran.push("a.*"))
      .on("a.b.*", () => void ran.push("a.b.*"))
      .on("a.b.c", () => void ran.push("a.b.c"));
    for (const type of ["a.b.c", "a.b.x", "a.x", "ab.x", "constructor"]) {
      const body = JSON.stringify({ id: type, type });
      await receiver.receive({ headers: signed(body), body });
    }
    expect(ran).toEqual(["a.b.c", "a.b.*", "a.*", "*", "*"]);
  });

  it.each<[string, unknown, RegExp]>([
    ["the same pattern twice", ["a", "a"], /there is a handler for this pattern already/],
    ["a star in the middle", "a.*.b", /a star stands alone or at the end/],
    ["error", "error", /onError/],
    ["white space", " a", /white space/],
    ["nothing", [], /must be a type/],
  ])("refuse %s", (_, pattern, message) => {
    const receiver = createReceiver(erp(), { logger: quietLogger });
    expect(() => receiver.on(pattern as string, () => undefined)).toThrow(message);
  });

  it("refuse to be registered after the first delivery", async () => {
    const { receiver } = receiverOf();
    await receiver.receive({ headers: signed(eventBody()), body: eventBody() });
    expect(() => receiver.on("late", () => undefined)).toThrow(/after the first delivery/);
  });
});
