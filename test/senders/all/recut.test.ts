// Signed text cannot be cut anew: no letter moves from one signed value to its neighbour under the same signature.
import type { BinaryToTextEncoding } from "node:crypto";
import { createReceiver, type Outcome, type Sender } from "hookgate";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it, vi } from "vitest";
import { describedSenders } from "../../../scripts/sender-pages.js";
import { sampleKey, sampleRequest } from "../../../scripts/sender-samples.js";
import { SENDER_FACTS } from "../../../src/senders/facts/index.js";
import type { SignedDelivery, TestRequest } from "../../../src/test-sender/compose.js";

/** Every text that was hashed or signed in this process. */
const { texts } = vi.hoisted(() => ({ texts: [] as string[] }));
vi.mock("node:crypto", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:crypto")>();
  function recorded<Kind extends { update: unknown; digest: unknown }>(hash: Kind): Kind {
    const chunks: Buffer[] = [];
    const update = hash.update as (data: string | Uint8Array, encoding?: BufferEncoding) => unknown;
    const digest = hash.digest as (encoding?: BinaryToTextEncoding) => unknown;
    hash.update = (data: string | Uint8Array, encoding?: BufferEncoding) => {
      chunks.push(typeof data === "string" ? Buffer.from(data, encoding ?? "utf8") : Buffer.from(data));
      update.call(hash, data, encoding);
      return hash;
    };
    hash.digest = (encoding?: BinaryToTextEncoding) => {
      texts.push(Buffer.concat(chunks).toString("utf8"));
      return digest.call(hash, encoding);
    };
    return hash;
  }
  return {
    ...real,
    createHmac: (...given: Parameters<typeof real.createHmac>) => recorded(real.createHmac(...given)),
    createHash: (...given: Parameters<typeof real.createHash>) => recorded(real.createHash(...given)),
    sign: (...given: Parameters<typeof real.sign>) => {
      texts.push(Buffer.from(given[1] as Uint8Array).toString("utf8"));
      return real.sign(...given);
    },
  };
});

const ORIGIN = "https://example.com";
/** Cuts on either side of where a value ends; further away the values would have other shapes anyway. */
const MAX_SHIFT = 24;

const able = describedSenders().filter(({ sender }) => sender.definition.auth.sign !== undefined);

/** Samples whose values tempt: digits on both sides of a border, or the joint inside of a value. */
const TEMPTING: Readonly<Record<string, readonly TestRequest[]>> = {
  adyen: ["a:b", "1:100:EUR:AUTHORISATION:true", ":", "a\\:b", "x:1:EUR:CAPTURE"].map((merchantReference) => ({
    payload: {
      notificationItems: [
        {
          NotificationRequestItem: {
            pspReference: "8825408195409505",
            originalReference: "7",
            merchantAccountCode: "Shop",
            merchantReference,
            amount: { currency: "EUR", value: 1000 },
            eventCode: "AUTHORISATION",
            success: "true",
          },
        },
      ],
    },
  })),
  paypro: [
    { amount: "10.00", email: "5abc@example.com" },
    { amount: "10.00", email: ".5@example.com" },
    { amount: "100", email: "abc@example.com" },
    { amount: "12.5", email: "" },
  ].map(({ amount, email }) => ({
    payload: {
      ORDER_ID: "123",
      ORDER_STATUS: "Processed",
      ORDER_TOTAL_AMOUNT: amount,
      CUSTOMER_EMAIL: email,
      TEST_MODE: "0",
      IPN_TYPE_NAME: "OrderCharged",
    },
  })),
  mailgun: [{ payload: { signature: { token: "0123456789abcdef" }, "event-data": { event: "delivered", id: "1" } } }],
  usps: ['{"a":1}', "[1,2]", '{"b":"{1}"}'].map((payload) => ({ payload: { timestamp: "1767323045", payload } })),
  favro: [{ payload: { payloadId: "https//example.com/x", action: "a" } }],
  awsSns: [
    { Message: "A\nMessageId\nB\nTimestamp\nC", Subject: "S" },
    { Message: "A\nSubject\nB" },
    { Message: "x\nTopicArn\narn:aws:sns:us-east-1:123456789012:MyTopic\nType\nNotification\n" },
  ].map((members) => ({
    payload: { ...(sampleRequest({ factory: "awsSns" } as never).payload as object), ...members },
  })),
  contentful: [{ headers: { "content-type": "application/json; charset=utf-8", "x-contentful-crn": "crn:a:b" } }],
  praxis: [
    {
      payload: {
        merchant_id: "Shop1",
        application_key: "2Sand",
        timestamp: 1_767_323_045,
        customer: { customer_token: "12ab34" },
        session: { order_id: "order-77" },
        transaction: {
          tid: 5512,
          currency: "EUR",
          amount: 1234,
          conversion_rate: 1.5,
          processed_currency: "USD",
          processed_amount: 1851,
        },
      },
    },
    {
      payload: {
        event: "PaymentSucceeded",
        merchant_id: "Shop1",
        application_key: "2Sand",
        cid: "3",
        plan_id: 12,
        subscription_id: 34,
        subscription_status: "active",
        timestamp: 1_767_323_045,
      },
    },
  ],
};

