import { createHash, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hmac } from "../../src/auth/schemes/hmac.js";
import { type ItemHmacOptions, itemHmac } from "../../src/auth/schemes/item-hmac.js";
import { publicKey } from "../../src/auth/schemes/public-key.js";
import { type SignedFormOptions, signedForm } from "../../src/auth/schemes/signed-form.js";
import { unwrapped, viewOfJsonHeader, viewOfMultipart } from "../../src/auth/unwrap.js";
import { form, header, json } from "../../src/core/field.js";
import { parseForm } from "../../src/lib/form.js";
import { expectEveryBodyBitBound, flipped, outcomeOf, proofOf, received, signed, vectors } from "./proving.js";

const SECRET = "a secret of 24 bytes, ok";

const twilioLike = (secret: string) =>
  hmac({
    secret,
    algorithm: "sha1",
    signed: signedForm({ repeats: "sorted-once", urls: "with-and-without-port", bodyHash: "bodySHA256" }),
    signature: { header: "x-twilio-signature", encoding: "base64" },
  });
const mandrillLike = (secret: string) =>
  hmac({
    secret,
    algorithm: "sha1",
    signed: signedForm(),
    signature: { header: "x-mandrill-signature", encoding: "base64" },
  });

const FORM = { "content-type": "application/x-www-form-urlencoded" };

