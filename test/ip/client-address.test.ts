// The client address behind trusted proxies, and the refusal of what cannot be trusted.
import { createRequire } from "node:module";
import express5 from "express";
import { describe, expect, it } from "vitest";
import { toDelivery } from "../../src/core/delivery.js";
import { type ClientAddressOptions, clientAddressOf } from "../../src/ip/client-address.js";
import { isHopCount, isPermissiveTrust } from "../../src/ip/express-trust-proxy.js";
import type { HeadersInput } from "../../src/lib/headers.js";

// Express 4 under its other name has no types; what is used of it is what 5 has.
const express4 = createRequire(import.meta.url)("express4") as typeof express5;

const PROXY = "10.0.0.1";
const trustedProxies = ["10.0.0.0/8", "fd00::/8"];
const UNKNOWN = "unknown";

function clientOf(options: ClientAddressOptions, remoteAddress: string | undefined, headers: HeadersInput = {}) {
  const head = toDelivery(remoteAddress === undefined ? { headers } : { headers, remoteAddress });
  const found = clientAddressOf(options)(head);
  return typeof found === "string" ? found : UNKNOWN;
}

describe("without trusted proxies", () => {
  it("is the socket's peer, whatever forwarding headers say", () => {
    const headers = {
      "x-forwarded-for": "3.18.12.63",
      forwarded: "for=3.18.12.63",
      "x-real-ip": "3.18.12.63",
      "cf-connecting-ip": "3.18.12.63",
      "true-client-ip": "3.18.12.63",
    };
    expect(clientOf({}, "203.0.113.9", headers)).toBe("203.0.113.9");
  });

  it("is unknown where the socket has no peer", () => {
    expect(clientOf({}, undefined, { "x-forwarded-for": "3.18.12.63" })).toBe(UNKNOWN);
  });
});

