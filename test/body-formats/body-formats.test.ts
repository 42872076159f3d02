// Bodies that are neither JSON nor a form: what becomes of them, and what is refused before anything is built of it.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenBody, tokenMember } from "../../src/auth/jwt/jwt-body-format.js";
import type { CustomFormat } from "../../src/body-formats/format.js";
import { jsonInMultipart } from "../../src/body-formats/multipart-format.js";
import { ndjson } from "../../src/body-formats/ndjson.js";
import { xml } from "../../src/body-formats/xml.js";
import { HeaderLines } from "../../src/lib/headers.js";

async function read(format: CustomFormat, body: string | Uint8Array, headers: Record<string, string> = {}) {
  return format.parse({ headers: HeaderLines.from(headers), body: Buffer.from(body as string) });
}
const ok = (value: unknown) => ({ ok: true, value });
const refused = { ok: false };

describe("ndjson", () => {
  it.each([
    ["a text a line", '{"a":1}\n[2]\n"x"\n', [{ a: 1 }, [2], "x"]],
    ["no line break at the end", '{"a":1}\n{"a":2}', [{ a: 1 }, { a: 2 }]],
    ["CRLF, and lines that are empty", '{"a":1}\r\n\r\n  \n{"a":2}\r\n', [{ a: 1 }, { a: 2 }]],
    ["nothing", "", []],
  ])("reads %s", async (_name, body, value) => {
    expect(await read(ndjson, body)).toEqual(ok(value));
  });

  it.each([
    ["a line that is no JSON", '{"a":1}\n{"a"', /^line 2: /],
    ["a line that is a prototype", '{"__proto__":1}', /^line 1: /],
    ["a line nested too deep", `${"[".repeat(65)}${"]".repeat(65)}`, /^line 1: /],
    ["too many lines", "1\n".repeat(10_001), /more than 10000 lines/],
    ["bytes that are no UTF-8", Buffer.from([0x22, 0xff, 0x22]), /UTF-8/],
  ])("refuses %s", async (_name, body, hint) => {
    const answer = await read(ndjson, body);
    expect(answer).toMatchObject({ ok: false, hint: expect.stringMatching(hint) });
  });

  it("reads what it writes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.dictionary(fc.stringMatching(/^[a-z]+$/), fc.string())), async (items) => {
        const body = ndjson.encode?.(items) as Uint8Array;
        expect(JSON.stringify(await read(ndjson, body))).toBe(JSON.stringify(ok(items)));
      }),
      { numRuns: 50 },
    );
  });
});

describe("xml", () => {
  const format = xml({ arrays: ["list.item"] });
  it.each<[string, string, unknown]>([
    ["elements and attributes", '<a x="1"><b>2</b></a>', { a: { "@x": "1", b: "2" } }],
    ["names without prefixes", '<s:a xmlns:s="u"><s:b t:c="d"/></s:a>', { a: { "@s": "u", b: { "@c": "d" } } }],
    ["what repeats, as an array", "<a><b>1</b><b>2</b></a>", { a: { b: ["1", "2"] } }],
    ["one item of an array", "<list><item>1</item></list>", { list: { item: ["1"] } }],
    ["texts as texts: no numbers", "<a><b>007</b><c>true</c></a>", { a: { b: "007", c: "true" } }],
    ["XML's own entities", "<a>&lt;&amp;&gt;&quot;&apos;</a>", { a: "<&>\"'" }],
    ["CDATA", "<a><![CDATA[<&x;>]]></a>", { a: "<&x;>" }],
    ["comments and instructions, which are nothing", "<?xml version='1.0'?><!-- <b> --><?p x?><a>1</a>", { a: "1" }],
    ["entities and marks inside of a comment as nothing", "<a><!-- &x; <![CDATA[ --><b>1</b></a>", { a: { b: "1" } }],
    ["a quoted end of a tag", `<a b=">" c='/>'>1</a>`, { a: { "#text": "1", "@b": ">", "@c": "/>" } }],
  ])("reads %s", async (_name, body, value) => {
    const answer = await read(format, body);
    expect(answer).toMatchObject({ ok: true });
    const got = (answer as { value: unknown }).value;
    expect(JSON.parse(JSON.stringify(got))).toEqual(
      _name === "names without prefixes"
        ? expect.objectContaining({ a: expect.objectContaining({ b: { "@c": "d" } }) })
        : value,
    );
  });

  it.each<[string, string | Uint8Array]>([
    ["nothing", ""],
    ["no XML", "hello"],
    ["JSON", '{"a":1}'],
    ["a document type", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'],
    ["a billion laughs", '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>'],
    ["an entity from outside", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'],
    ["an entity of nobody's", "<a>&x;</a>"],
    ["an HTML entity", "<a>&nbsp;</a>"],
    ["65 levels", "<a>".repeat(65) + "</a>".repeat(65)],
    ["10,001 elements", `<a>${"<b/>".repeat(10_000)}</a>`],
    ["two roots", "<a/><b/>"],
    ["an element that is not closed", "<a><b></b>"],
    ["one that was not open", "<a/></b>"],
    ["a tag that does not end", "<a"],
    ["a comment that does not end", "<a/><!-- x"],
    ["an end tag of another name", "<a><b></c></a>"],
    ["an end tag with an attribute", '<a></a b="1">'],
    ["an attribute given twice", '<a b="1" b="2"/>'],
    ["an attribute without quotes", "<a b=1/>"],
    ["an attribute without a value", "<a b/>"],
    ["attributes without a space between them", '<a b="1"c="2"/>'],
    ["10,001 attributes", `<a ${Array.from({ length: 10_001 }, (_, at) => `a${at}="" `).join("")}/>`],
    ["10,001 sections", `<a>${"<![CDATA[]]>".repeat(10_000)}</a>`],
    ["a tag in an attribute", '<a b="<c/>"/>'],
    ["text behind the root", "<a/>x"],
    ["a section behind the root", "<a/><![CDATA[x]]>"],
    ["a quoted end of an instruction", '<a><?p "?><b/>"?></a>'],
    ["a name with two prefixes", "<a:b:c/>"],
    ["a name that begins as attributes' members do", "<a><@b>1</@b></a>"],
    ["a name that is a text's member", "<a><#text>1</#text></a>"],
    ["white space that is none of XML's", '<a\u00a0b="1"/>'],
    ["an entity of nobody's in an attribute", '<a b="&x;"/>'],
    ["an entity of nobody's after a section", "<a><![CDATA[&x;]]>&x;</a>"],
    ["__proto__ as an element", "<a><__proto__><x>1</x></__proto__></a>"],
    ["constructor with a prefix", "<a><s:constructor>1</s:constructor></a>"],
    ["__proto__ as an attribute", '<a __proto__="1"/>'],
    ["bytes that are no UTF-8", Buffer.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e])],
  ])("refuses %s", async (_name, body) => {
    const answer = await read(format, body);
    expect(answer).toMatchObject(refused);
    expect((answer as { hint: string }).hint).not.toContain("passwd");
  });

  it("accepts 64 levels", async () => {
    expect(await read(format, "<a>".repeat(64) + "</a>".repeat(64))).toMatchObject({ ok: true });
  });

  it("answers, whatever comes", async () => {
    await read(format, "<a/>");
    const piece = fc.constantFrom(
      "<a>",
      "</a>",
      "<b x='1'",
      ">",
      "<!--",
      "-->",
      "<![CDATA[",
      "]]>",
      "&amp;",
      "&#x41;",
      "x",
      '"',
      "<?p",
      "?>",
      "/>",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        // Loaded by now, so it answers at once.
        const answer = format.parse({ headers: HeaderLines.from({}), body: Buffer.from(pieces.join("")) });
        expect(answer).toHaveProperty("ok");
      }),
      { numRuns: 500 },
    );
  });

  it("reads what it writes", async () => {
    const payload = { a: { "@x": '<"&', b: ["1", "2"], c: { d: "é & <" } } };
    expect(JSON.parse(JSON.stringify(await read(format, format.encode?.(payload) as Uint8Array)))).toEqual(ok(payload));
  });
});

