// Senders of messages, code, boards and agents: vendors' vectors, signatures made without us, and their handshakes.
import { createHmac } from "node:crypto";
import { createReceiver, type DeliveryInput, type Outcome, type Sender } from "hookgate";
import * as senders from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import constructed from "../vectors/constructed.json" with { type: "json" };
import published from "../vectors/published.json" with { type: "json" };
import { delivered } from "./deliver.js";

const quiet = { warn() {}, error() {} };
const secret = "0123456789abcdef0123456789abcdef";
const nowSeconds = 1_700_000_000;
const JSON_TYPE = { "content-type": "application/json" };

function receiverOf(sender: unknown, at = nowSeconds) {
  const seen: string[] = [];
  const receiver = createReceiver(sender as Sender<Record<string, unknown>>, {
    logger: quiet,
    now: () => at * 1000,
  }).on("*", (event) => void seen.push(`${event.type} ${event.id ?? "-"}`));
  return { seen, receive: (delivery: DeliveryInput): Promise<Outcome> => receiver.receive(delivery) };
}

const hmac = (text: string, encoding: "hex" | "base64" = "hex", algorithm = "sha256", key: string | Buffer = secret) =>
  createHmac(algorithm, key).update(text).digest(encoding);

/** Vectors of these senders, by the name they have in the vectors. */
const BUILD: Readonly<Record<string, (key: string) => unknown>> = {
  "standard-webhooks": (key) =>
    key.startsWith("whpk_") ? senders.standardWebhooks({ publicKey: key }) : senders.standardWebhooks({ secret: key }),
  svix: (key) => senders.svix({ secret: key }),
  github: (key) => senders.github({ secret: key }),
  stripe: (key) => senders.stripe({ secret: key }),
  shopify: (key) => senders.shopify({ secret: key }),
  slack: (key) => senders.slack({ secret: key }),
  jira: (key) => senders.jira({ secret: key }),
  bitbucket: (key) => senders.bitbucket({ secret: key }),
  line: (key) => senders.line({ secret: key }),
  discord: (key) => senders.discord({ publicKey: key }),
  polar: (key) => senders.polar({ secret: key }),
};

describe("deliveries that vendors publish, or that their libraries accept", () => {
  for (const vector of [...published, ...constructed].filter(({ provider }) => Object.hasOwn(BUILD, provider))) {
    const at = (vector.extra as { now?: number }).now;
    const sender = BUILD[vector.provider]?.(vector.secretOrKey);
    const headers = { ...vector.headers } as Record<string, string>;

    it(`proves ${vector.provider}: ${vector.description}`, async () => {
      const outcome = await receiverOf(sender, at).receive({ headers, body: vector.body });
      expect(outcome.trace).toContainEqual(expect.objectContaining({ check: "prove", verdict: "passed" }));
    });

    it(`refuses ${vector.provider} with a byte more: ${vector.description}`, async () => {
      const outcome = await receiverOf(sender, at).receive({ headers, body: `${vector.body} ` });
      expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    });
  }
});

