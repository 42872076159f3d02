// What senders of mail, telephony, files and clouds send beside their plain kind, and what their proofs leave open.
import { createHash, createHmac, sign } from "node:crypto";
import type { Sender } from "hookgate";
import {
  auth0,
  awsSns,
  azureEventGrid,
  box,
  calendly,
  cloudinary,
  contentful,
  customerIo,
  docusign,
  elevenlabs,
  fusionauth,
  googlePubsub,
  hubspot,
  mailgun,
  mandrill,
  messagebird,
  microsoftGraph,
  neonAuth,
  oura,
  persona,
  pipedrive,
  postmark,
  retell,
  segment,
  shiphero,
  strava,
  twilio,
  vonage,
  webflow,
  zendesk,
} from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { ed25519Pair, rsaPair } from "../../scripts/sample-keys.js";
import { delivered, FORM_TYPE, JSON_TYPE } from "./deliver.js";

const secret = "0123456789abcdef0123456789abcdef";
const url = "https://example.com/hook";
const TOPIC = "arn:aws:sns:us-east-1:123456789012:orders";
const basic = { username: "hooks", password: secret };

function build(sender: unknown): Sender<Record<string, unknown>> {
  return sender as Sender<Record<string, unknown>>;
}

/** Signs, delivers, and says what the handler saw. */
async function send(
  given: unknown,
  payload: unknown,
  more: { headers?: Record<string, string>; contentType?: string; key?: string } = {},
) {
  const sender = build(given);
  const { seen, receive } = delivered(sender, { publicUrl: url });
  const { key, ...request } = more;
  const signed = await createTestSender(sender, { url, ...(key === undefined ? {} : { key }) }).sign({
    payload,
    ...request,
  });
  const outcome = await receive({ ...signed, url: signed.url.slice("https://example.com".length) });
  return { seen, outcome, signed, receive };
}