/** Borders that no pattern can tell, because the vendor writes the same letters on both sides. Each sender's page says so. */
const OPEN: Readonly<Record<string, readonly string[]>> = {
  praxis: [
    "merchant_id|application_key",
    "application_key|timestamp",
    "timestamp|customer.customer_token",
    "customer.customer_token|session.order_id",
    "session.order_id|transaction.tid",
    "transaction.amount|transaction.conversion_rate",
    "event|merchant_id",
    "application_key|cid",
    "cid|plan_id",
    "plan_id|subscription_id",
    "subscription_id|subscription_status",
    "subscription_status|timestamp",
  ],
  paymob: [
    "obj.id|obj.integration_id",
    "obj.order.id|obj.owner",
    "obj.source_data.pan|obj.source_data.sub_type",
    "obj.source_data.sub_type|obj.source_data.type",
  ],
  twilio: ["*"],
};

interface Place {
  readonly name: string;
  /** A value of the body, which is no place beside the whole of it. */
  readonly isInBody?: true;
  readonly text: string;
  /** The delivery with another text there; without one it is taken away. */
  write(delivery: SignedDelivery, text: string | undefined): SignedDelivery;
}

function placesOf(delivery: SignedDelivery, sender: Sender<never>): readonly Place[] {
  const { credentialHeaders } = sender.definition.auth;
  const body = Buffer.from(delivery.body).toString("utf8");
  const headers = Object.entries(delivery.headers)
    .filter(([name]) => !credentialHeaders.includes(name))
    .map(
      ([name, text]): Place => ({
        name,
        text,
        write(given, value) {
          const { [name]: _old, ...rest } = given.headers;
          return { ...given, headers: value === undefined ? rest : { ...rest, [name]: value } };
        },
      }),
    );
  const whole: Place = {
    name: "body",
    text: body,
    write: (given, text = "") => ({ ...given, body: Buffer.from(text) }),
  };
  const url: Place = { name: "url", text: delivery.url, write: (given, text = "") => ({ ...given, url: text }) };
  return [...headers, ...fieldsOf(body), whole, url].filter(({ text }) => text !== "");
}