describe("URL and sorted form fields", () => {
  it.each(vectors("body-signatures", "twilio"))(
    "accepts Twilio's $description",
    async ({ url, headers, body, secretOrKey, method }) => {
      const auth = twilioLike(secretOrKey);
      const moment = { publicUrls: [url as string] };
      expect(await outcomeOf(auth, { method, url: new URL(url as string).pathname, headers, body }, moment)).toBe(
        "proven",
      );
      expect(await outcomeOf(auth, { method, headers, body: `${body}1` }, moment)).not.toBe("proven");
      expect(await outcomeOf(auth, { method, headers, body }, { publicUrls: [`${url}&x=1`] })).not.toBe("proven");
      expect(await outcomeOf(auth, { method, headers, body }, { publicUrls: [] })).toBe("misconfigured");
      expect(
        await outcomeOf(auth, { method, headers, body }, { publicUrls: ["https://other.test/", url as string] }),
      ).toBe("proven");
    },
  );

  it.each(vectors("body-signatures", "mandrill"))(
    "accepts Mandrill's $description",
    async ({ url, headers, body, secretOrKey }) => {
      const auth = mandrillLike(secretOrKey);
      const moment = { publicUrls: [url as string] };
      expect(await outcomeOf(auth, { headers, body }, moment)).toBe("proven");
      expect(await outcomeOf(auth, { headers, body: body.replace("inbound", "outbound") }, moment)).toBe(
        "unauthenticated",
      );
    },
  );

  it("accepts whatever bit is flipped only where the fields stay the same", async () => {
    const auth = twilioLike(SECRET);
    const body = Buffer.from("Body=Hello+%2B+%C3%A4&From=%2B1415&To=a&To=b&To=a");
    const request = await signed(auth, { headers: FORM, body });
    const fieldsOf = (bytes: Uint8Array) => JSON.stringify(parseForm(Buffer.from(bytes).toString("utf8")));
    await fc.assert(
      fc.asyncProperty(fc.nat(body.length - 1), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        const forged = flipped(body, at, bit);
        if ((await outcomeOf(auth, received({ ...request, body: forged }))) === "proven")
          expect(fieldsOf(forged)).toBe(fieldsOf(body));
      }),
      { numRuns: 400 },
    );
  });

  it("signs each different value of a repeated field once, sorted, or all as they came", async () => {
    const textsOf = (options: SignedFormOptions) =>
      signedForm(options).texts(
        received({ method: "POST", url: "/", headers: FORM, body: Buffer.from("b=2&a=1&b=1&b=2"), timestampMs: 0 }),
        { urls: ["u:"], timestamp: "", param: () => undefined },
      );
    expect(textsOf({ repeats: "sorted-once" })).toEqual(["u:a1b1b2"]);
    expect(textsOf({})).toEqual(["u:a1b2b1b2"]);
  });

  it("tries the spellings of a URL that Twilio may have signed", () => {
    const spellings = (url: string) =>
      signedForm({ urls: "with-and-without-port" }).texts(
        received({ method: "GET", url: "/", headers: {}, body: Buffer.alloc(0), timestampMs: 0 }),
        {
          urls: [url],
          timestamp: "",
          param: () => undefined,
        },
      );
    expect(spellings("https://a.test/p?q=it's")).toEqual(["https://a.test/p?q=it's", "https://a.test:443/p?q=it's"]);
    expect(spellings("http://a.test:8080/p?q=a b")).toEqual([
      "http://a.test:8080/p?q=a b",
      "http://a.test/p?q=a b",
      "http://a.test:8080/p?q=a%20b",
      "http://a.test/p?q=a%20b",
    ]);
    expect(spellings("https://[::1]/p")).toEqual(["https://[::1]/p", "https://[::1]:443/p"]);
  });

  describe("a body bound by its hash in the query", () => {
    const body = Buffer.from('{"a":1}');
    const hash = createHash("sha256").update(body).digest("hex");
    const url = `https://example.com/hooks?bodySHA256=${hash}`;

    it("is bound bit by bit", async () => {
      await expectEveryBodyBitBound(twilioLike(SECRET), await signed(twilioLike(SECRET), { url, body }));
    });

    it("is read from the signed URL, not from the URL of the request", async () => {
      const auth = twilioLike(SECRET);
      const moment = { publicUrls: ["https://example.com/hooks?tenant=1"] };
      const empty = await signed(auth, { url: moment.publicUrls[0] as string, body: Buffer.alloc(0) });
      const forged = { url: `/hooks?bodySHA256=${hash}`, headers: empty.headers, body };
      expect(await outcomeOf(auth, forged, moment)).not.toBe("proven");
    });

    it.each(["", "x".repeat(64), hash.toUpperCase(), `${hash}&bodySHA256=${hash}`])(
      "refuses the hash %j",
      async (value) => {
        const auth = twilioLike(SECRET);
        const request = await signed(auth, { url, body });
        expect(
          await outcomeOf(auth, received(request), { publicUrls: [`https://example.com/hooks?bodySHA256=${value}`] }),
        ).toBe("bad_credentials");
      },
    );
  });

  it("refuses bodies that are no form", async () => {
    const auth = mandrillLike(SECRET);
    const { headers } = await signed(auth, { headers: FORM, body: Buffer.from("a=1") });
    for (const body of [
      Buffer.from([0xff]),
      Buffer.alloc(1_048_577, 97),
      Buffer.from("&a=1".repeat(1_001)),
      Buffer.from("__proto__=1"),
    ]) {
      expect(await outcomeOf(auth, { headers, body })).toBe("bad_credentials");
    }
  });

  it.each([{ repeat: "as-sent" }, { repeats: "once" }, { urls: "all" }, { bodyHash: "" }])(
    "throws for %j",
    (options) => {
      expect(() => signedForm(options as SignedFormOptions)).toThrow(/^signedForm: /);
    },
  );
});

const adyen: ItemHmacOptions = {
  secret: "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00",
  key: "hex",
  items: "notificationItems",
  fields: [
    "pspReference",
    "originalReference",
    "merchantAccountCode",
    "merchantReference",
    "amount.value",
    "amount.currency",
    "eventCode",
    "success",
  ].map((name) => `NotificationRequestItem.${name}`),
  joint: ":",
  signature: "NotificationRequestItem.additionalData.hmacSignature",
  encoding: "base64",
};

