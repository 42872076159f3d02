// The allowlist of source addresses, with fixed and with published ranges.
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DeliveryInput } from "../../../src/core/delivery.js";
import { published } from "../../../src/ip/published.js";
import type { PublishedList } from "../../../src/ip/refreshed-list.js";
import type { Check } from "../../../src/receiver/checks/check.js";
import {
  type AllowOption,
  type SourceAddressOptions,
  sourceAddressCheck,
} from "../../../src/receiver/checks/source-address.js";
import { closeServers, serve } from "../../support/listen.js";
import { passageOf } from "./delivery-context.js";

const SENDER = "3.18.12.63";
const STRANGER = "203.0.113.9";
const PROXY = "10.0.0.1";

async function run(step: Check, input: DeliveryInput) {
  const ctx = passageOf(input);
  const ending = await step(ctx);
  return { ending, clientAddress: ctx.clientAddress, trace: ctx.trace.lines };
}

function check(options: SourceAddressOptions, input: DeliveryInput) {
  return run(sourceAddressCheck(options), input);
}

describe("accepts", () => {
  it.each<[string, SourceAddressOptions, DeliveryInput, string]>([
    ["an address on the list", { allow: [SENDER] }, { remoteAddress: SENDER }, SENDER],
    ["an address in a network", { allow: ["3.18.0.0/16"] }, { remoteAddress: SENDER }, SENDER],
    ["a mapped address, and calls it IPv4", { allow: [SENDER] }, { remoteAddress: `::ffff:${SENDER}` }, SENDER],
    ["a mapped one in hexadecimal", { allow: ["1.2.3.4"] }, { remoteAddress: "::FFFF:102:304" }, "1.2.3.4"],
    ["IPv6", { allow: ["2001:db8::/32"] }, { remoteAddress: "2001:db8::1" }, "2001:db8::1"],
    ["link-local with a zone", { allow: ["fe80::/10"] }, { remoteAddress: "fe80::1%eth0" }, "fe80::1%eth0"],
    [
      "whom a trusted proxy forwards",
      { allow: [SENDER], trustedProxies: ["10.0.0.0/8"] },
      { remoteAddress: PROXY, headers: { "x-forwarded-for": `${STRANGER}, ${SENDER}` } },
      SENDER,
    ],
    [
      "whom a trusted proxy's own header names",
      { allow: [SENDER], trustedProxies: ["10.0.0.0/8"], clientAddress: { header: "cf-connecting-ip" } },
      { remoteAddress: PROXY, headers: { "cf-connecting-ip": SENDER } },
      SENDER,
    ],
    [
      "anyone, when that is asked for",
      { allow: { from: ["0.0.0.0/0"], allowAny: true } },
      { remoteAddress: STRANGER },
      STRANGER,
    ],
    ["anyone without allow", {}, { remoteAddress: STRANGER }, STRANGER],
  ])("%s", async (_, options, input, clientAddress) => {
    const result = await check(options, input);
    expect(result.ending).toBeUndefined();
    expect(result.clientAddress).toBe(clientAddress);
    expect(result.trace).toEqual([{ check: "source-address", result: "passed" }]);
  });

  it("whom Express names", async () => {
    const ctx = passageOf({ remoteAddress: PROXY });
    ctx.delivery = { ...ctx.delivery, expressAddress: () => SENDER };
    expect(sourceAddressCheck({ allow: [SENDER], clientAddress: "express" })(ctx)).toBeUndefined();
    expect(ctx.clientAddress).toBe(SENDER);
  });

  it("an unknown address without allow, and notes it", async () => {
    const result = await check({}, {});
    expect(result).toMatchObject({ ending: undefined, clientAddress: undefined, trace: [{ result: "noted" }] });
  });
});