function fieldsOf(body: string): readonly Place[] {
  const [start, end] = [body.search(/[[{]/), Math.max(body.lastIndexOf("}"), body.lastIndexOf("]")) + 1];
  if (body.startsWith("--") || /^\s*[[{]/.test(body)) {
    try {
      return membersOf(JSON.parse(body.slice(start, end)), body.slice(0, start), body.slice(end));
    } catch {
      return [];
    }
  }
  if (!body.includes("=")) return [];
  return [...new URLSearchParams(body)].map(([name, text]) => ({
    name,
    text,
    isInBody: true,
    write(given, value) {
      const form = new URLSearchParams(Buffer.from(given.body).toString("utf8"));
      if (value === undefined) form.delete(name);
      else form.set(name, value);
      return { ...given, body: Buffer.from(form.toString()) };
    },
  }));
}

/** The values of a JSON body; `before` and `behind` are what stands around it in a multipart one. */
function membersOf(root: unknown, before: string, behind: string): readonly Place[] {
  const found: Place[] = [];
  const walk = (value: unknown, path: readonly string[]): void => {
    if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) walk(inner, [...path, name]);
      return;
    }
    if (value === null) return;
    found.push({
      name: path.join("."),
      text: String(value),
      isInBody: true,
      write(given, text) {
        const now = Buffer.from(given.body).toString("utf8");
        const json = JSON.parse(now.slice(before.length, now.length - behind.length)) as Record<string, unknown>;
        let at = json;
        for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>;
        const last = path.at(-1) as string;
        if (text === undefined) delete at[last];
        else at[last] = typeof value === "number" && String(Number(text)) === text ? Number(text) : text;
        return { ...given, body: Buffer.from(before + JSON.stringify(json) + behind) };
      },
    });
  };
  walk(root, []);
  return found;
}

interface Forgery {
  readonly border: string;
  readonly delivery: SignedDelivery;
}

/** Whatever has the same signed text, and other values on either side of one border. */
function* forgeries(delivery: SignedDelivery, places: readonly Place[], text: string): Generator<Forgery> {
  for (const left of places) {
    for (let at = text.indexOf(left.text); at >= 0; at = text.indexOf(left.text, at + 1)) {
      const end = at + left.text.length;
      for (const right of places) {
        const from = text.indexOf(right.text, end);
        if (right === left || from < 0 || from > end + 16) continue;
        if ([left, right].some(({ name }) => name === "body") && [left, right].some(({ isInBody }) => isInBody))
          continue;
        const border = `${left.name}|${right.name}`;
        const joint = text.slice(end, from);
        const both = text.slice(at, from + right.text.length);
        for (let cut = 0; cut <= both.length - joint.length; cut++) {
          if (cut === left.text.length || Math.abs(cut - left.text.length) > MAX_SHIFT + joint.length) continue;
          if (both.slice(cut, cut + joint.length) !== joint) continue;
          const [a, b] = [both.slice(0, cut), both.slice(cut + joint.length)];
          yield { border, delivery: right.write(left.write(delivery, a), b) };
          if (a === "") yield { border, delivery: right.write(left.write(delivery, undefined), b) };
          if (b === "") yield { border, delivery: right.write(left.write(delivery, a), undefined) };
        }
      }
    }
  }
}

function receiverOf(sender: Sender<never>) {
  const seen: string[] = [];
  const receiver = createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
    logger: { warn() {}, error() {} },
    dedupe: false,
    ...(sender.definition.auth.needsPublicUrl ? { publicUrl: ORIGIN } : {}),
  }).on("*", ({ type }) => void seen.push(type));
  const receive = ({ method, url, headers, body }: SignedDelivery): Promise<Outcome> =>
    receiver.receive({ method, url: url.startsWith(ORIGIN) ? url.slice(ORIGIN.length) : url, headers, body });
  return { seen, receive };
}

function isOpen(factory: string, border: string): boolean {
  const open = OPEN[factory] ?? [];
  return open.includes("*") || open.includes(border);
}

