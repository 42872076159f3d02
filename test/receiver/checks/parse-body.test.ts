// Bodies become payloads, and what cannot be parsed is refused.
import { describe, expect, it } from "vitest";
import type { BodyFormats } from "../../../src/body-formats/format.js";
import type { DeliveryContext } from "../../../src/receiver/checks/check.js";
import { parseBodyCheck } from "../../../src/receiver/checks/parse-body.js";
import { passageOf } from "./delivery-context.js";

const FORMATS: BodyFormats = {
  "application/json": "json",
  "application/x-www-form-urlencoded": "form",
  "text/plain": "text",
  "application/octet-stream": "bytes",
};
const parse = parseBodyCheck(FORMATS);

function typed(contentType: string, body: string | Uint8Array): DeliveryContext {
  return passageOf({ headers: { "content-type": contentType }, body });
}

describe("parseBodyCheck sets the payload", () => {
  it.each<[string, string, string | Uint8Array, unknown]>([
    ["a JSON value", "application/json", '{"a":[1]}', { a: [1] }],
    ["JSON after a byte order mark", "application/json; charset=utf-8", '\ufeff{"a":1}', { a: 1 }],
    ["form fields", "application/x-www-form-urlencoded", "a=1+2&b=%C3%BC&a=3", { a: ["1 2", "3"], b: "ü" }],
    ["an empty form", "application/x-www-form-urlencoded", "", {}],
    ["a text", "text/plain; charset=utf-8", "Grüße\n", "Grüße\n"],
    ["an empty text", "text/plain", "", ""],
  ])("%s", (_name, contentType, body, payload) => {
    const ctx = typed(contentType, body);
    expect(parse(ctx)).toBeUndefined();
    if (contentType.includes("form")) expect({ ...(ctx.payload as object) }).toEqual(payload);
    else expect(ctx.payload).toEqual(payload);
    expect(ctx.trace.lines).toEqual([{ check: "parse", result: "passed" }]);
  });

  it("bytes, which stay the body's own", () => {
    const ctx = typed("application/octet-stream", Buffer.from([0xff, 0x00]));
    expect(parse(ctx)).toBeUndefined();
    expect(ctx.payload).toBe(ctx.delivery.body);
  });

  it("by the first format where no Content-Type came", () => {
    const ctx = passageOf({ body: "[]" });
    expect(parse(ctx)).toBeUndefined();
    expect(ctx.payload).toEqual([]);
  });

  it.each(["GET", "HEAD", "OPTIONS"])("not at all on a %s without a body", (method) => {
    const ctx = passageOf({ method });
    expect(parse(ctx)).toBeUndefined();
    expect(ctx.payload).toBeUndefined();
  });

  it("leaves the body as it came", () => {
    const ctx = typed("application/json", '\ufeff{ "a" : "\\u0000\\ud800" }');
    expect(parse(ctx)).toBeUndefined();
    expect(ctx.payload).toEqual({ a: "\0\ud800" });
    expect(ctx.delivery.body.toString()).toBe('\ufeff{ "a" : "\\u0000\\ud800" }');
  });
});

describe("parseBodyCheck rejects as bad_payload", () => {
  it.each<[string, string, string | Uint8Array]>([
    ["an empty body where JSON was expected", "application/json", ""],
    ["a form sent as JSON", "application/json", "a=1"],
    ["JSON that is not UTF-8", "application/json", Buffer.from([0x22, 0xff, 0x22])],
    ["JSON 65 levels deep", "application/json", "[".repeat(65) + "]".repeat(65)],
    ["a member named __proto__", "application/json", '{"__proto__":{"admin":true}}'],
    ["a text that is not UTF-8", "text/plain", Buffer.from([0xff])],
    ["a form that is not UTF-8", "application/x-www-form-urlencoded", Buffer.from([0x61, 0x3d, 0xff])],
    ["a form of 1,001 fields", "application/x-www-form-urlencoded", "a=1&".repeat(1_001)],
  ])("%s", (_name, contentType, body) => {
    const ctx = typed(contentType, body);
    expect(parse(ctx)).toEqual({ name: "bad_payload", hint: expect.any(String) });
    expect(ctx.payload).toBeUndefined();
    expect(ctx.trace.lines).toEqual([{ check: "parse", result: "refused", hint: expect.any(String) }]);
  });

  it("a GET with a body of a type that is not accepted", () => {
    const ctx = passageOf({ method: "GET", headers: { "content-type": "text/html" }, body: "<p>" });
    expect(parse(ctx)).toMatchObject({ name: "bad_payload" });
  });

  it("leaves Object.prototype alone", () => {
    parse(typed("application/json", '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe("parseBodyCheck and JSON in a form field", () => {
  const inForm = parseBodyCheck({ "application/x-www-form-urlencoded": { jsonInForm: "payload" } });
  const form = (body: string) => typed("application/x-www-form-urlencoded", body);

  it("takes the field's JSON as the payload", () => {
    const ctx = form(`payload=${encodeURIComponent('{"action":"opened","title":"a+b &c"}')}&extra=1`);
    expect(inForm(ctx)).toBeUndefined();
    expect(ctx.payload).toEqual({ action: "opened", title: "a+b &c" });
  });

  it.each([
    ["is not there", "other=1", /not there/],
    ["is there twice", "payload=%7B%7D&payload=%7B%7D", /more than once/],
    ["is empty", "payload=", /not JSON/],
    ["is not JSON", "payload=x", /not JSON/],
    ["is too deep", `payload=${"[".repeat(65)}${"]".repeat(65)}`, /levels/],
    ["hides __proto__ behind an escape", "payload=%7B%22%5Cu005f_proto__%22%3A1%7D", /__proto__/],
  ])("rejects a field that %s", (_name, body, hint) => {
    expect(inForm(form(body))).toEqual({ name: "bad_payload", hint: expect.stringMatching(hint) });
  });
});

describe("a body that is JSON and a form at once", () => {
  const body = '{"title":"&payload={}&"}';
  const formType = "application/x-www-form-urlencoded";

  it.each<[string, BodyFormats]>([
    ["a form", { "application/json": "json", [formType]: "form" }],
    ["JSON in a form", { [formType]: { jsonInForm: "payload" }, "application/json": "json" }],
  ])("is never %s of a sender that sends JSON as well", (_name, formats) => {
    const ending = parseBodyCheck(formats)(typed(formType, body));
    expect(ending).toEqual({ name: "bad_payload", hint: expect.stringContaining("the body is JSON") });
    expect(parseBodyCheck(formats)(typed(formType, `[${body}]`))).toMatchObject({ name: "bad_payload" });
    expect(parseBodyCheck(formats)(typed("application/json", body))).toBeUndefined();
  });

  it("is a form of a sender that sends nothing else", () => {
    expect(parseBodyCheck({ [formType]: "form" })(typed(formType, body))).toBeUndefined();
  });
});

it("refuses formats it does not know when built", () => {
  expect(() => parseBodyCheck({ "application/xml": "xml" } as unknown as BodyFormats)).toThrow(TypeError);
});