describe("a signature on every item (Adyen)", () => {
  const [vector] = vectors("body-signatures", "adyen");
  const body = vector?.body as string;
  const item = {
    pspReference: "p",
    merchantReference: "r",
    amount: { value: 1, currency: "EUR" },
    eventCode: "A",
    success: "true",
  };
  const batch = (...items: object[]) =>
    Buffer.from(
      JSON.stringify({ live: "false", notificationItems: items.map((one) => ({ NotificationRequestItem: one })) }),
    );

  it("accepts the published delivery, and says what is bound", async () => {
    expect(await proofOf(itemHmac(adyen), { body })).toMatchObject({
      ok: true,
      keyIndex: 0,
      covers: { body: false, fields: adyen.fields },
    });
  });

  it.each(['pspReference":"p', 'merchantAccount"', 'reference"', "1000", "EUR", "REPORT", '"true"'])(
    "refuses another %s",
    async (text) => {
      const last = text.at(-1) === '"' ? text.length - 2 : text.length - 1;
      const changed = `${text.slice(0, last)}${text[last] === "9" ? "8" : "9"}${text.slice(last + 1)}`;
      expect(body.includes(text)).toBe(true);
      expect(await outcomeOf(itemHmac(adyen), { body: body.replaceAll(text, changed) })).toBe("unauthenticated");
    },
  );

  it("accepts what it signs, item by item, and refuses the delivery for one bad item", async () => {
    const auth = itemHmac(adyen);
    const request = await signed(auth, {
      body: batch(item, { ...item, pspReference: "q", merchantReference: "a:b\\c" }),
    });
    expect(await outcomeOf(auth, received(request))).toBe("proven");
    const text = request.body.toString();
    expect(await outcomeOf(auth, { body: text.replace('"q"', '"r"') })).toBe("unauthenticated");
    expect(await outcomeOf(auth, { body: text.replace(/,"additionalData":\{[^}]*\}/, "") })).toBe("unauthenticated");
  });

  it("accepts values with the joint inside as the documentation escapes them", async () => {
    const { createHmac } = await import("node:crypto");
    const sign = (text: string) =>
      createHmac("sha256", Buffer.from(adyen.secret as string, "hex"))
        .update(text)
        .digest("base64");
    const signedItem = (hmacSignature: string) =>
      batch({ ...item, merchantReference: "a:b", additionalData: { hmacSignature } });
    expect(await outcomeOf(itemHmac(adyen), { body: signedItem(sign("p:::a:b:1:EUR:A:true")) })).toBe("proven");
    expect(await outcomeOf(itemHmac(adyen), { body: signedItem(sign("p:::a\\:b:1:EUR:A:true")) })).toBe("proven");
  });

  it("with jointIn the end of each value is known", async () => {
    const { createHmac } = await import("node:crypto");
    const auth = itemHmac({ ...adyen, jointIn: "NotificationRequestItem.merchantReference" });
    const outcome = (text: string, over: object) => {
      const hmacSignature = createHmac("sha256", Buffer.from(adyen.secret as string, "hex"))
        .update(text)
        .digest("base64");
      return outcomeOf(auth, { body: batch({ ...item, ...over, additionalData: { hmacSignature } }) });
    };
    expect(await outcome("p:::a:b:1:EUR:A:true", { merchantReference: "a:b" })).toBe("proven");
    expect(await outcome("p:::a\\:b:1:EUR:A:true", { merchantReference: "a:b" })).toBe("proven");
    expect(await outcome("p:::a\\b:1:EUR:A:true", { merchantReference: "a\\b" })).toBe("proven");
    // What reads like an escaped value is one.
    expect(await outcome("p:::a\\:b:1:EUR:A:true", { merchantReference: "a\\:b" })).toBe("unauthenticated");
    const moved = { originalReference: ":a", merchantReference: "b" };
    expect(await outcome("p:::a:b:1:EUR:A:true", moved)).toBe("bad_credentials");
    expect(await outcome("p:::a:b:1:EUR:A:true", { pspReference: "p:", merchantReference: "a:b" })).toBe(
      "bad_credentials",
    );
  });

  it.each<[string, Buffer | string, string]>([
    ["no JSON", "{", "bad_credentials"],
    ["no items", batch(), "unauthenticated"],
    ["no array", '{"notificationItems":{}}', "unauthenticated"],
    ["nothing", "", "bad_credentials"],
    ["an item without a signature", batch(item), "unauthenticated"],
    ["a malformed signature", batch({ ...item, additionalData: { hmacSignature: "x" } }), "bad_credentials"],
    ["a signature that is no text", batch({ ...item, additionalData: { hmacSignature: 5 } }), "bad_credentials"],
    [
      "a wrong signature",
      batch({ ...item, additionalData: { hmacSignature: `${"A".repeat(43)}=` } }),
      "unauthenticated",
    ],
    [
      "a member that is no text",
      batch({ ...item, success: {}, additionalData: { hmacSignature: `${"A".repeat(43)}=` } }),
      "bad_credentials",
    ],
    ["too many items", batch(...Array(101).fill(item)), "bad_credentials"],
    ["items that are texts", '{"notificationItems":["a",1,null]}', "unauthenticated"],
  ])("%s", async (_name, given, expected) => {
    expect(await outcomeOf(itemHmac(adyen), { body: given })).toBe(expected);
  });

  it("decides by what a secret function answers", async () => {
    const outcomeWith = (secret: () => unknown) => outcomeOf(itemHmac({ ...adyen, secret: secret as never }), { body });
    expect(await outcomeWith(() => adyen.secret)).toBe("proven");
    expect(await outcomeWith(async () => null)).toBe("unauthenticated");
    expect(
      await outcomeWith(() => {
        throw new Error("down");
      }),
    ).toBe("undecided");
  });

  it.each<[string, object, RegExp]>([
    ["no fields", { fields: [] }, /fields must name at least one/],
    ["the signature among the fields", { fields: ["s"], signature: "s" }, /must not hold the signature/],
    ["no joint", { joint: "" }, /joint must be a text/],
    ["a joint in a field that is none", { jointIn: "x" }, /jointIn must be one of fields/],
    ["an unknown encoding", { encoding: "b64" }, /encoding must be one of/],
    ["an unknown option", { item: "x" }, /did you mean "items"/],
    ["a secret that is no hex", { secret: "xyz" }, /must be hex/],
  ])("throws for %s", (_name, over, message) => {
    expect(() => itemHmac({ ...adyen, ...over } as ItemHmacOptions)).toThrow(message);
  });
});

