// requireHttps accepts a delivery over TLS and refuses one over plain HTTP.
import { describe, expect, it } from "vitest";
import type { HeadersInput } from "../../../src/lib/headers.js";
import { httpsCheck } from "../../../src/receiver/checks/https.js";
import { passageOf } from "./delivery-context.js";

const PROXY = "10.0.0.1";
const trustedProxies = ["10.0.0.0/8"];

function run(remoteAddress: string, isSecure: boolean | undefined, headers: HeadersInput, proxies = trustedProxies) {
  const step = httpsCheck({ requireHttps: true, trustedProxies: proxies.length > 0 ? proxies : undefined });
  const ctx = passageOf({ remoteAddress, headers, ...(isSecure === undefined ? {} : { isSecure }) });
  return { ending: step?.(ctx), trace: ctx.trace.lines };
}

describe("accepts", () => {
  it.each<[string, string, boolean | undefined, HeadersInput]>([
    ["an encrypted socket", "203.0.113.9", true, {}],
    ["an encrypted socket, whatever the header says", "203.0.113.9", true, { "x-forwarded-proto": "http" }],
    ["a trusted proxy that says https", PROXY, false, { "x-forwarded-proto": "https" }],
    ["a trusted proxy that says HTTPS", PROXY, false, { "X-Forwarded-Proto": " HTTPS " }],
    ["a trusted proxy where the socket cannot be known", PROXY, undefined, { "x-forwarded-proto": "https" }],
    ["a trusted proxy whose address comes mapped", "::ffff:10.0.0.1", false, { "x-forwarded-proto": "https" }],
  ])("%s", (_, remoteAddress, isSecure, headers) => {
    const { ending, trace } = run(remoteAddress, isSecure, headers);
    expect(ending).toBeUndefined();
    expect(trace).toEqual([{ check: "https", result: "passed" }]);
  });
});

describe("refuses", () => {
  it.each<[string, string, boolean | undefined, HeadersInput, RegExp]>([
    ["a plain socket", "203.0.113.9", false, {}, /not encrypted/],
    ["a connection of which nothing is known", "203.0.113.9", undefined, {}, /is not known: pass isSecure/],
    ["a stranger who says https", "203.0.113.9", false, { "x-forwarded-proto": "https" }, /not encrypted/],
    ["a trusted proxy that says http", PROXY, false, { "x-forwarded-proto": "http" }, /did not use HTTPS/],
    ["a trusted proxy that says nothing", PROXY, false, {}, /sent no X-Forwarded-Proto/],
    ["a trusted proxy that says junk", PROXY, false, { "x-forwarded-proto": "wss" }, /did not use HTTPS/],
    ["two values in a line", PROXY, false, { "x-forwarded-proto": "https, http" }, /more than one value/],
    ["two values, spoofed first", PROXY, false, { "x-forwarded-proto": "https,https" }, /more than one value/],
    ["two lines", PROXY, false, { "x-forwarded-proto": ["https", "https"] }, /more than one value/],
  ])("%s", (_, remoteAddress, isSecure, headers, hint) => {
    const { ending, trace } = run(remoteAddress, isSecure, headers);
    expect(ending).toMatchObject({ name: "forbidden", hint: expect.stringMatching(hint) });
    expect(trace).toMatchObject([{ check: "https", result: "refused", hint: expect.stringMatching(hint) }]);
  });

  it("X-Forwarded-Proto while no proxy is trusted", () => {
    expect(run(PROXY, false, { "x-forwarded-proto": "https" }, []).ending).toMatchObject({
      name: "forbidden",
      hint: expect.stringMatching(/set trustedProxies/),
    });
  });
});

describe("is built", () => {
  it.each([[undefined], [false]])("as no step with requireHttps: %s", (requireHttps) => {
    expect(httpsCheck({ requireHttps, trustedProxies })).toBeUndefined();
  });

  it("only from a boolean", () => {
    expect(() => httpsCheck({ requireHttps: "yes" as never })).toThrow(/true or false/);
  });

  it("only from proxies that are addresses", () => {
    expect(() => httpsCheck({ requireHttps: true, trustedProxies: ["10/8"] })).toThrow(/^trustedProxies.*four parts/);
  });
});

describe('with clientAddress: "express"', () => {
  const step = httpsCheck({ requireHttps: true, clientAddress: "express" });
  const express = (protocol: string | undefined, isSecure = false) =>
    passageOf(
      { remoteAddress: PROXY, isSecure, headers: { "x-forwarded-proto": "https" } },
      { expressProtocol: () => protocol },
    );

  it.each([
    ["an encrypted socket", express("http", true)],
    ["what Express says is https, by the app's trust proxy", express("https")],
  ])("accepts %s", (_, ctx) => {
    expect(step?.(ctx)).toBeUndefined();
  });

  it.each([
    ["what Express says is http, whatever the header says", express("http"), /Express says/],
    ["a request of which Express says nothing", express(undefined), /no req\.protocol/],
    [
      "a delivery that came without Express",
      passageOf({ headers: { "x-forwarded-proto": "https" } }),
      /no req\.protocol/,
    ],
  ])("refuses %s", (_, ctx, hint) => {
    expect(step?.(ctx)).toMatchObject({ name: "forbidden", hint: expect.stringMatching(hint) });
  });
});