describe("with trusted proxies", () => {
  it.each<[string, string, string]>([
    ["one hop", "3.18.12.63", "3.18.12.63"],
    ["a spoofed address left of the real one", "3.18.12.63, 203.0.113.9", "203.0.113.9"],
    ["junk left of the real one", "<script>, unknown, 203.0.113.9", "203.0.113.9"],
    ["a spoofed proxy left of the real one", "3.18.12.63, 10.0.0.9, 203.0.113.9", "203.0.113.9"],
    ["two proxies", "203.0.113.9, 10.0.0.2", "203.0.113.9"],
    ["a mapped proxy", "203.0.113.9, ::ffff:10.0.0.2", "203.0.113.9"],
    ["an IPv6 proxy", "203.0.113.9, fd00::2", "203.0.113.9"],
    ["proxies only", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["no white space", "203.0.113.9,10.0.0.2", "203.0.113.9"],
    ["much white space", " \t203.0.113.9 \t,  10.0.0.2\t", "203.0.113.9"],
    ["a port", "203.0.113.9:567", "203.0.113.9"],
    ["a port behind a proxy's address", "203.0.113.9, 10.0.0.2:80", "203.0.113.9"],
    ["IPv6", "2001:db8::1", "2001:db8::1"],
    ["IPv6 in brackets", "[2001:db8::1]", "2001:db8::1"],
    ["IPv6 in brackets with a port", "[2001:db8::1]:567", "2001:db8::1"],
    ["a single junk word", "junk", UNKNOWN],
    ["`unknown`", "unknown", UNKNOWN],
    ["an obfuscated name", "_hidden", UNKNOWN],
    ["nothing", "", UNKNOWN],
    ["a comma", ",", UNKNOWN],
    ["an empty last entry", "203.0.113.9,", UNKNOWN],
    ["an empty entry between proxies", "203.0.113.9,,10.0.0.2", UNKNOWN],
    ["junk behind the last proxy", "203.0.113.9, unknown, 10.0.0.2", UNKNOWN],
    ["a quoted address", '"203.0.113.9"', UNKNOWN],
    ["an open bracket", "[2001:db8::1", UNKNOWN],
    ["text behind the bracket", "[2001:db8::1]x", UNKNOWN],
    ["a port of text", "203.0.113.9:http", UNKNOWN],
    ["a port of six digits", "203.0.113.9:123456", UNKNOWN],
    ["a short form", "127.1", UNKNOWN],
    ["octal", "203.0.113.09", UNKNOWN],
    ["a network", "203.0.113.0/24", UNKNOWN],
    ["IPv4-compatible IPv6", "::203.0.113.9", UNKNOWN],
  ])("reads X-Forwarded-For from the right: %s", (_, chain, expected) => {
    expect(clientOf({ trustedProxies }, PROXY, { "x-forwarded-for": chain })).toBe(expected);
  });

  it("reads several lines in the order they came", () => {
    const headers: HeadersInput = [
      ["X-Forwarded-For", "3.18.12.63"],
      ["Host", "example.com"],
      ["x-forwarded-for", "203.0.113.9, 10.0.0.2"],
    ];
    expect(clientOf({ trustedProxies }, PROXY, headers)).toBe("203.0.113.9");
  });

  it("ignores the header of a peer that is no trusted proxy", () => {
    expect(clientOf({ trustedProxies }, "203.0.113.9", { "x-forwarded-for": "3.18.12.63" })).toBe("203.0.113.9");
  });

  it("trusts a proxy whose peer address comes mapped", () => {
    expect(clientOf({ trustedProxies }, "::ffff:10.0.0.1", { "x-forwarded-for": "203.0.113.9" })).toBe("203.0.113.9");
  });

  it("is the proxy itself where the proxy forwards for no client", () => {
    expect(clientOf({ trustedProxies }, PROXY)).toBe(PROXY);
  });

  it("is unknown where the socket has no peer", () => {
    expect(clientOf({ trustedProxies }, undefined, { "x-forwarded-for": "203.0.113.9" })).toBe(UNKNOWN);
  });

  it.each([
    [32, "203.0.113.9"],
    [33, UNKNOWN],
    [10_000, UNKNOWN],
  ])("reads at most 32 hops: %i", (count, expected) => {
    const chain = ["203.0.113.9", ...Array.from({ length: count - 1 }, () => "10.0.0.2")].join(",");
    expect(clientOf({ trustedProxies }, PROXY, { "x-forwarded-for": chain })).toBe(expected);
    const lines = chain.split(",").map((hop) => ["x-forwarded-for", hop] as const);
    expect(clientOf({ trustedProxies }, PROXY, lines)).toBe(expected);
  });
});

describe("with one named header", () => {
  const options: ClientAddressOptions = { trustedProxies, clientAddress: { header: "CF-Connecting-IP" } };

  it.each<[string, HeadersInput, string]>([
    ["its value", { "cf-connecting-ip": "203.0.113.9" }, "203.0.113.9"],
    ["without its port", { "cf-connecting-ip": "[2001:db8::1]:443" }, "2001:db8::1"],
    ["and not X-Forwarded-For", { "cf-connecting-ip": "203.0.113.9", "x-forwarded-for": "3.18.12.63" }, "203.0.113.9"],
    ["unknown where it is absent", { "x-forwarded-for": "3.18.12.63" }, UNKNOWN],
    ["unknown where it came twice", { "cf-connecting-ip": ["203.0.113.9", "203.0.113.9"] }, UNKNOWN],
  ])("a trusted proxy says: %s", (_, headers, expected) => {
    expect(clientOf(options, PROXY, headers)).toBe(expected);
  });

  it("is not believed from anyone else", () => {
    expect(clientOf(options, "198.51.100.1", { "cf-connecting-ip": "3.18.12.63" })).toBe("198.51.100.1");
  });

  it("needs trusted proxies, or anyone could write it", () => {
    expect(() => clientAddressOf({ clientAddress: { header: "cf-connecting-ip" } })).toThrow(/needs trustedProxies/);
  });

  it.each([
    ["X-Forwarded-For", /leave clientAddress out/],
    ["Forwarded", /RFC 7239/],
    ["", /cf-connecting-ip/],
    ["x real ip", /cf-connecting-ip/],
  ])("cannot be %j", (header, fix) => {
    expect(() => clientAddressOf({ trustedProxies, clientAddress: { header } })).toThrow(fix);
  });

  it.each([["cloudflare"], [true], [null], [{}]])("%j is no source", (source) => {
    expect(() => clientAddressOf({ clientAddress: source as never })).toThrow(TypeError);
  });
});

describe("with Express's own address", () => {
  const of = clientAddressOf({ clientAddress: "express" });

  it("is what req.ip says", () => {
    expect(of({ ...toDelivery({ remoteAddress: PROXY }), expressAddress: () => "203.0.113.9" })).toBe("203.0.113.9");
  });

  it.each([
    ["the app is not Express", {}],
    ["req.ip is undefined", { expressAddress: () => undefined }],
  ])("is unknown where %s", (_, more) => {
    expect(of({ ...toDelivery({ remoteAddress: PROXY }), ...more })).toHaveProperty("hint");
  });

  it("excludes trusted proxies, for Express has its own", () => {
    expect(() => clientAddressOf({ trustedProxies, clientAddress: "express" })).toThrow(/exclude each other/);
  });
});

describe.each([
  ["Express 5", express5],
  ["Express 4", express4],
])("the trust proxy setting of %s", (_, express) => {
  const settings: [string, unknown, boolean, boolean][] = [
    ["nothing", undefined, false, false],
    ["false", false, false, false],
    ["true", true, true, false],
    ["one hop", 1, false, true],
    ["three hops", 3, false, true],
    ["zero hops", 0, false, false],
    ["loopback", "loopback", false, false],
    ["private networks", "loopback, linklocal, uniquelocal", false, false],
    ["one network", ["10.0.0.0/8"], false, false],
    ["both halves of IPv4", "0.0.0.0/1, 128.0.0.0/1", true, false],
    ["both halves of IPv6", ["::/1", "8000::/1"], true, false],
    ["a function that trusts everyone", () => true, true, false],
    ["a function that trusts its first hop", (_address: string, hop: number) => hop < 1, false, false],
    ["a function that trusts a network", (address: string) => address.startsWith("10."), false, false],
  ];

  it.each(settings)("%s", (_name, setting, isPermissive, isCount) => {
    const app = express();
    if (setting !== undefined) app.set("trust proxy", setting);
    const appGet = (name: string) => app.get(name);
    expect(isPermissiveTrust(appGet)).toBe(isPermissive);
    expect(isHopCount(appGet)).toBe(isCount);
  });
});