describe("a signature inside of the body", () => {
  const mailgun = (place: typeof json) =>
    hmac({
      secret: vectors("body-signatures", "mailgun")[0]?.secretOrKey,
      signed: place === json ? "{json:signature.timestamp}{json:signature.token}" : "{form:timestamp}{form:token}",
      timestamp: place(place === json ? "signature.timestamp" : "timestamp", "unix-seconds"),
      signature: { at: place(place === json ? "signature.signature" : "signature"), encoding: "hex" },
    });

  it.each(vectors("body-signatures", "mailgun"))("accepts Mailgun's $description", async ({ body, extra }) => {
    expect(await proofOf(mailgun(json), { body })).toMatchObject({
      ok: true,
      sentAtMs: (extra.now as number) * 1000,
      covers: { body: false, fields: ["signature.timestamp", "signature.token"] },
    });
    expect(await outcomeOf(mailgun(json), { body: body.replace("5egbgr", "5egbgs") })).toBe("unauthenticated");
    const fields = new URLSearchParams(extra.signature as Record<string, string>);
    expect(await outcomeOf(mailgun(form), { body: fields.toString() })).toBe("proven");
    expect(await outcomeOf(mailgun(form), { body: `${fields}&token=x` })).toBe("bad_credentials");
  });

  describe("of a multipart field (Dropbox Sign)", () => {
    const [vector] = vectors("body-signatures", "dropbox-sign");
    const auth = unwrapped(
      viewOfMultipart("json"),
      hmac({
        secret: vector?.secretOrKey,
        signed: "{json:event.event_time}{json:event.event_type}",
        timestamp: json("event.event_time", "unix-seconds"),
        signature: { at: json("event.event_hash"), encoding: "hex" },
      }),
    );
    const part = (name: string, text: string, more = "") =>
      `--b\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${text}\r\n`;
    const outcome = (body: string, contentType = "multipart/form-data; boundary=b") =>
      outcomeOf(auth, { headers: { "content-type": contentType }, body });
    const text = vector?.body as string;

    it("accepts the published event in a field of its own, and beside others", async () => {
      expect(await outcome(`${part("json", text)}--b--\r\n`)).toBe("proven");
      expect(await outcome(`${part("file", "x", '; filename="a.pdf"')}${part("json", text)}--b--`)).toBe("proven");
      expect(await outcome(`${part("json", text)}--b--`, 'Multipart/Form-Data; boundary="b"')).toBe("proven");
    });

    it("accepts what it signs", async () => {
      const body = Buffer.from('{"event":{"event_time":"1796083200","event_type":"x"}}');
      const request = await signed(auth, { body });
      expect(request.headers["content-type"]).toMatch(/^multipart/);
      expect(await outcomeOf(auth, received(request))).toBe("proven");
    });

    it.each<[string, string, string?]>([
      ["no boundary", `${part("json", text)}--b--`, "multipart/form-data"],
      ["another type", `${part("json", text)}--b--`, "application/json"],
      ["a preamble", `x\r\n${part("json", text)}--b--`],
      ["no end", part("json", text)],
      ["an epilogue", `${part("json", text)}--b--\r\nx`],
      ["the field twice", `${part("json", text)}${part("json", text)}--b--`],
      [
        "two dispositions",
        `--b\r\nContent-Disposition: form-data; name="a"\r\nContent-Disposition: form-data; name="json"\r\n\r\n${text}\r\n--b--`,
      ],
      ["no head", `--b\r\n${text}\r\n--b--`],
      ["nothing", ""],
    ])("refuses a body with %s", async (_name, body, contentType) => {
      expect(await outcome(body, contentType)).toBe("bad_credentials");
    });

    it("reports a body without the field as unsigned", async () => {
      expect(await outcome(`${part("other", text)}--b--`)).toBe("unauthenticated");
    });
  });

  it("reads JSON in a header (eBay)", async () => {
    const { publicKey: ours, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const auth = unwrapped(
      viewOfJsonHeader("X-EBAY-Signature"),
      publicKey({
        algorithm: { by: header("x-ebay-signature.digest"), names: { SHA1: "ecdsa-p256-sha1" } },
        keyId: header("x-ebay-signature.kid"),
        keys: { "k-1": ours },
        signature: { header: "x-ebay-signature.signature", encoding: "base64" },
      }),
    );
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const request = await signed(auth, { headers: { "x-ebay-signature.kid": "k-1" } }, pem);
    expect(Object.keys(request.headers)).toEqual(["x-ebay-signature"]);
    await expectEveryBodyBitBound(auth, request);
    const outcome = (value: string | undefined, more = {}) =>
      outcomeOf(auth, { headers: { "x-ebay-signature": value, ...more }, body: request.body });
    for (const value of ["", "x", "bnVsbA==", "W10=", `${request.headers["x-ebay-signature"]}=`])
      expect(await outcome(value)).toMatch(/bad_credentials|unauthenticated/);
    expect(await outcome(undefined)).toBe("unauthenticated");
    expect(await outcome(request.headers["x-ebay-signature"], { "x-ebay-signature.kid": "k-1" })).toBe(
      "bad_credentials",
    );
    expect(auth.credentialHeaders).toContain("x-ebay-signature");
  });
});
