import { describe, expect, it } from "vitest";
import type { BodyFormats } from "../../../src/body-formats/format.js";
import type { Passage } from "../../../src/receiver/checks/check.js";
import { parseStep } from "../../../src/receiver/checks/parse-body.js";
import { passageOf } from "./delivery-context.js";

const FORMATS: BodyFormats = {
  "application/json": "json",
  "application/x-www-form-urlencoded": "form",
  "text/plain": "text",
  "application/octet-stream": "bytes",
};
const parse = parseStep(FORMATS);

function typed(contentType: string, body: string | Uint8Array): Passage {
  return passageOf({ headers: { "content-type": contentType }, body });
}

describe("parseStep sets the payload", () => {
  it.each<[string, string, string | Uint8Array, unknown]>([
    ["a JSON value", "application/json", '{"a":[1]}', { a: [1] }],
    ["JSON after a byte order mark", "application/json; charset=utf-8", '\ufeff{"a":1}', { a: 1 }],
    ["form fields", "application/x-www-form-urlencoded", "a=1+2&b=%C3%BC&a=3", { a: ["1 2", "3"], b: "ü" }],
    ["an empty form", "application/x-www-form-urlencoded", "", {}],
    ["a text", "text/plain; charset=utf-8", "Grüße\n", "Grüße\n"],
    ["an empty text", "text/plain", "", ""],
  ])("%s", (_name, contentType, body, payload) => {
    const passage = typed(contentType, body);
    expect(parse(passage)).toBeUndefined();
    if (contentType.includes("form")) expect({ ...(passage.payload as object) }).toEqual(payload);
    else expect(passage.payload).toEqual(payload);
    expect(passage.trace.lines).toEqual([{ check: "parse", verdict: "passed" }]);
  });

  it("bytes, which stay the body's own", () => {
    const passage = typed("application/octet-stream", Buffer.from([0xff, 0x00]));
    expect(parse(passage)).toBeUndefined();
    expect(passage.payload).toBe(passage.delivery.body);
  });

  it("by the first format where no Content-Type came", () => {
    const passage = passageOf({ body: "[]" });
    expect(parse(passage)).toBeUndefined();
    expect(passage.payload).toEqual([]);
  });

  it.each(["GET", "HEAD", "OPTIONS"])("not at all on a %s without a body", (method) => {
    const passage = passageOf({ method });
    expect(parse(passage)).toBeUndefined();
    expect(passage.payload).toBeUndefined();
  });

  it("leaves the body as it came", () => {
    const passage = typed("application/json", '\ufeff{ "a" : "\\u0000\\ud800" }');
    expect(parse(passage)).toBeUndefined();
    expect(passage.payload).toEqual({ a: "\0\ud800" });
    expect(passage.delivery.body.toString()).toBe('\ufeff{ "a" : "\\u0000\\ud800" }');
  });
});

describe("parseStep rejects as bad_payload", () => {
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
    const passage = typed(contentType, body);
    expect(parse(passage)).toEqual({ name: "bad_payload", hint: expect.any(String) });
    expect(passage.payload).toBeUndefined();
    expect(passage.trace.lines).toEqual([{ check: "parse", verdict: "refused", hint: expect.any(String) }]);
  });

  it("a GET with a body of a type that nobody asked for", () => {
    const passage = passageOf({ method: "GET", headers: { "content-type": "text/html" }, body: "<p>" });
    expect(parse(passage)).toMatchObject({ name: "bad_payload" });
  });

  it("leaves Object.prototype alone", () => {
    parse(typed("application/json", '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'));
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe("parseStep and JSON in a form field", () => {
  const inForm = parseStep({ "application/x-www-form-urlencoded": { jsonInForm: "payload" } });
  const form = (body: string) => typed("application/x-www-form-urlencoded", body);

  it("takes the field's JSON as the payload", () => {
    const passage = form(`payload=${encodeURIComponent('{"action":"opened","title":"a+b &c"}')}&extra=1`);
    expect(inForm(passage)).toBeUndefined();
    expect(passage.payload).toEqual({ action: "opened", title: "a+b &c" });
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
    const ending = parseStep(formats)(typed(formType, body));
    expect(ending).toEqual({ name: "bad_payload", hint: expect.stringContaining("the body is JSON") });
    expect(parseStep(formats)(typed(formType, `[${body}]`))).toMatchObject({ name: "bad_payload" });
    expect(parseStep(formats)(typed("application/json", body))).toBeUndefined();
  });

  it("is a form of a sender that sends nothing else", () => {
    expect(parseStep({ [formType]: "form" })(typed(formType, body))).toBeUndefined();
  });
});

it("refuses formats it does not know when built", () => {
  expect(() => parseStep({ "application/xml": "xml" } as unknown as BodyFormats)).toThrow(TypeError);
});