describe("kinds of one sender", () => {
  it.each<
    [
      string,
      unknown,
      unknown,
      { type: string; id?: string | undefined },
      { headers?: Record<string, string>; contentType?: string }?,
    ]
  >([
    [
      "postmark: a delivery",
      postmark(basic),
      { RecordType: "Delivery", MessageID: "m", Recipient: "a@b.c" },
      { type: "Delivery", id: "Delivery.m.a@b.c" },
    ],
    [
      "postmark: an open, which has no id",
      postmark(basic),
      { RecordType: "Open", MessageID: "m" },
      { type: "Open", id: undefined },
    ],
    ["postmark: inbound mail", postmark(basic), { MessageID: "m", Subject: "s" }, { type: "Inbound", id: "m" }],
    [
      "twilio: a status",
      twilio({ secret }),
      { MessageSid: "SM1", MessageStatus: "delivered", SmsStatus: "delivered" },
      { type: "message.delivered", id: "SM1.delivered" },
    ],
    [
      "twilio: a call asking what to do",
      twilio({ secret }),
      { CallSid: "CA1", CallStatus: "ringing" },
      { type: "call.ringing", id: undefined },
    ],
    [
      "twilio: a call's status",
      twilio({ secret }),
      { CallSid: "CA1", CallStatus: "completed", SequenceNumber: "3" },
      { type: "call.completed", id: "CA1.3" },
    ],
    [
      "twilio: a recording",
      twilio({ secret }),
      { CallSid: "CA1", RecordingSid: "RE1", RecordingStatus: "completed" },
      { type: "recording.completed", id: "RE1.completed" },
    ],
    [
      "twilio: a conversation",
      twilio({ secret }),
      { EventType: "onMessageAdded" },
      { type: "conversation.onMessageAdded" },
    ],
    ["twilio: anything else", twilio({ secret }), { Foo: "1" }, { type: "webhook" }],
    [
      "mandrill: inbound mail, which has no id",
      mandrill({ secret }),
      [{ event: "inbound", ts: 1, msg: {} }],
      { type: "inbound", id: undefined },
    ],
    ["mandrill: a list's change", mandrill({ secret }), [{ type: "blacklist", action: "add" }], { type: "blacklist" }],
    [
      "mailgun: a route's mail",
      mailgun({ secret }),
      { token: "t1", subject: "s" },
      { type: "inbound", id: "t1" },
      { contentType: FORM_TYPE["content-type"] },
    ],
    [
      "zendesk: an event",
      zendesk({ secret }),
      { type: "zen:event-type:user.created", id: "e1" },
      { type: "zen:event-type:user.created", id: "e1" },
    ],
    [
      "zendesk: a trigger",
      zendesk({ secret }),
      { type: "mine" },
      { type: "trigger", id: "i1" },
      { headers: { "x-zendesk-webhook-invocation-id": "i1" } },
    ],
    [
      "pipedrive: version 2",
      pipedrive(basic),
      { meta: { action: "change", entity: "person", id: "u1" } },
      { type: "change.person", id: "u1" },
    ],
    [
      "pipedrive: version 1",
      pipedrive(basic),
      { event: "added.deal", meta: { id: 1, object: "deal" } },
      { type: "added.deal", id: undefined },
    ],
    ["auth0: one object", auth0({ token: secret }), { log_id: "l1", data: { type: "fp" } }, { type: "fp", id: "l1" }],
    [
      "auth0: an event stream",
      auth0({ token: secret }),
      { id: "evt_1", type: "user.created" },
      { type: "user.created", id: "evt_1" },
    ],
    [
      "azureEventGrid: CloudEvents",
      azureEventGrid({ token: secret }),
      { specversion: "1.0", source: "/s", id: "1", type: "T" },
      { type: "T", id: "/s.1" },
      { contentType: "application/cloudevents+json" },
    ],
    [
      "microsoftGraph: a lifecycle",
      microsoftGraph({ clientState: secret }),
      { value: [{ lifecycleEvent: "missed" }] },
      { type: "missed" },
    ],
    ["calendly: without a URI", calendly({ secret }), { event: "x.y", payload: {} }, { type: "x.y", id: undefined }],
    [
      "docusign: without an envelope",
      docusign({ secret }),
      { event: "click", data: {} },
      { type: "click", id: undefined },
    ],
    [
      "elevenlabs: no conversation",
      elevenlabs({ secret }),
      { type: "voice_removal_notice", data: {} },
      { type: "voice_removal_notice", id: undefined },
    ],
    ["retell: a chat", retell({ secret }), { event: "chat_ended", chat: {} }, { type: "chat_ended", id: undefined }],
    [
      "webflow: an order",
      webflow({ secret }),
      { triggerType: "ecomm_new_order", payload: { id: "o" } },
      { type: "ecomm_new_order", id: undefined },
    ],
    ["box: without an id", box({ secret }), { trigger: "FILE.UPLOADED" }, { type: "FILE.UPLOADED", id: undefined }],
    [
      "customerIo: object and metric",
      customerIo({ secret }),
      { object_type: "push", metric: "opened", event_id: "e" },
      { type: "push.opened", id: "e" },
    ],
    [
      "messagebird: another type",
      messagebird({ secret }),
      { type: "message.updated", message: { id: "m" } },
      { type: "message.updated", id: undefined },
    ],
    [
      "vonage: a status",
      vonage({ secret }),
      { message_uuid: "m", status: "delivered" },
      { type: "message.delivered", id: "m.delivered" },
    ],
    [
      "vonage: a call",
      vonage({ secret }),
      { uuid: "u", status: "answered", timestamp: "2026-01-02T03:04:05Z" },
      { type: "call.answered", id: "u.answered.2026-01-02T03:04:05Z" },
    ],
  ])("%s", async (_name, sender, payload, expected, more = {}) => {
    const { seen, outcome } = await send(sender, payload, more);
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([expected]);
  });

  it("googlePubsub: an attribute names the type, and unwrapped messages are found by their headers", async () => {
    const { publicKey, privateKey: key } = rsaPair();
    const sender = googlePubsub({ audience: url, serviceAccount: "a@b.iam.gserviceaccount.com", publicKey });
    const typed = { message: { messageId: "1", attributes: { eventType: "OBJECT_FINALIZE" } } };
    expect((await send(sender, typed, { key })).seen).toMatchObject([{ type: "OBJECT_FINALIZE", id: "1" }]);
    const headers = { "x-goog-pubsub-message-id": "7" };
    expect((await send(sender, { a: 1 }, { key, headers })).seen).toMatchObject([
      { type: "message", id: "7", payload: { a: 1 } },
    ]);
  });

  it("messagebird: an SMS status report comes by GET, all of it in the signed URL", async () => {
    const sender = messagebird({ secret });
    const report = `${url}?id=1&recipient=31600000000&status=delivered`;
    const { seen, receive } = delivered(build(sender), { publicUrl: "https://example.com" });
    const signed = await createTestSender(build(sender)).sign({ method: "GET", url: report });
    const target = report.slice("https://example.com".length);
    expect(await receive({ ...signed, url: target })).toMatchObject({ name: "processed" });
    expect(seen).toMatchObject([{ type: "status.delivered", id: "1.delivered.31600000000" }]);
    expect(await receive({ ...signed, url: target.replace("delivered", "failed") })).toMatchObject({
      name: "unauthenticated",
    });
  });
});

