// The table of docs/migrating.md for an HMAC written by hand: each row verifies what the hand-written code signs.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createReceiver, defineSender, header, json } from "hookgate";
import { type HmacOptions, hmac, param } from "hookgate/auth";
import { describe, expect, it } from "vitest";

const page = readFileSync(new URL("../../docs/migrating.md", import.meta.url), "utf8");
const secret = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const publicUrl = "https://example.com/webhooks/acme";
const body = '{"id":"1","type":"order.created"}';
const time = String(Math.floor(Date.now() / 1000));

function digest(encoding: "hex" | "base64", text: string, key: string | Buffer = secret): string {
  return createHmac("sha256", key).update(text).digest(encoding);
}

interface Row {
  /** As the page writes it. */
  readonly shown: readonly string[];
  readonly options?: Partial<HmacOptions>;
  readonly headers: Readonly<Record<string, string>>;
}

const HEADER = "x-acme-signature";
const plain = { header: HEADER, encoding: "hex" } as const;
const rows: Readonly<Record<string, Row>> = {
  "hex, as in the example": {
    shown: ['signature: { header: "x-acme-signature", encoding: "hex" }'],
    headers: { [HEADER]: digest("hex", body) },
  },
  "a prefix": {
    shown: ['prefix: "sha256="'],
    options: { signature: { ...plain, prefix: "sha256=" } },
    headers: { [HEADER]: `sha256=${digest("hex", body)}` },
  },
  base64: {
    shown: ['encoding: "base64"'],
    options: { signature: { ...plain, encoding: "base64" } },
    headers: { [HEADER]: digest("base64", body) },
  },
  "pairs with a time": {
    shown: ['signed: "{timestamp}.{body}"', 'timestamp: param("t", "unix-seconds")', 'form: { pairs: "v1" }'],
    options: {
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { ...plain, form: { pairs: "v1" } },
    },
    headers: { [HEADER]: `t=${time},v1=${digest("hex", `${time}.${body}`)}` },
  },
  "a time in a header of its own": {
    shown: ['timestamp: header("x-acme-time", "unix-seconds")'],
    options: { signed: "{timestamp}.{body}", timestamp: header("x-acme-time", "unix-seconds") },
    headers: { [HEADER]: digest("hex", `${time}.${body}`), "x-acme-time": time },
  },
  "a secret in hex": {
    shown: ['key: "hex"'],
    options: { key: "hex" },
    headers: { [HEADER]: digest("hex", body, Buffer.from(secret, "hex")) },
  },
  "a secret in base64": {
    shown: ['key: "base64"'],
    options: { key: "base64" },
    headers: { [HEADER]: digest("hex", body, Buffer.from(secret, "base64")) },
  },
  "a signed URL": {
    shown: ['signed: "{url}{body}"'],
    options: { signed: "{url}{body}" },
    headers: { [HEADER]: digest("hex", publicUrl + body) },
  },
};

describe("an HMAC written by hand", () => {
  it.each(Object.entries(rows))("%s", async (_, { shown, options, headers }) => {
    for (const text of shown) expect(page).toContain(text);
    const sender = defineSender({
      name: "acme",
      auth: hmac({ secret, signed: "{body}", signature: plain, ...options }),
      event: { id: json("id"), type: json("type") },
    });
    const quiet = { onOutcome: () => undefined, onError: () => undefined, publicUrl };
    const receiver = createReceiver(sender, quiet).on("order.created", () => undefined);
    const deliver = (text: string) =>
      receiver.receive({ headers: { ...headers, "content-type": "application/json" }, body: text });
    expect((await deliver(body)).name).toBe("processed");
    expect((await deliver(body.replace("1", "2"))).name).toBe("unauthenticated");
  });
});