const TIME = "2023-11-14T22:13:20.123456789Z";
const KEY = Buffer.alloc(32, 3);
const signedByHand: readonly {
  readonly name: string;
  readonly sender: unknown;
  readonly body: string;
  readonly headers: (body: string) => Record<string, string>;
  readonly seen: string;
}[] = [
  {
    name: "twitch",
    sender: senders.twitch({ secret }),
    body: '{"subscription":{"type":"channel.follow"},"event":{"user_id":"1"}}',
    headers: (body) => ({
      "twitch-eventsub-message-id": "m1",
      "twitch-eventsub-message-timestamp": TIME,
      "twitch-eventsub-message-signature": `sha256=${hmac(`m1${TIME}${body}`)}`,
      "twitch-eventsub-message-type": "notification",
    }),
    seen: "channel.follow m1",
  },
  {
    name: "zoom",
    sender: senders.zoom({ secret }),
    body: '{"event":"meeting.started","event_ts":1700000000000,"payload":{}}',
    headers: (body) => ({
      "x-zm-request-timestamp": String(nowSeconds),
      "x-zm-signature": `v0=${hmac(`v0:${nowSeconds}:${body}`)}`,
    }),
    seen: "meeting.started -",
  },
  {
    name: "linear",
    sender: senders.linear({ secret }),
    body: `{"action":"create","type":"Issue","webhookTimestamp":${nowSeconds * 1000 + 59_000}}`,
    headers: (body) => ({ "linear-delivery": "d1", "linear-signature": hmac(body) }),
    seen: "Issue.create d1",
  },
  {
    name: "linkedin",
    sender: senders.linkedin({ secret }),
    body: '{"type":"LEAD_ACTION","leadAction":"CREATED"}',
    headers: (body) => ({ "x-li-signature": hmac(`hmacsha256=${body}`) }),
    seen: "LEAD_ACTION -",
  },
  {
    name: "x",
    sender: senders.x({ secret }),
    body: '{"for_user_id":"1","tweet_create_events":[{}]}',
    headers: (body) => ({ "x-twitter-webhooks-signature": `sha256=${hmac(body, "base64")}` }),
    seen: "tweet_create_events -",
  },
  {
    name: "tiktok",
    sender: senders.tiktok({ secret }),
    body: '{"event":"authorization.removed","create_time":1700000000}',
    headers: (body) => ({ "tiktok-signature": `t=${nowSeconds},s=${hmac(`${nowSeconds}.${body}`)}` }),
    seen: "authorization.removed -",
  },
  {
    name: "vercel",
    sender: senders.vercel({ secret }),
    body: '{"id":"e1","type":"deployment.created","createdAt":1700000000000}',
    headers: (body) => ({ "x-vercel-signature": hmac(body, "hex", "sha1") }),
    seen: "deployment.created e1",
  },
  {
    name: "sentry",
    sender: senders.sentry({ secret }),
    body: '{"action":"created","data":{}}',
    headers: (body) => ({
      "sentry-hook-signature": hmac(body),
      "sentry-hook-resource": "issue",
      "request-id": "r1",
    }),
    seen: "issue.created r1",
  },
  {
    name: "airtable",
    sender: senders.airtable({ secret: KEY.toString("base64") }),
    body: '{"base":{"id":"app1"},"webhook":{"id":"ach1"},"timestamp":"2023-11-14T22:13:20.000Z"}',
    headers: (body) => ({ "x-airtable-content-mac": `hmac-sha256=${hmac(body, "hex", "sha256", KEY)}` }),
    seen: "ping -",
  },
  {
    name: "line",
    sender: senders.line({ secret }),
    body: '{"destination":"U1","events":[{"type":"follow","webhookEventId":"01H"}]}',
    headers: (body) => ({ "x-line-signature": hmac(body, "base64") }),
    seen: "follow 01H",
  },
  {
    name: "lineWorks",
    sender: senders.lineWorks({ secret }),
    body: '{"type":"message","issuedTime":"2023-11-14T22:13:20.000Z"}',
    headers: (body) => ({ "x-works-signature": hmac(body, "base64") }),
    seen: "message -",
  },
  ...["sha1", "sha256", "sha384", "sha512"].map((algorithm) => ({
    name: `websub by ${algorithm}`,
    sender: senders.websub({ secret, topics: "*" }),
    body: "<feed/>",
    headers: (body: string) => ({
      "content-type": "application/atom+xml",
      "x-hub-signature": `${algorithm}=${hmac(body, "hex", algorithm)}`,
    }),
    seen: "content -",
  })),
  ...["", "v1,"].map((version) => ({
    name: `openai, signature ${version === "" ? "bare" : "with its version"}`,
    sender: senders.openai({ secret: "a secret without a prefix" }),
    body: '{"id":"evt_1","type":"response.completed"}',
    headers: (body: string) => ({
      "webhook-id": "w1",
      "webhook-timestamp": String(nowSeconds),
      "webhook-signature": `${version}${hmac(`w1.${nowSeconds}.${body}`, "base64", "sha256", "a secret without a prefix")}`,
    }),
    seen: "response.completed w1",
  })),
  ...[senders.whop, senders.polar, senders.bigcommerce].map((factory) => ({
    name: `${factory.about.factory}, whose key is the secret's text`,
    sender: factory({ secret: "ws_secret_of_some_length" }),
    body: '{"type":"a","scope":"a"}',
    headers: (body: string) => ({
      "webhook-id": "w1",
      "webhook-timestamp": String(nowSeconds),
      "webhook-signature": `v1,${hmac(`w1.${nowSeconds}.${body}`, "base64", "sha256", "ws_secret_of_some_length")}`,
    }),
    seen: "a w1",
  })),
];