describe("what a proof leaves open", () => {
  it("segment: takes no event that is put behind a signed one", async () => {
    const { signed, receive } = await send(segment({ secret }), { type: "track", messageId: "1" });
    const event = Buffer.from(signed.body).toString("utf8");
    const forged = '{"type":"track","messageId":"2"}';
    for (const body of [`[${event},${forged}]`, `\n[${event}, ${forged}]`, `[${event},${event}]`, `[${event},null]`]) {
      const outcome = await receive({ ...signed, url: "/", body });
      expect(outcome, body).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    }
    for (const body of ["[]", `[[${event}]]`, `[${forged},${event}]`, `{"0":${event}}`]) {
      expect((await receive({ ...signed, url: "/", body })).reply.status, body).toBeGreaterThanOrEqual(400);
    }
    // Alone, it is all that there is, and proven.
    expect(await receive({ ...signed, url: "/", body: `[${event}]` })).toMatchObject({ name: "processed" });
  });

  it("segment: takes batches or leaves them, and nothing between", () => {
    expect(() => segment({ secret, batches: "yes" as never })).toThrow(/^segment: batches must be true, or left out/);
  });

  it("segment: of a batch that is asked for only the first event is bound, and the trace says so", async () => {
    const batch = [
      { type: "track", messageId: "1" },
      { type: "track", messageId: "2" },
    ];
    const { signed, receive, outcome } = await send(segment({ secret, batches: true }), batch);
    expect(outcome).toMatchObject({ name: "processed" });
    expect(outcome.trace.find((line) => line.check === "identify")?.hint).toContain("not signed");
    const [first] = JSON.parse(Buffer.from(signed.body).toString("utf8")) as object[];
    const more = await receive({
      ...signed,
      url: "/",
      body: JSON.stringify([first, { type: "page", messageId: "3" }]),
    });
    expect(more).toMatchObject({ name: "processed" });
    const other = await receive({ ...signed, url: "/", body: JSON.stringify([{ ...first, type: "page" }]) });
    expect(other).toMatchObject({ name: "unauthenticated" });
  });

  it("segment: of a single event all is bound, whatever white space a batch would begin with", async () => {
    const { signed, receive } = await send(segment({ secret }), { type: "track", messageId: "1" });
    const body = Buffer.from(signed.body).toString("utf8");
    expect(await receive({ ...signed, body: ` ${body}` })).toMatchObject({ name: "unauthenticated" });
    expect(await receive({ ...signed, body: ` [${body}]` })).toMatchObject({ name: "processed" });
  });

  it("mailgun: the form is not read where JSON was signed, nor the other way round", async () => {
    const { signed, receive } = await send(mailgun({ secret }), { "event-data": { id: "1", event: "delivered" } });
    expect(await receive({ ...signed, headers: FORM_TYPE })).toMatchObject({ name: "unauthenticated" });
  });

  it("hubspot: a version 3 signature that is wrong is not outweighed by a good one of version 1", async () => {
    const { signed, receive } = await send(hubspot({ secret }), [
      { eventId: 1, subscriptionId: 2, objectId: 3, occurredAt: 4, subscriptionType: "contact.creation" },
    ]);
    const v1 = createHash("sha256").update(secret).update(signed.body).digest("hex");
    const older = { "x-hubspot-signature": v1, "x-hubspot-signature-version": "v1" };
    expect(await receive({ ...signed, headers: { ...JSON_TYPE, ...older } })).toMatchObject({ name: "processed" });
    const wrong = { ...signed.headers, ...older, "x-hubspot-signature-v3": `${"A".repeat(43)}=` };
    expect(await receive({ ...signed, headers: wrong })).toMatchObject({ name: "unauthenticated" });
  });

  it('hubspot: with versions: ["v3"] the older ones are refused', async () => {
    const body = "[]";
    const older = createHash("sha256")
      .update(secret + body)
      .digest("hex");
    const { receive } = delivered(build(hubspot({ secret, versions: ["v3"] })), { publicUrl: url });
    expect(await receive({ headers: { ...JSON_TYPE, "x-hubspot-signature": older }, body })).toMatchObject({
      name: "unauthenticated",
    });
  });

  it("contentful: a header that is not named is not bound, and the list itself must name the time", async () => {
    const { signed, receive, outcome } = await send(
      contentful({ secret }),
      { sys: {} },
      { headers: { "x-contentful-topic": "T" } },
    );
    expect(outcome).toMatchObject({ name: "processed" });
    expect(outcome.trace.find((line) => line.check === "identify")?.hint).toContain("x-contentful-topic (signed)");
    const unlisted = { ...signed.headers, "x-contentful-signed-headers": "content-type" };
    expect(await receive({ ...signed, url: "/hook", headers: unlisted })).toMatchObject({ name: "unauthenticated" });
    expect(await receive({ ...signed, url: "/other" })).toMatchObject({ name: "unauthenticated" });
  });

  it("awsSns: a topic of somebody else's is refused, though AWS has signed it", async () => {
    const { publicKey, privateKey: key } = rsaPair();
    const message = { Type: "Notification", Message: "m", Timestamp: "2026-01-02T03:04:05.678Z" };
    const of = (topicArns: string | string[], arn: string) =>
      send(awsSns({ topicArns, publicKey }), { ...message, TopicArn: arn }, { key });
    expect((await of(TOPIC, TOPIC)).outcome).toMatchObject({ name: "processed" });
    expect((await of(TOPIC, `${TOPIC}2`)).outcome).toMatchObject({ name: "unauthenticated" });
    const account = "arn:aws:sns:us-east-1:123456789012:*";
    expect((await of(account, TOPIC)).outcome).toMatchObject({ name: "processed" });
    expect((await of(account, TOPIC.replace("1234", "9234"))).outcome).toMatchObject({ name: "unauthenticated" });
  });

  describe("awsSns: a text that AWS signed for somebody else's topic cannot be cut into a message of ours", () => {
    const theirs = "arn:aws:sns:us-east-1:999999999999:theirs";
    const genuine = {
      Type: "Notification",
      MessageId: "m1",
      Subject: "s",
      TopicArn: theirs,
      Message: `hello\nMessageId\nm0\nTimestamp\n2026-01-02T03:04:05.678Z\nTopicArn\n${TOPIC}\nType\nNotification`,
      Timestamp: "2026-01-02T03:04:05.678Z",
      SignatureVersion: "2",
      SigningCertURL: "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem",
    };
    const signed = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
      .map((name) => `${name}\n${(genuine as Record<string, string>)[name]}\n`)
      .join("");
    const Signature = sign("sha256", Buffer.from(signed), rsaPair().privateKey).toString("base64");
    const lines = signed.split("\n");
    const from = (name: string, count: number) =>
      lines
        .slice(lines.indexOf(name) + 1)
        .slice(0, count)
        .join("\n");

    it.each<[string, object]>([
      ["its own topic", {}],
      [
        "a topic that holds the rest",
        {
          Message: "hello",
          MessageId: "m0",
          Subject: undefined,
          TopicArn: `${TOPIC}\n${lines.slice(lines.indexOf(TOPIC) + 1, -3).join("\n")}`,
        },
      ],
      [
        "a time that holds the rest",
        { Message: "hello", MessageId: "m0", Subject: undefined, Timestamp: from("Timestamp", 9) },
      ],
      ["an id that holds the rest", { Message: "hello", MessageId: lines.slice(3, -5).join("\n"), Subject: undefined }],
      ["no Message", { Message: undefined }],
      ["no TopicArn", { TopicArn: undefined }],
      ["no Timestamp", { Timestamp: undefined }],
      ["a subject that is null", { Subject: null }],
      ["another type", { Type: "Other" }],
      ["a type that is no text", { Type: ["Notification"] }],
      ["a topic with a carriage return", { TopicArn: `${TOPIC}\r` }],
    ])("%s", async (_, changes) => {
      const topicArns = [TOPIC, "arn:aws:sns:us-east-1:123456789012:*"];
      const { seen, receive } = delivered(build(awsSns({ topicArns, publicKey: rsaPair().publicKey })));
      const body = JSON.stringify({ ...genuine, Signature, ...changes });
      const outcome = await receive({ headers: { "content-type": "text/plain; charset=UTF-8" }, body });
      expect(["unauthenticated", "bad_credentials"], outcome.hint).toContain(outcome.name);
      expect(seen).toEqual([]);
    });
  });

  it("awsSns: raw delivery, which has no signature, is refused", async () => {
    const { receive } = delivered(build(awsSns({ topicArns: TOPIC, publicKey: rsaPair().publicKey })));
    const headers = { "content-type": "text/plain; charset=UTF-8", "x-amz-sns-rawdelivery": "true" };
    expect((await receive({ headers, body: '{"a":1}' })).reply.status).toBe(401);
  });

  it("microsoftGraph: every notification of a batch must bring a clientState of ours", async () => {
    const { receive } = delivered(build(microsoftGraph({ clientState: [secret, `${secret}2`] })));
    const batch = (...states: unknown[]) =>
      receive({
        headers: JSON_TYPE,
        body: JSON.stringify({ value: states.map((clientState) => ({ changeType: "updated", clientState })) }),
      });
    expect(await batch(secret, `${secret}2`)).toMatchObject({ name: "processed", reply: { status: 202 } });
    expect(await batch(secret, "another")).toMatchObject({ name: "unauthenticated" });
    expect(await batch(secret, undefined)).toMatchObject({ name: "unauthenticated" });
    expect(await batch(secret, 7)).toMatchObject({ name: "bad_credentials" });
    expect(await batch()).toMatchObject({ name: "bad_credentials" });
  });

  it("strava: an event reaches a handler only if confirm vouches for it", async () => {
    const event = { object_type: "activity", aspect_type: "create", object_id: 1, event_time: 2 };
    const asked = (confirm: () => boolean) => send(strava({ verifyToken: "t-0123456789", confirm }), event);
    const { seen } = await asked(() => true);
    expect(seen).toMatchObject([{ type: "activity.create", verified: false, id: "activity.create.1.2" }]);
    expect((await asked(() => false)).seen).toEqual([]);
  });
});

