// Content-Type, Content-Encoding and Content-Length are checked before the body is read.
import { describe, expect, it } from "vitest";
import { compileFormats, formatFor } from "../../../src/body-formats/content-type.js";
import type { BodyFormats } from "../../../src/body-formats/format.js";
import type { DeliveryInput } from "../../../src/core/delivery.js";
import { HeaderLines } from "../../../src/lib/headers.js";
import type { Check } from "../../../src/receiver/checks/check.js";
import { alreadyReadCheck, contentHeadersCheck } from "../../../src/receiver/checks/content-headers.js";
import { passageOf } from "./delivery-context.js";

const JSON_ONLY: BodyFormats = { "application/json": "json", "application/*+json": "json" };
const check = contentHeadersCheck({ formats: JSON_ONLY, maxBodyBytes: 1_000 });

const run = (step: Check, input: DeliveryInput) => step(passageOf(input));
const ofType = (contentType: string) => ({ headers: { "content-type": contentType } });

describe("contentHeadersCheck accepts", () => {
  it.each<[string, DeliveryInput]>([
    ["the sender's type", ofType("application/json")],
    ["upper case", ofType("Application/JSON")],
    ["charset utf-8", ofType("application/json; charset=utf-8")],
    ["charset in quotes and upper case", ofType('application/json;Charset="UTF-8"')],
    ["charset utf8, as many write it", ofType("application/json; charset=utf8")],
    ["charset us-ascii", ofType("application/json; charset=us-ascii")],
    ["other parameters", ofType("application/json; version=1; profile=x")],
    ["white space before the semicolon", ofType("application/json ; charset=utf-8")],
    ["a type by its suffix", ofType("application/cloudevents+json")],
    ["no Content-Type", {}],
    ["Content-Encoding: identity", { headers: { "content-encoding": "Identity" } }],
    ["a body of just the limit", { headers: { "content-length": "1000" } }],
    ["no Content-Length", ofType("application/json")],
  ])("%s", (_name, input) => {
    expect(run(check, input)).toBeUndefined();
  });

  it.each(["GET", "HEAD", "OPTIONS"])("any type on %s, which has no body", (method) => {
    expect(run(check, { method, ...ofType("text/plain") })).toBeUndefined();
  });

  it("adds one line to the trace", () => {
    const ctx = passageOf({});
    check(ctx);
    expect(ctx.trace.lines).toEqual([{ check: "content-headers", result: "passed" }]);
  });
});

describe("contentHeadersCheck rejects", () => {
  it.each<[string, DeliveryInput]>([
    ["text/plain, which a browser may post across origins", ofType("text/plain")],
    ["text/plain that mentions JSON", ofType("text/plain; application/json")],
    ["a form", ofType("application/x-www-form-urlencoded")],
    ["a type that only starts like the sender's", ofType("application/jsonp")],
    ["a suffix without a name", ofType("application/+json")],
    ["a suffix of another family", ofType("text/x+json")],
    ["an empty Content-Type", ofType("")],
    ["two types in one line", ofType("application/json, text/plain")],
    ["charset utf-16", ofType("application/json; charset=utf-16")],
    ["charset utf-7", ofType("application/json; charset=utf-7")],
    ["charset iso-8859-1", ofType("application/json; charset=iso-8859-1")],
    ["an empty charset", ofType("application/json; charset=")],
    ["a second charset that differs", ofType("application/json; charset=utf-8; charset=utf-16")],
    [
      "Content-Type twice",
      {
        headers: [
          ["Content-Type", "application/json"],
          ["content-type", "application/json"],
        ],
      },
    ],
    ["gzip", { headers: { "content-encoding": "gzip" } }],
    ["gzip in upper case", { headers: { "content-encoding": "GZIP" } }],
    ["gzip twice", { headers: { "content-encoding": "gzip, gzip" } }],
    ["identity and then gzip, in two lines", { headers: { "content-encoding": ["identity", "gzip"] } }],
    ["brotli on a GET", { method: "GET", headers: { "content-encoding": "br" } }],
  ])("%s as unsupported_media_type", (_name, input) => {
    const ctx = passageOf(input);
    const ending = check(ctx);
    expect(ending).toMatchObject({
      name: "unsupported_media_type",
      hint: expect.stringMatching(/Content-(Type|Encoding)/),
    });
    expect(ctx.trace.lines).toEqual([{ check: "content-headers", result: "refused", hint: expect.any(String) }]);
  });

  it.each<[string, DeliveryInput]>([
    ["a Content-Length one over the limit", { headers: { "content-length": "1001" } }],
    ["a Content-Length beyond all numbers", { headers: { "content-length": "9".repeat(400) } }],
    ["a large Content-Length on a GET", { method: "GET", headers: { "content-length": "1001" } }],
    ["a body that is here already, one over the limit", { body: Buffer.alloc(1_001) }],
  ])("%s as body_too_large", (_name, input) => {
    expect(run(check, input)).toMatchObject({ name: "body_too_large", hint: expect.stringContaining("1000") });
  });

  it("logs what came, cut short", () => {
    const ending = run(check, ofType(`text/x-${"y".repeat(500)}`));
    expect((ending as { hint: string }).hint).toMatch(/application\/json.*text\/x-yyy/);
    expect((ending as { hint: string }).hint.length).toBeLessThan(300);
  });
});