describe.each(signedByHand)("$name", ({ sender, body, headers, seen: expected }) => {
  it("accepts what its vendor's recipe makes", async () => {
    const { seen, receive } = receiverOf(sender);
    const outcome = await receive({ headers: { ...JSON_TYPE, ...headers(body) }, body });
    expect(outcome, outcome.hint).toMatchObject({ name: "processed" });
    expect(seen).toEqual([expected]);
  });

  it("refuses the signature of another body", async () => {
    const { seen, receive } = receiverOf(sender);
    const outcome = await receive({ headers: { ...JSON_TYPE, ...headers(`${body} `) }, body });
    expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    expect(seen).toEqual([]);
  });
});

describe("twitch", () => {
  const sender = senders.twitch({ secret });
  const to = createTestSender(sender).to(createReceiver(sender, { logger: quiet }) as never);
  const subscription = { id: "s1", type: "channel.follow", status: "enabled" };

  it("answers a signed challenge as plain text", async () => {
    const sent = await to.send("x", { challenge: "abc<b>", subscription });
    expect(sent).toMatchObject({ status: 200, body: "abc<b>" });
    expect(sent.headers).toMatchObject({ "content-type": "text/plain; charset=utf-8" });
  });

  it("answers no challenge that is not signed", async () => {
    const sent = await to.send("x", { challenge: "abc", subscription }, { unsigned: true });
    expect(sent).toMatchObject({ status: 401, code: "unauthenticated" });
  });

  it("tells a revocation by the signed body, whatever the header says", async () => {
    const headers = { "twitch-eventsub-message-type": "notification" };
    const sent = await to.send("x", { subscription: { ...subscription, status: "user_removed" } }, { headers });
    expect(sent.outcome?.events).toMatchObject([{ type: "revocation" }]);
  });

  it.each([
    [599, 200],
    [600, 200],
    [601, 401],
  ])("answers one that is %i s old with %i", async (seconds, status) => {
    const now = () => nowSeconds * 1000;
    const test = createTestSender(sender, { now });
    const sent = await test.send(createReceiver(sender, { logger: quiet, now }) as never, {
      type: "channel.follow",
      payload: { subscription, event: {} },
      stale: seconds,
    });
    expect(sent.status).toBe(status);
  });
});

describe("zoom", () => {
  const validation = { event: "endpoint.url_validation", payload: { plainToken: "qgg8vlvZRS6UYooatFL8Aw" } };

  it("answers url_validation with the HMAC of the key that signed it", async () => {
    const old = "fedcba9876543210fedcba9876543210";
    const sender = senders.zoom({ secret: [secret, old] });
    const receiver = createReceiver(sender, { logger: quiet });
    for (const key of [secret, old]) {
      const sent = await createTestSender(sender, { key }).send(receiver as never, { payload: validation });
      expect(sent.status).toBe(200);
      expect(sent.json()).toEqual({
        plainToken: "qgg8vlvZRS6UYooatFL8Aw",
        encryptedToken: hmac("qgg8vlvZRS6UYooatFL8Aw", "hex", "sha256", key),
      });
    }
  });

  it("looks the secret up where it is a function, also for the challenge", async () => {
    const sender = senders.zoom({ secret: async () => secret });
    const sent = await createTestSender(sender).send(createReceiver(sender, { logger: quiet }) as never, {
      payload: validation,
    });
    expect(sent.json()).toMatchObject({ encryptedToken: hmac("qgg8vlvZRS6UYooatFL8Aw") });
  });

  it("answers none that is not signed", async () => {
    const sender = senders.zoom({ secret });
    const outcome = await receiverOf(sender).receive({ headers: JSON_TYPE, body: JSON.stringify(validation) });
    expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
  });
});