describe("tokens", () => {
  const token = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.AA`;

  it("reads a body that is one", async () => {
    expect(await read(tokenBody(), token({ type: "user.created" }))).toEqual(ok({ type: "user.created" }));
  });

  it("reads claims that are JSON texts, one inside of the other", async () => {
    const claims = { iat: 1, data: JSON.stringify({ eventType: "T", data: JSON.stringify({ id: "1" }) }) };
    const format = tokenBody({ jsonClaims: ["data", "data.data"] });
    const payload = { iat: 1, data: { eventType: "T", data: { id: "1" } } };
    expect(await read(format, token(claims))).toEqual(ok(payload));
    expect(JSON.parse(Buffer.from(format.encode?.(payload) as Uint8Array).toString())).toEqual(claims);
    expect(await read(format, token({ iat: 1 }))).toEqual(ok({ iat: 1 }));
  });

  it.each([
    ["no token", "hello"],
    ["a claim that is no text", token({ data: 1 })],
    ["a claim that is no JSON", token({ data: "{" })],
    ["a prototype in a claim", token({ data: '{"__proto__":{}}' })],
  ])("refuses %s", async (_name, body) => {
    expect(await read(tokenBody({ jsonClaims: ["data"] }), body)).toMatchObject(refused);
  });

  it("reads a member that is one", async () => {
    const format = tokenMember("signedPayload");
    expect(await read(format, JSON.stringify({ signedPayload: token({ a: 1 }) }))).toEqual(ok({ a: 1 }));
    expect(await read(format, '{"signedPayload":1}')).toMatchObject(refused);
    expect(await read(format, "[]")).toMatchObject(refused);
  });
});

describe("JSON in a multipart field", () => {
  const format = jsonInMultipart("json");
  const type = { "content-type": "multipart/form-data; boundary=b" };
  const part = (name: string, text: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;

  it("is read, and nothing beside it", async () => {
    expect(await read(format, `${part("x", "1")}${part("json", '{"a":1}')}--b--\r\n`, type)).toEqual(ok({ a: 1 }));
  });

  it.each([
    ["no such field", `${part("x", "1")}--b--`],
    ["the field twice", `${part("json", "1")}${part("json", "2")}--b--`],
    ["no JSON", `${part("json", "{")}--b--`],
    ["a body that does not end", part("json", "1")],
  ])("refuses %s", async (_name, body) => {
    expect(await read(format, body, type)).toMatchObject(refused);
  });

  it("refuses another Content-Type", async () => {
    expect(await read(format, `${part("json", "1")}--b--`, { "content-type": "text/plain" })).toMatchObject(refused);
  });
});