let cuts = 0;
describe.each(able)("$about.factory", ({ about, sender }) => {
  const requests = [
    sampleRequest(about),
    ...(TEMPTING[about.factory] ?? []).map((one) => ({ ...sampleRequest(about), ...one })),
  ];

  it.each(requests)("accepts its signed text as it was cut, and not otherwise (%#)", async (request) => {
    texts.length = 0;
    const { seen, receive } = receiverOf(sender);
    const delivery = await createTestSender(sender, sampleKey(about)).sign(request);
    const signedTexts = [...new Set(texts)].filter((text) => text.length > 1);
    const genuine = await receive(delivery);
    expect(genuine.reply.status, genuine.hint).toBeLessThan(400);
    seen.length = 0;
    const places = placesOf(delivery, sender);
    for (const text of signedTexts) {
      for (const { border, delivery: forged } of forgeries(delivery, places, text)) {
        if (isOpen(about.factory, border)) continue;
        cuts++;
        const outcome = await receive(forged);
        const shown = `${border}: ${JSON.stringify({ ...forged, body: Buffer.from(forged.body).toString() })}`;
        expect(seen, shown).toEqual([]);
        // A time that lost digits to the body is stale, and a body that gained some is no JSON.
        const refused = ["unauthenticated", "bad_credentials", ...(/\bbody\b/.test(border) ? ["bad_payload"] : [])];
        expect(refused, shown).toContain(outcome.name);
      }
    }
  });
});

it("tries many cuts, and has a page for what stays open", () => {
  expect(cuts).toBeGreaterThan(1_000);
  for (const factory of Object.keys(OPEN)) {
    const { notes = [] } = SENDER_FACTS[factory] ?? {};
    expect(notes.join("\n"), factory).toMatch(/where one (?:value )?ends/i);
  }
});

describe("contentful, whose list of signed headers is not signed itself", () => {
  it("takes no header for the end of another one's value", async () => {
    const { about, sender } = able.find((one) => one.about.factory === "contentful") as (typeof able)[number];
    const { seen, receive } = receiverOf(sender);
    const delivery = await createTestSender(sender, sampleKey(about)).sign({
      ...sampleRequest(about),
      headers: { "x-contentful-a": "1", "x-contentful-b": "2; with: a colon" },
    });
    expect(await receive(delivery)).toMatchObject({ name: "processed" });
    const list = delivery.headers["x-contentful-signed-headers"] ?? "";
    const headers = {
      ...delivery.headers,
      "x-contentful-signed-headers": list.replace("x-contentful-b,", ""),
      "x-contentful-a": `1;x-contentful-b:${delivery.headers["x-contentful-b"]}`,
      "x-contentful-b": "forged",
    };
    expect(await receive({ ...delivery, headers })).toMatchObject({ name: "bad_credentials", reply: { status: 400 } });
    expect(seen).toHaveLength(1);
  });
});

describe("values beside each other", () => {
  it.each<[factory: string, header: string, text: string]>([
    ["tossPayments", "tosspayments-webhook-transmission-time", "00:00.000Z"],
    ["alipay", "request-time", "2026-01-02T03:04:05"],
    ["oura", "x-oura-timestamp", '1{"a":'],
    ["twitch", "twitch-eventsub-message-id", "a:b"],
  ])("%s: %s is not %s", async (factory, name, text) => {
    const { about, sender } = able.find((one) => one.about.factory === factory) as (typeof able)[number];
    const { receive } = receiverOf(sender);
    const delivery = await createTestSender(sender, sampleKey(about)).sign(sampleRequest(about));
    const outcome = await receive({ ...delivery, headers: { ...delivery.headers, [name]: text } });
    expect(outcome).toMatchObject({ name: "bad_credentials", reply: { status: 400 } });
  });

  it.each(["mandrill_events=%5B%5D&extra=1", "mandrill_events%5B=%5D", "mandrill_event=s%5B%5D"])(
    "mandrill: signs one field, so %s is no form of its",
    async (body) => {
      const { about, sender } = able.find((one) => one.about.factory === "mandrill") as (typeof able)[number];
      const { receive } = receiverOf(sender);
      const delivery = await createTestSender(sender, sampleKey(about)).sign(sampleRequest(about));
      expect(await receive({ ...delivery, body: Buffer.from(body) })).toMatchObject({ name: "bad_credentials" });
    },
  );
});