describe("challenges by GET", () => {
  it("x: hears the token's HMAC", async () => {
    const outcome = await receiverOf(senders.x({ secret })).receive({
      method: "GET",
      url: "/hook?crc_token=abc&nonce=1",
    });
    expect(outcome.reply).toMatchObject({
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ response_token: `sha256=${hmac("abc", "base64")}` }),
    });
  });

  it("linkedin: hears the code and its HMAC, with the secret of the app that is asked for", async () => {
    const sender = senders.linkedin({ secret: ({ url }) => (url.includes("applicationId=2") ? secret : null) });
    const { receive } = receiverOf(sender);
    const outcome = await receive({
      method: "GET",
      url: "/hook?challengeCode=890e4665-4dfe-4ab1-b689-ed553bceeed0&applicationId=2",
    });
    expect(JSON.parse(String(outcome.reply.body))).toEqual({
      challengeCode: "890e4665-4dfe-4ab1-b689-ed553bceeed0",
      challengeResponse: hmac("890e4665-4dfe-4ab1-b689-ed553bceeed0"),
    });
    const stranger = await receive({
      method: "GET",
      url: "/hook?challengeCode=890e4665-4dfe-4ab1-b689-ed553bceeed0&applicationId=3",
    });
    expect(stranger).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
  });

  it.each([
    ["empty", "crc_token="],
    ["too long", `crc_token=${"x".repeat(513)}`],
    ["given twice", "crc_token=a&crc_token=b"],
    ["not printable", "crc_token=%00"],
    ["the body of a delivery", `crc_token=${encodeURIComponent('{"tweet_create_events":[]}')}`],
    ["a text with a space", "crc_token=a%20b"],
    ["followed by a line break", "crc_token=abc%0A"],
  ])("x: refuses one that is %s", async (_, query) => {
    const outcome = await receiverOf(senders.x({ secret })).receive({ method: "GET", url: `/hook?${query}` });
    expect(outcome).toMatchObject({ name: "bad_credentials", reply: { status: 400 } });
  });

  it.each([
    ["the body of a delivery with its prefix", 'hmacsha256={"type":"LEAD_ACTION"}'],
    ["a UUID with something behind it", "890e4665-4dfe-4ab1-b689-ed553bceeed0{}"],
    ["a UUID with something before it", "hmacsha256=890e4665-4dfe-4ab1-b689-ed553bceeed0"],
    ["no UUID", "abc"],
    ["empty", ""],
  ])("linkedin: refuses a code that is %s", async (_, code) => {
    const url = `/hook?challengeCode=${encodeURIComponent(code)}`;
    const outcome = await receiverOf(senders.linkedin({ secret })).receive({ method: "GET", url });
    expect(outcome).toMatchObject({ name: "bad_credentials", reply: { status: 400 } });
  });

  it.each(["12345", "true", "null", "-1"])("x: refuses the body %s, which anybody may have signed", async (body) => {
    const { receive } = receiverOf(senders.x({ secret }));
    const challenge = await receive({ method: "GET", url: `/hook?crc_token=${body}` });
    const { response_token: signature } = JSON.parse(String(challenge.reply.body));
    const headers = { ...JSON_TYPE, "x-twitter-webhooks-signature": signature };
    expect(await receive({ headers, body })).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
  });

  it("meta: hears the challenge only with the right token, and only to subscribe", async () => {
    const { receive } = receiverOf(senders.meta({ secret, verifyToken: "my-verify-token" }));
    const get = (query: string) => receive({ method: "GET", url: `/hook?${query}` });
    const right = await get("hub.mode=subscribe&hub.verify_token=my-verify-token&hub.challenge=1158201444");
    expect(right.reply).toMatchObject({ status: 200, body: "1158201444" });
    const wrong = await get("hub.mode=subscribe&hub.verify_token=other&hub.challenge=1158201444");
    expect(wrong).toMatchObject({ name: "forbidden", reply: { status: 403 } });
    const other = await get("hub.mode=other&hub.verify_token=my-verify-token&hub.challenge=1158201444");
    expect(other).toMatchObject({ name: "method_not_allowed", reply: { status: 405 } });
  });

  it("meta: is not built without its verify token", () => {
    expect(() => senders.meta({ secret, verifyToken: "" })).toThrow(/meta: verifyToken/);
  });
});

