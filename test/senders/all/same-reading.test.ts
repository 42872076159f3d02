// What a proof has read is what the handler gets, for every sender: whatever is odd about a body, both read it alike or it is refused.
import { isDeepStrictEqual } from "node:util";
import { json as at } from "hookgate";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { type DescribedSender, describedSenders } from "../../../scripts/sender-pages.js";
import { sampleKey, sampleRequest } from "../../../scripts/sender-samples.js";
import type { Covers, Proof } from "../../../src/core/auth.js";
import { type Delivery, toDelivery } from "../../../src/core/delivery.js";
import { readField } from "../../../src/core/read-field.js";
import type { Parsed } from "../../../src/lib/json.js";
import { payloadReader } from "../../../src/receiver/checks/parse-body.js";
import { formVariants, jsonVariants, multipartVariants, TYPE_VARIANTS, type Variant } from "./differential-inputs.js";

const ORIGIN = "https://example.com";
const NOW_MS = Date.now();

interface Signed {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A proof, and the payload as the pipeline makes it after that. */
interface Reading {
  readonly proof: Proof;
  readonly payload: Parsed<unknown>;
}

/** The fields that the proof of this sender reads, where it does not tell them. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  paypro: ["ORDER_ID", "ORDER_STATUS", "ORDER_TOTAL_AMOUNT", "CUSTOMER_EMAIL", "TEST_MODE", "IPN_TYPE_NAME"],
  // Of a payment; those of a subscription are told with them.
  praxis: ["merchant_id", "timestamp", "transaction.tid", "transaction.currency", "transaction.amount"],
};
/** A form that the sample request does not show. */
const FORMS: Readonly<Record<string, object>> = {
  mailgun: { contentType: "application/x-www-form-urlencoded", payload: { sender: "a@example.com", token: "t1" } },
  paypro: {
    payload: {
      ORDER_ID: "1",
      ORDER_STATUS: "Processed",
      ORDER_TOTAL_AMOUNT: "9.90",
      CUSTOMER_EMAIL: "a+b@example.com",
      TEST_MODE: "1",
      IPN_TYPE_NAME: "OrderCharged",
    },
  },
};

async function signed({ about, sender }: DescribedSender, request: object = {}): Promise<Signed> {
  const options = { ...sampleKey(about), now: () => NOW_MS, url: `${ORIGIN}/webhooks` };
  return createTestSender(sender, options).sign({ ...sampleRequest(about), ...request });
}

async function read({ sender }: DescribedSender, { url, headers, body }: Signed, variant: Variant): Promise<Reading> {
  const target = url.replace(ORIGIN, "");
  const lines = Object.entries(headers).filter(([name]) => !("contentType" in variant) || name !== "content-type");
  const types = [variant.contentType ?? []].flat().map((type) => ["content-type", type] as const);
  const input = { url: target, headers: [...lines, ...types] as [string, string][], body: variant.body ?? body };
  const delivery: Delivery = toDelivery(input);
  const context = { nowMs: NOW_MS, publicUrls: () => [ORIGIN + target] };
  const { auth } = sender.definition;
  const proof = await auth.verify(delivery, context);
  const formats = sender.definition.body ?? { "application/json": "json" };
  return {
    proof,
    payload: await payloadReader(formats)({ ...delivery, body: auth.withoutSecrets?.(delivery.body) ?? delivery.body }),
  };
}

function provenOf({ about }: DescribedSender, { proof }: Reading): readonly string[] {
  const bound = FIELDS[about.factory] ?? (proof.ok ? (proof.covers.fields ?? []) : []);
  return about.factory === "adyen" ? bound.map((name) => `notificationItems.0.${name}`) : bound;
}

/** What the handler gets of that which is proven: all of it where the body is, else the fields. */
function boundPart(payload: Parsed<unknown>, covers: Covers, fields: readonly string[]): unknown {
  if (!payload.ok) throw new Error(payload.hint);
  if (covers.body) return payload.value;
  return fields.map((name) => readField(at(name), toDelivery({}), payload.value));
}

async function differences(one: DescribedSender, delivery: Signed, variants: readonly Variant[]) {
  const genuine = await read(one, delivery, {} as Variant);
  if (!genuine.proof.ok) throw new Error(genuine.proof.hint);
  const { covers } = genuine.proof;
  const fields = provenOf(one, genuine);
  const wanted = boundPart(genuine.payload, covers, fields);
  let accepted = 0;
  const wrong: string[] = [];
  for (const variant of variants) {
    const reading = await read(one, delivery, variant);
    if (!reading.proof.ok || !reading.payload.ok) continue;
    accepted++;
    const got = boundPart(reading.payload, covers, fields);
    // The signed bytes themselves, to one who registered for whatever a topic is (WebSub).
    const isRaw = covers.body && [got, wanted].some((one) => typeof one === "string" || Buffer.isBuffer(one));
    if (!isRaw && !isDeepStrictEqual(got, wanted)) wrong.push(variant.name);
  }
  return { wrong, accepted };
}

const described = describedSenders();
const text = ({ body }: Signed): string => Buffer.from(body).toString("utf8");
const isForm = ({ headers }: Signed): boolean => (headers["content-type"] ?? "").includes("form-urlencoded");

describe.each(described)("$about.factory", (one) => {
  it("reads the same, whatever the Content-Type says", async () => {
    for (const request of [{}, FORMS[one.about.factory] ?? {}]) {
      expect((await differences(one, await signed(one, request), TYPE_VARIANTS)).wrong).toEqual([]);
    }
  });
});

const withFields: [string, DescribedSender, Signed, readonly string[]][] = [];
for (const one of described) {
  for (const request of [{}, FORMS[one.about.factory]]) {
    if (request === undefined) continue;
    const delivery = await signed(one, request);
    const genuine = await read(one, delivery, {} as Variant);
    if (!genuine.proof.ok) continue;
    const fields = provenOf(one, genuine);
    const isBodyForm = isForm(delivery) && genuine.proof.covers.body;
    if (fields.length === 0 && !isBodyForm) continue;
    const form = new URLSearchParams(text(delivery));
    withFields.push([one.about.factory, one, delivery, fields.length > 0 ? fields : [...new Set(form.keys())]]);
  }
}

describe("proofs that read fields of the body", () => {
  it("are those of these senders", () => {
    const names = [...new Set(withFields.map(([name]) => name))].sort();
    for (const name of ["awsSns", "braintree", "dropboxSign", "exactOnline", "mailgun", "mandrill", "paymob", "paypro"])
      expect(names).toContain(name);
    for (const name of ["praxis", "quoter", "treezor", "twilio", "usps"]) expect(names).toContain(name);
  });

  it.each(withFields)("%s: the handler gets what was proven", async (_name, one, delivery, fields) => {
    const body = text(delivery);
    const type = delivery.headers["content-type"] ?? "";
    const boundary = /boundary=(.+)$/.exec(type)?.[1];
    const variants = isForm(delivery)
      ? formVariants(body, fields)
      : boundary === undefined
        ? jsonVariants(body, fields)
        : multipartVariants(body, boundary, "json", '{"event":{"event_time":"1","event_type":"evil"}}');
    const { wrong, accepted } = await differences(one, delivery, variants);
    expect(wrong).toEqual([]);
    expect(accepted).toBeGreaterThan(0); // some of these are only written otherwise
  });
});

describe("Mailgun", () => {
  const mailgun = described.find(({ about }) => about.factory === "mailgun") as DescribedSender;

  it.each(["timestamp", "token"])("reads the field %s of mail with attachments as the handler does", async (field) => {
    const form = new URLSearchParams(text(await signed(mailgun, FORMS.mailgun)));
    const parts = [...form].map(([name, value]) => `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`);
    const body = `${parts.map((part) => `--b\r\n${part}\r\n`).join("")}--b--\r\n`;
    const headers = { "content-type": "multipart/form-data; boundary=b" };
    const delivery = { url: "/", headers, body: Buffer.from(body) };
    const long = "x".repeat(2_000); // beyond what a signed field may have
    for (const other of ["evil", long, "\ufeff1"]) {
      const { wrong, accepted } = await differences(mailgun, delivery, multipartVariants(body, "b", field, other));
      expect(wrong).toEqual([]);
      expect(accepted).toBeGreaterThan(0);
    }
  });
});

describe("Twilio", () => {
  const twilio = described.find(({ about }) => about.factory === "twilio") as DescribedSender;

  // The signed text has no separators, so the fields of a form can be cut anew until the whole of it is JSON as well.
  it("never reads a form as JSON: an author of a message who sees its signature would choose the events", async () => {
    const json = '[{"id":"evil","type":"evil","data":"';
    const message = { AccountSid: "AC1", Body: `"}]${json}`, From: "+1555", MessageSid: "SM1", MessageStatus: "sent" };
    const delivery = await signed(twilio, { payload: message });
    const tail = Object.entries(message).slice(2).flat().join("");
    const body = `${json}=${encodeURIComponent(tail)}&=AccountSidAC1Body&"}]`;
    expect(JSON.parse(body)).toMatchObject([{ id: "evil" }]);
    expect((await read(twilio, delivery, { name: "a form", body })).proof).toMatchObject({ ok: true });
    for (const contentType of ["application/json", "application/cloudevents+json", undefined]) {
      const { proof, payload } = await read(twilio, delivery, { name: "JSON", body, contentType });
      expect([contentType, proof.ok && payload.ok]).toEqual([contentType, false]);
    }
  });
});

describe("Slack", () => {
  const slack = described.find(({ about }) => about.factory === "slack") as DescribedSender;

  it("never reads JSON as a form: a message would be what somebody has done with a button", async () => {
    const event = { type: "app_mention", text: 'x&payload={"type":"block_actions"}&x' };
    const delivery = await signed(slack, { payload: { event } });
    const contentType = "application/x-www-form-urlencoded";
    const { proof, payload } = await read(slack, delivery, { name: "a form", contentType });
    expect(proof.ok).toBe(true);
    expect(payload).toMatchObject({ ok: false, hint: expect.stringContaining("JSON") });
  });
});