describe("alreadyReadCheck, for bytes that were read and inflated upstream", () => {
  const already = alreadyReadCheck({ formats: JSON_ONLY, maxBodyBytes: 1_000 });

  it("does not ask about the encoding, nor about the length on the wire", () => {
    const headers = { "content-type": "application/json", "content-encoding": "gzip", "content-length": "2000" };
    expect(run(already, { headers, body: "{}" })).toBeUndefined();
  });

  it("counts the bytes it has: the limit passes, one more does not", () => {
    expect(run(already, { body: Buffer.alloc(1_000) })).toBeUndefined();
    expect(run(already, { body: Buffer.alloc(1_001) })).toMatchObject({ name: "body_too_large" });
  });

  it("still refuses another type", () => {
    expect(run(already, ofType("text/plain"))).toMatchObject({ name: "unsupported_media_type" });
  });
});

describe("formatFor", () => {
  const formats = compileFormats({
    "text/xml": "text",
    "Application/JSON": "json",
    "application/x-www-form-urlencoded": { jsonInForm: "payload" },
    "application/*+json": "json",
    "image/*": "bytes",
  });
  const formatOf = (contentType: string) => formatFor(formats, HeaderLines.from({ "content-type": contentType }));

  it.each([
    ["text/xml", "text"],
    ["application/json;charset=utf-8", "json"],
    ["application/vnd.api+json", "json"],
    ["application/x-www-form-urlencoded", { jsonInForm: "payload" }],
    ["image/png", "bytes"],
    ["image/png; charset=koi8-r", "bytes"],
    ["application/x-www-form-urlencoded; charset=koi8-r", undefined],
    ["video/mp4", undefined],
  ])("finds %s", (contentType, format) => {
    expect(formatOf(contentType)).toEqual(format);
  });

  it("takes the first where no Content-Type came", () => {
    expect(formatFor(formats, HeaderLines.from({}))).toBe("text");
  });

  it("takes anything by */*, and what is more exact first", () => {
    const any = compileFormats({ "*/*": "bytes", "application/json": "json" });
    expect(formatFor(any, HeaderLines.from({ "content-type": "application/json; charset=utf-8" }))).toBe("json");
    expect(formatFor(any, HeaderLines.from({ "content-type": "x" }))).toBe("bytes");
    expect(formatFor(any, HeaderLines.from({}))).toBe("bytes");
  });

  it("finds no format where Fetch has joined two Content-Types", () => {
    const joined = new HeaderLines(["content-type", "application/json, application/json"], true);
    expect(formatFor(compileFormats({ "*/*": "json" }), joined)).toBeUndefined();
  });
});

describe("compileFormats refuses", () => {
  it.each<[string, unknown, RegExp]>([
    ["nothing at all", {}, /at least one media type/],
    ["parameters", { "application/json; charset=utf-8": "json" }, /without parameters/],
    ["something that is no media type", { json: "json" }, /must be a media type/],
    ["two stars", { "application/*+*": "json" }, /must be a media type/],
    ["an unknown format", { "application/xml": "xml" }, /must be "json", "form", "text", "bytes"/],
    ["a form without a field", { "application/x-www-form-urlencoded": { jsonInForm: "" } }, /jsonInForm/],
    ["null", { "application/json": null }, /got null/],
  ])("%s", (_name, formats, message) => {
    expect(() => compileFormats(formats as BodyFormats)).toThrow(TypeError);
    expect(() => compileFormats(formats as BodyFormats)).toThrow(message);
  });
});