describe("refuses", () => {
  it.each<[string, SourceAddressOptions, DeliveryInput]>([
    ["a stranger", { allow: [SENDER] }, { remoteAddress: STRANGER }],
    ["IPv6 under an IPv4 list", { allow: [SENDER] }, { remoteAddress: "2001:db8::1" }],
    ["IPv4-compatible IPv6", { allow: [SENDER] }, { remoteAddress: `::${SENDER}` }],
    ["a zone behind a global address", { allow: ["2001:db8::/32"] }, { remoteAddress: "2001:db8::1%eth0" }],
    ["NAT64", { allow: ["1.2.3.4"] }, { remoteAddress: "64:ff9b::102:304" }],
    ["an unknown peer", { allow: [SENDER] }, {}],
    ["an unknown peer, even where anyone may come", { allow: { from: ["0.0.0.0/0"], allowAny: true } }, {}],
    ["text that is no address", { allow: [SENDER] }, { remoteAddress: "localhost" }],
    [
      "a stranger who forwards for the sender",
      { allow: [SENDER] },
      { remoteAddress: STRANGER, headers: { "x-forwarded-for": SENDER } },
    ],
    [
      "a stranger who spoofs behind the proxy",
      { allow: [SENDER], trustedProxies: ["10.0.0.0/8"] },
      { remoteAddress: PROXY, headers: { "x-forwarded-for": `${SENDER}, ${STRANGER}` } },
    ],
    [
      "junk behind the proxy",
      { allow: [SENDER, PROXY], trustedProxies: ["10.0.0.0/8"] },
      { remoteAddress: PROXY, headers: { "x-forwarded-for": "unknown" } },
    ],
    [
      "10,000 hops",
      { allow: [SENDER], trustedProxies: ["10.0.0.0/8"] },
      { remoteAddress: PROXY, headers: { "x-forwarded-for": Array(10_000).fill(SENDER).join() } },
    ],
    ["Express's address outside Express", { allow: [SENDER], clientAddress: "express" }, { remoteAddress: SENDER }],
  ])("%s", async (_, options, input) => {
    const { ending, trace } = await check(options, input);
    expect(ending).toMatchObject({ name: "forbidden", hint: expect.any(String) });
    expect(trace).toEqual([{ check: "source-address", result: "refused", hint: ending?.hint }]);
  });

  it("without repeating junk from the wire to the operator", async () => {
    const { ending, clientAddress } = await check({ allow: [SENDER] }, { remoteAddress: "\u001b[31mjunk" });
    expect(ending?.hint).not.toContain("junk");
    expect(clientAddress).toBeUndefined();
  });

  it("the same way the second time, and after 64 other addresses", async () => {
    const step = sourceAddressCheck({ allow: [SENDER] });
    for (let round = 0; round < 3; round++) {
      expect((await run(step, { remoteAddress: SENDER })).ending).toBeUndefined();
      expect((await run(step, { remoteAddress: STRANGER })).ending?.name).toBe("forbidden");
      for (let host = 0; host < 65; host++) await run(step, { remoteAddress: `198.51.100.${host}` });
    }
  });
});

describe("answers at once where nothing must be waited for", () => {
  it.each([SENDER, STRANGER])("%s", (remoteAddress) => {
    const ending = sourceAddressCheck({ allow: [SENDER] })(passageOf({ remoteAddress }));
    expect(ending).not.toBeInstanceOf(Promise);
  });
});

describe("monitor", () => {
  it.each<[string, DeliveryInput]>([
    ["a stranger", { remoteAddress: STRANGER }],
    ["an unknown peer", {}],
  ])("notes what it would have refused: %s", async (_, input) => {
    const { ending, trace } = await check({ allow: { from: [SENDER], monitor: true } }, input);
    expect(ending).toBeUndefined();
    expect(trace).toMatchObject([{ result: "noted", hint: expect.stringMatching(/^monitor: would be refused/) }]);
  });

  it("says nothing of whom it would have accepted", async () => {
    const { trace } = await check({ allow: { from: [SENDER], monitor: true } }, { remoteAddress: SENDER });
    expect(trace).toEqual([{ check: "source-address", result: "passed" }]);
  });
});

describe("behind a proxy that is not configured", () => {
  const forwarded = { "x-forwarded-for": SENDER };

  it.each([
    "10.0.0.1",
    "172.31.0.1",
    "192.168.1.1",
    "127.0.0.1",
    "169.254.1.1",
    "100.64.0.1",
    "::1",
    "fd00::1",
    "fe80::1%eth0",
    "::ffff:10.0.0.1",
  ])("says so once for %s", async (remoteAddress) => {
    const step = sourceAddressCheck({});
    const hints = [];
    for (let round = 0; round < 2; round++) {
      hints.push((await run(step, { remoteAddress, headers: forwarded })).trace[0]?.hint);
    }
    expect(hints).toEqual([expect.stringMatching(/set trustedProxies/), undefined]);
  });

  it.each<[string, DeliveryInput]>([
    ["a public peer", { remoteAddress: STRANGER, headers: forwarded }],
    ["the neighbours of private networks", { remoteAddress: "172.32.0.1", headers: forwarded }],
    ["a private peer that forwards nothing", { remoteAddress: PROXY }],
  ])("says nothing for %s", async (_, input) => {
    expect((await check({}, input)).trace).toEqual([{ check: "source-address", result: "passed" }]);
  });

  it("says so in every refusal", async () => {
    const step = sourceAddressCheck({ allow: [SENDER] });
    for (let round = 0; round < 2; round++) {
      const { ending } = await run(step, { remoteAddress: PROXY, headers: forwarded });
      expect(ending?.hint).toMatch(/10\.0\.0\.1 is not in allow; .*set trustedProxies/);
    }
  });

  it("refuses even though the forwarded address is allowed", async () => {
    expect((await check({ allow: [SENDER] }, { remoteAddress: PROXY, headers: forwarded })).ending?.name).toBe(
      "forbidden",
    );
  });
});