describe("websub", () => {
  const { receive } = receiverOf(senders.websub({ secret, topics: ["https://example.com/feed"] }));
  const ask = (mode: string, topic: string) =>
    receive({
      method: "GET",
      url: `/?${new URLSearchParams({ "hub.mode": mode, "hub.topic": topic, "hub.challenge": "c1" }).toString()}`,
    });

  it.each([
    ["subscribe", "https://example.com/feed", 200, "c1"],
    ["subscribe", "https://example.com/other", 404, ""],
    ["unsubscribe", "https://example.com/feed", 404, ""],
    ["unsubscribe", "https://example.com/other", 200, "c1"],
    ["denied", "https://example.com/feed", 200, ""],
  ])("answers %s for %s with %i", async (mode, topic, status, body) => {
    expect((await ask(mode, topic)).reply).toMatchObject({ status, body });
  });

  it("is not built without topics", () => {
    expect(() => senders.websub({ secret, topics: [""] })).toThrow(/websub: topics must be a list/);
    expect(() => senders.websub({ secret } as never)).toThrow(/websub: topics must be a list/);
  });
});

describe("discord", () => {
  const sender = senders.discord({ publicKey: "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c" });
  const event = constructed.find(({ provider }) => provider === "discord");

  it("answers the PING of webhook events with 204, and nothing of it reaches a handler", async () => {
    const { seen, receive } = receiverOf(sender);
    const outcome = await receive({
      headers: { ...event?.headers } as Record<string, string>,
      body: event?.body ?? "",
    });
    expect(outcome).toMatchObject({ name: "handshake", reply: { status: 204, body: "" } });
    expect(outcome.reply.headers).toHaveProperty("content-type");
    expect(seen).toEqual([]);
  });

  it("refuses a wrong signature with 401, as Discord wants it", async () => {
    const { receive } = receiverOf(sender);
    const headers = { ...event?.headers, "x-signature-ed25519": "0".repeat(128) } as Record<string, string>;
    expect(await receive({ headers, body: event?.body ?? "" })).toMatchObject({ reply: { status: 401 } });
  });
});

describe("ringcentral", () => {
  it("repeats the header of the empty POST, and of no other delivery", async () => {
    const { receive } = receiverOf(senders.ringcentral({ token: secret }));
    const probe = await receive({ headers: { "validation-token": "abc-123" } });
    expect(probe.reply).toMatchObject({ status: 200, headers: { "validation-token": "abc-123" }, body: "" });
    const delivery = await receive({
      headers: { ...JSON_TYPE, "validation-token": "abc-123" },
      body: '{"event":"/a"}',
    });
    expect(delivery).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
  });
});

describe("monday", () => {
  const { seen, receive } = delivered(senders.monday({ secret }) as never, { publicUrl: "https://example.com/" });

  it("repeats a challenge that stands alone", async () => {
    const outcome = await receive({
      headers: JSON_TYPE,
      body: '{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}',
    });
    expect(JSON.parse(String(outcome.reply.body))).toEqual({
      challenge: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
    });
  });

  it("takes nothing else without a token", async () => {
    const outcome = await receive({ headers: JSON_TYPE, body: '{"challenge":"a","event":{"type":"x"}}' });
    expect(outcome).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    expect(seen).toEqual([]);
  });
});

