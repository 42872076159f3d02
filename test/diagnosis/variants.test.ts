// Undoing what happened to a body or a URL takes time and room in proportion to it, whatever a stranger has sent.
import { describe, expect, it } from "vitest";
import { parseHeaderLines } from "../../src/cli/verify/recorded.js";
import { secretVariants } from "../../src/cli/verify/secret-variants.js";
import { bodyVariants } from "../../src/diagnosis/body-variants.js";
import { urlVariants } from "../../src/diagnosis/url-variants.js";
import { growth, HOSTILE_TEXTS, LINEAR } from "../support/linear.js";

const LENGTH = 16_384;
const URL_HEADERS = [
  "host",
  "forwarded",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-proto",
  "x-original-uri",
];

/** All of them, and how long they are together. */
function consume(body: Buffer): { readonly count: number; readonly bytes: number } {
  let [count, bytes] = [0, 0];
  for (const variant of bodyVariants(body)) {
    count++;
    bytes += variant.body.length;
  }
  return { count, bytes };
}

describe.each(HOSTILE_TEXTS)("%s", (_, textOf) => {
  it("as a body", async () => {
    expect(await growth((length) => consume(Buffer.from(textOf(length))), LENGTH)).toBeLessThan(LINEAR);
  });

  it("as a body of 256 KB makes few variants, none much larger than itself", () => {
    const body = Buffer.from(textOf(262_144));
    const { count, bytes } = consume(body);
    expect(count).toBeLessThan(64);
    expect(bytes).toBeLessThan(count * (body.length * 16 + 4_096) + 1);
  });

  it("as a URL, or a header that contains one", async () => {
    const work = (length: number) => {
      const text = textOf(length);
      for (const url of [text, `https://example.com${text}`, `https://${text}`])
        urlVariants({ url, headers: [] }, [url]);
      for (const name of URL_HEADERS)
        urlVariants({ url: "/hooks?a=1", headers: [[name, text]] }, ["https://a.example"]);
    };
    expect(await growth(work, LENGTH)).toBeLessThan(LINEAR);
  });

  it("as a secret, or a line of recorded headers", async () => {
    const work = (length: number) => {
      const text = textOf(length);
      secretVariants(text);
      parseHeaderLines([text, `a:${text}`, `a:${text}x`]);
    };
    expect(await growth(work, LENGTH)).toBeLessThan(LINEAR);
  });
});

describe("what usually befalls a body is still undone", () => {
  const json = '{"a":"é/<","n":[1,2]}';
  it.each([
    ["a line break added", `${json}\n`, json],
    ["several added", `${json}\n\r\n\n`, json],
    ["one cut off", json, `${json}\n`],
    ["CRLF", "a\r\nb", "a\nb"],
    ["LF", "a\nb", "a\r\nb"],
    ["white space around", `  ${json}\t`, json],
    ["base64", Buffer.from(json).toString("base64"), json],
    [
      "base64 in lines",
      `${Buffer.from(json.repeat(9)).toString("base64").replace(/.{76}/g, "$&\n")}\n`,
      json.repeat(9),
    ],
    ["an indent of 2", json, JSON.stringify(JSON.parse(json), null, 2)],
    ["an indent of 4, and a line break", json, `${JSON.stringify(JSON.parse(json), null, 4)}\n`],
    ["Python's blanks and escapes", json, '{"a": "\\u00e9/<", "n": [1, 2]}'],
    ["PHP's slashes", json, '{"a":"\\u00e9\\/<","n":[1,2]}'],
    ["Go's escapes", json, '{"a":"é/\\u003c","n":[1,2]}'],
    ["a byte order mark", `\ufeff${json}`, json],
    ["Latin-1 read as UTF-8 twice", Buffer.from(json).toString("latin1"), json],
  ])("%s", (_, came, signed) => {
    const found = [...bodyVariants(Buffer.from(came))].map(({ body }) => body.toString("utf8"));
    expect(found).toContain(signed);
  });
});