describe("how they write", () => {
  it("oura writes capitals, and lower case is refused", async () => {
    const payload = { data_type: "sleep", event_type: "update", object_id: "o", event_time: "2026-01-02T03:04:05Z" };
    const sender = oura({ secret, verifyToken: "t-0123456789" });
    const { signed, receive, outcome } = await send(sender, payload, { headers: { "x-oura-timestamp": "1" } });
    expect(outcome).toMatchObject({ name: "processed" });
    const signature = signed.headers["x-oura-signature"] as string;
    expect(signature).toMatch(/^[0-9A-F]{64}$/);
    const headers = { ...signed.headers, "x-oura-signature": signature.toLowerCase() };
    expect((await receive({ ...signed, headers })).reply.status).toBe(400);
  });

  it("persona: either of two groups of a rotation is enough", async () => {
    const { signed, receive } = await send(persona({ secret }), {
      data: { id: "1", attributes: { name: "inquiry.completed" } },
    });
    const t = signed.headers["persona-signature"]?.split(",")[0];
    const both = `${t},v1=${"0".repeat(64)} ${signed.headers["persona-signature"]}`;
    expect(await receive({ ...signed, headers: { ...signed.headers, "persona-signature": both } })).toMatchObject({
      name: "processed",
    });
  });

  it("docusign: any key of ours with any of its headers", async () => {
    const body = '{"event":"x","data":{}}';
    const signature = (key: string) => createHmac("sha256", key).update(body).digest("base64");
    const { receive } = delivered(build(docusign({ secret: [secret, `${secret}2`] })));
    const headers = {
      ...JSON_TYPE,
      "x-docusign-signature-1": signature("gone"),
      "x-docusign-signature-2": signature(`${secret}2`),
    };
    expect(await receive({ headers, body })).toMatchObject({ name: "processed" });
  });

  it("box: secondary key in the secondary header", async () => {
    const time = new Date().toISOString();
    const body = '{"id":"1","trigger":"T"}';
    const headers = {
      ...JSON_TYPE,
      "box-delivery-timestamp": time,
      "box-signature-secondary": createHmac("sha256", `${secret}2`)
        .update(body + time)
        .digest("base64"),
    };
    expect(await delivered(build(box({ secret: [secret, `${secret}2`] }))).receive({ headers, body })).toMatchObject({
      name: "processed",
    });
  });

  it.each([["sha1"], ["sha256"]])("cloudinary: %s, as the account is set", async (algorithm) => {
    const body = '{"notification_type":"upload"}';
    const time = String(Math.floor(Date.now() / 1000));
    const signature = createHash(algorithm)
      .update(body + time + secret)
      .digest("hex");
    const { receive } = delivered(build(cloudinary({ secret })));
    const headers = { ...JSON_TYPE, "x-cld-timestamp": time, "x-cld-signature": signature };
    expect(await receive({ headers, body })).toMatchObject({ name: "processed" });
    expect(await receive({ headers, body: `${body} ` })).toMatchObject({ name: "unauthenticated" });
  });

  it("shiphero hears its own JSON, twilio an empty response", async () => {
    const hero = await send(shiphero({ secret }), { webhook_type: "Shipment Update" });
    expect(hero.outcome.reply.body).toBe('{"code":"200","Status":"Success"}');
    const text = await send(twilio({ secret }), { MessageSid: "1", SmsStatus: "received" });
    expect(text.outcome.reply).toMatchObject({ body: "<Response/>", headers: { "content-type": "text/xml" } });
  });

  it("neonAuth: the time is bound, the body too", async () => {
    const { publicKey, privateKey: key } = ed25519Pair();
    const headers = { "x-neon-event-id": "e", "x-neon-event-type": "user.created" };
    const { signed, receive, outcome } = await send(neonAuth({ publicKey }), { a: 1 }, { key, headers });
    expect(outcome).toMatchObject({ name: "processed" });
    const later = String(Number(signed.headers["x-neon-timestamp"]) + 1);
    expect(await receive({ ...signed, headers: { ...signed.headers, "x-neon-timestamp": later } })).toMatchObject({
      name: "unauthenticated",
    });
  });

  it("fusionauth: by an HMAC key as well", async () => {
    expect((await send(fusionauth({ secret }), { event: { id: "1", type: "user.create" } })).seen).toMatchObject([
      { type: "user.create", id: "1" },
    ]);
  });
});

describe("misuse", () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      "hubspot with no version",
      () => hubspot({ secret, versions: [] }),
      /^hubspot: versions must be some of v1, v2, v3/,
    ],
    ["awsSns without topics", () => awsSns({ topicArns: undefined }), /^awsSns: topicArns must hold ARNs/],
    ["awsSns with a star for everybody", () => awsSns({ topicArns: "*" }), /^awsSns: topicArns/],
    ["neonAuth with nothing", () => neonAuth({}), /^neonAuth: give jwksUrl/],
    [
      "fusionauth with both",
      () => fusionauth({ jwksUrl: "https://a.test/", publicKey: rsaPair().publicKey }),
      /one of them/,
    ],
    [
      "oura with a blank token",
      () => oura({ secret, verifyToken: " " }),
      /^oura: verifyToken must be a non-empty text/,
    ],
    ["strava without confirm", () => strava({ verifyToken: "t" } as never), /^strava: confirm\(event\) is required/],
  ])("%s throws", (_name, make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});
