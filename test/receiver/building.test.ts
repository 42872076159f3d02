// A receiver warns once when it is built, and is not built on a store that cannot work.
import { createReceiver, type DedupeStore, header, json, memoryStore } from "hookgate";
import { describe, expect, it } from "vitest";
import { bearerToken } from "../../src/auth/schemes/bearer-token.js";
import { build, erp, viewOf } from "./harness.js";

const token = bearerToken({ token: "a-token-of-the-tests-only" });

describe("a receiver says once, when it is built,", () => {
  it.each<[string, Parameters<typeof build>[0], ReturnType<typeof erp>, RegExp]>([
    ["that this sender never retries", {}, erp({ reply: { retries: false } }), /never sends an event again by itself/],
    ["that there is no id and so no dedupe", {}, erp({ event: { type: json("type") } }), /there is no dedupe/],
    [
      "that a tolerance has no effect where no time is signed",
      { toleranceSeconds: 60 },
      erp({ auth: token }),
      /toleranceSeconds has no effect/,
    ],
    [
      "that suppress has no effect on signed ids",
      { dedupe: { replay: "suppress" } },
      erp(),
      /"suppress" has no effect/,
    ],
    [
      "that strict has no effect where the body is signed and the id is not",
      { dedupe: { strict: true } },
      erp({ event: { id: header("x-id"), type: json("type") } }),
      /dedupe\.strict has no effect/,
    ],
    [
      "that records go before the sender's last retry",
      { dedupe: { retentionSeconds: 3_600 } },
      erp(),
      /shorter than erp may send an event again \(345600\)/,
    ],
  ])("%s", (_, options, sender, line) => {
    expect(build(options, sender).lines.filter((one) => line.test(one))).toHaveLength(1);
  });

  it("nothing where there is nothing to say", () => {
    expect(build().lines).toEqual([]);
    const unsignedId = erp({ event: { id: header("x-id"), type: json("type") } });
    expect(build({ dedupe: { replay: "suppress" } }, unsignedId).lines).toEqual([]);
  });
});

describe("a receiver is not built", () => {
  it("on a shared store without a scope, or with one that is taken", () => {
    const store: DedupeStore = { ...viewOf(memoryStore()), name: "redisStore", isShared: true };
    expect(() => createReceiver(erp(), { dedupe: { store } })).toThrow(/scope is required on the shared redisStore/);
    createReceiver(erp(), { scope: "billing", dedupe: { store } });
    expect(() => createReceiver(erp(), { scope: "billing", dedupe: { store } })).toThrow(/Give each its own scope/);
    expect(() => createReceiver(erp(), { scope: "crm", dedupe: { store } })).not.toThrow();
  });

  it("where the store refuses it, and is then not in the way of the next one", () => {
    let refuses = true;
    const store = viewOf(memoryStore(), {
      attach: () => {
        if (refuses) throw new TypeError("the store cannot keep that");
      },
    });
    expect(() => createReceiver(erp(), { dedupe: { store } })).toThrow("the store cannot keep that");
    refuses = false;
    expect(() => createReceiver(erp(), { dedupe: { store } })).not.toThrow();
  });

  it.each([
    [599, 300, false],
    [600, 300, true],
    [601, 300, true],
  ])("with a retention of %i s and a tolerance of %i s: built is %s", (retentionSeconds, toleranceSeconds, isBuilt) => {
    const make = () => build({ toleranceSeconds, dedupe: { retentionSeconds } });
    if (isBuilt) expect(make).not.toThrow();
    else expect(make).toThrow(/at least twice toleranceSeconds \(600\).*got 599/);
  });
});