describe("vercel", () => {
  it("answers the unsigned first request of a drain, where there is a token", async () => {
    const drain = receiverOf(senders.vercel({ secret, verifyToken: "verify-1" }));
    const outcome = await drain.receive({ headers: JSON_TYPE, body: '[{"id":"1","source":"build"}]' });
    expect(outcome).toMatchObject({
      name: "handshake",
      reply: { status: 200, headers: { "x-vercel-verify": "verify-1" } },
    });
    expect(drain.seen).toEqual([]);
    const plain = await receiverOf(senders.vercel({ secret })).receive({ headers: JSON_TYPE, body: "[]" });
    expect(plain).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
  });

  it("hands over the lines of a drain one by one", async () => {
    const { seen, receive } = receiverOf(senders.vercel({ secret, verifyToken: "verify-1" }));
    const body = '[{"id":"1","source":"build"},{"id":"2","source":"lambda"}]';
    await receive({ headers: { ...JSON_TYPE, "x-vercel-signature": hmac(body, "hex", "sha1") }, body });
    expect(seen).toEqual(["build 1", "lambda 2"]);
  });

  it.each(["application/x-ndjson", "application/ndjson; charset=utf-8"])(
    "reads the lines of a drain in NDJSON, sent as %s, even a single one",
    async (type) => {
      const { seen, receive } = receiverOf(senders.vercel({ secret, verifyToken: "verify-1" }));
      for (const body of [
        '{"id":"1","source":"build"}\n{"id":"2","source":"lambda"}\n',
        '{"id":"3","source":"edge"}',
      ]) {
        await receive({ headers: { "content-type": type, "x-vercel-signature": hmac(body, "hex", "sha1") }, body });
      }
      expect(seen).toEqual(["build 1", "lambda 2", "edge 3"]);
      const forged = { "content-type": type, "x-vercel-signature": "0".repeat(40) };
      expect(await receive({ headers: forged, body: "{}" })).toMatchObject({ name: "unauthenticated" });
    },
  );
});

describe("line", () => {
  it("takes an empty array, which is what the console's Verify button sends, as success", async () => {
    const body = '{"destination":"U1","events":[]}';
    const headers = { ...JSON_TYPE, "x-line-signature": hmac(body, "base64") };
    expect(await receiverOf(senders.line({ secret })).receive({ headers, body })).toMatchObject({
      name: "empty",
      reply: { status: 200 },
    });
  });
});

describe("portone", () => {
  const whsec = `whsec_${KEY.toString("base64")}`;

  it("reads the older body, also as a form", async () => {
    const sender = senders.portone({ secret: whsec });
    const { seen, receive } = receiverOf(sender);
    const body = "payment_id=p1&tx_id=t1&status=Paid";
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "webhook-id": "w1",
      "webhook-timestamp": String(nowSeconds),
      "webhook-signature": `v1,${hmac(`w1.${nowSeconds}.${body}`, "base64", "sha256", KEY)}`,
    };
    expect(await receive({ headers, body })).toMatchObject({ name: "processed" });
    expect(seen).toEqual(["Paid w1"]);
  });

  it("takes version 1, which signs nothing, only by the word of confirm", async () => {
    let isTrue = false;
    const { seen, receive } = receiverOf(senders.portone({ confirm: () => isTrue }));
    const delivery = { headers: JSON_TYPE, body: '{"imp_uid":"imp_1","merchant_uid":"m1","status":"paid"}' };
    expect(await receive(delivery)).toMatchObject({ name: "unauthenticated", reply: { status: 401 } });
    isTrue = true;
    expect(await receive(delivery)).toMatchObject({ name: "processed", reply: { status: 200 } });
    expect(seen).toEqual(["paid imp_1.paid"]);
  });

  it("is not built with both, nor with neither", () => {
    expect(() => senders.portone({})).toThrow(/portone: give secret .* or confirm/);
    expect(() => senders.portone({ secret: whsec, confirm: () => true })).toThrow(/one of the two/);
  });
});

describe("standardWebhooks", () => {
  it("is not built with a named option that is not set, though the other one is", () => {
    const whsec = `whsec_${KEY.toString("base64")}`;
    expect(() => senders.standardWebhooks({ secret: whsec, publicKey: undefined })).toThrow(/publicKey is missing/);
    expect(() => senders.standardWebhooks({})).toThrow(/standardWebhooks: give secret/);
  });
});