describe("with a published list", () => {
  let status = 200;
  let nowMs = 0;
  let requests = 0;
  let list: PublishedList;
  beforeEach(async () => {
    [status, nowMs, requests] = [200, 0, 0];
    const origin = await serve((_, res) => {
      requests++;
      res.writeHead(status).end('["3.18.12.0/24"]');
    });
    list = published(`${origin}/ips`, { allowHttpOnLoopback: true, now: () => nowMs });
  });
  afterEach(closeServers);

  it("loads it for the first delivery and answers the next ones at once", async () => {
    const step = sourceAddressCheck({ allow: [list] });
    expect(requests).toBe(0);
    expect((await run(step, { remoteAddress: SENDER })).ending).toBeUndefined();
    expect((await run(step, { remoteAddress: STRANGER })).ending?.name).toBe("forbidden");
    expect(step(passageOf({ remoteAddress: SENDER }))).toBeUndefined();
    expect(requests).toBe(1);
  });

  it("is undecided while it cannot be had, and neither open nor a refusal", async () => {
    status = 500;
    const { ending, trace } = await check({ allow: [list] }, { remoteAddress: SENDER });
    expect(ending).toMatchObject({
      name: "undecided",
      retryAfterSeconds: 1,
      hint: expect.stringMatching(/answered 500/),
    });
    expect(trace).toMatchObject([{ check: "source-address", result: "undecided" }]);
  });

  it("decides without it where another entry holds the address", async () => {
    status = 500;
    const step = sourceAddressCheck({ allow: [list, SENDER] });
    expect(step(passageOf({ remoteAddress: SENDER }))).toBeUndefined();
    expect(requests).toBe(0);
    expect((await run(step, { remoteAddress: STRANGER })).ending?.name).toBe("undecided");
  });

  it("decides without it where another list holds the address", async () => {
    const broken = published(`${list.url}?broken`, { allowHttpOnLoopback: true, now: () => nowMs });
    await list.load();
    status = 500;
    const step = sourceAddressCheck({ allow: [broken, list] });
    expect(step(passageOf({ remoteAddress: SENDER }))).toBeUndefined();
    expect((await run(step, { remoteAddress: STRANGER })).ending?.name).toBe("undecided");
  });

  it("refuses an unknown address without loading anything", async () => {
    expect((await check({ allow: [list] }, {})).ending?.name).toBe("forbidden");
    expect(requests).toBe(0);
  });

  it("recovers after the pause", async () => {
    status = 500;
    const step = sourceAddressCheck({ allow: [list] });
    expect((await run(step, { remoteAddress: SENDER })).ending?.name).toBe("undecided");
    status = 200;
    expect((await run(step, { remoteAddress: SENDER })).ending?.name).toBe("undecided");
    expect(requests).toBe(1);
    nowMs = 1000;
    expect((await run(step, { remoteAddress: SENDER })).ending).toBeUndefined();
  });

  it("notes that it would be undecided in monitor mode", async () => {
    status = 500;
    const { ending, trace } = await check({ allow: { from: [list], monitor: true } }, { remoteAddress: SENDER });
    expect(ending).toBeUndefined();
    expect(trace).toMatchObject([{ result: "noted", hint: expect.stringMatching(/would be undecided/) }]);
  });
});

describe("refuses when built", () => {
  it.each<[string, unknown, RegExp]>([
    ["an empty list", [], /at least one address/],
    ["an empty list of rules", { from: [], monitor: true }, /at least one address/],
    ["a string", SENDER, /must be an array/],
    ["true", true, /must be an array/],
    ["null", null, /must be an array/],
    ["rules without addresses", { monitor: true }, /must be an array/],
    ["a misspelt rule", { from: [SENDER], monitr: true }, /monitor/],
    ["a rule that is no boolean", { from: [SENDER], monitor: "yes" }, /monitor must be true or false/],
    ["a world that is not asked for", ["0.0.0.0/0"], /allowAny/],
    ["a sender instead of its list", [{ name: "erp", definition: {} }], /published\(sender\)/],
    ["a sender's name", ["github"], /published/],
    ["a number", [7], /not a string/],
    ["null as an entry", [null], /not a string/],
    ["octal", ["1.2.3.04"], /octal/],
  ])("%s", (_, allow, fix) => {
    const build = () => sourceAddressCheck({ allow: allow as AllowOption });
    expect(build).toThrow(TypeError);
    expect(build).toThrow(fix);
  });

  it("a proxy that is no network, though nothing is restricted", () => {
    expect(() => sourceAddressCheck({ trustedProxies: ["10.0.0.1/8"] })).toThrow(/trustedProxies/);
  });

  it("a trusted world", () => {
    expect(() => sourceAddressCheck({ trustedProxies: ["0.0.0.0/0"] })).toThrow(/trustedProxies holds every address/);
  });
});
