// Checks the sender AWS SNS.

import { createHash, generateKeyPairSync, sign } from "node:crypto";
import https from "node:https";
import { PassThrough } from "node:stream";
import type { Outcome } from "hookgate";
import { awsSns } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import MessageValidator from "sns-validator";
import { afterEach, describe, expect, it, vi } from "vitest";
import { rsaPair } from "../../scripts/sample-keys.js";
import type { SignedDelivery } from "../../src/test-sender/compose.js";
import { delivered } from "../support/senders/deliver.js";
import { at } from "../support/senders/handshake.js";
import { type LibraryCase, libraryOracle, NOTE } from "../support/senders/library-oracle.js";
import { type RoutedServer, routeTls, tlsPem } from "../support/senders/routed-tls.js";
import { anySender, send } from "../support/senders/send.js";
import { vectorOracle } from "../support/senders/vector-oracle.js";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const rsaSpki = rsa.publicKey.export({ type: "spki", format: "pem" }).toString();
const rsaPkcs8 = rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const ORDERS = "arn:aws:sns:us-east-1:123456789012:orders";
const certificateUrl = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem";
/** The library fetches the certificate with `https.get`; a public key serves it as well. Nothing leaves the machine. */
function answerCertificate(): void {
  const get = (asked: string, answer: (response: unknown) => void) => {
    expect(asked).toBe(certificateUrl);
    answer(Object.assign(new PassThrough().end(rsaSpki), { statusCode: 200 }));
    return new PassThrough();
  };
  vi.spyOn(https, "get").mockImplementation(get as unknown as typeof https.get);
}
function snsCase(version: "1" | "2"): LibraryCase {
  return {
    kind: `version ${version}`,
    sender: awsSns({ topicArns: ORDERS, publicKey: rsaSpki }),
    key: rsaPkcs8,
    type: "Notification",
    payload: {
      MessageId: "m1",
      TopicArn: ORDERS,
      Subject: "é",
      Message: NOTE,
      Timestamp: "2026-01-02T03:04:05.678Z",
      SignatureVersion: version,
      SigningCertURL: certificateUrl,
    },
    async accepts({ body }) {
      answerCertificate();
      try {
        return await new Promise((resolve) => new MessageValidator().validate(body, (error) => resolve(!error)));
      } finally {
        vi.restoreAllMocks();
      }
    },
  };
}
const TOPIC = "arn:aws:sns:us-east-1:123456789012:orders";
const HOST = "sns.us-east-1.amazonaws.com";
const SIGNING = tlsPem("signing");
let server: RoutedServer | undefined;
/** The library keeps certificates by their URL, for ever: each case has its own. */
const pathOf = (name: string) => `/SimpleNotificationService-${createHash("sha1").update(name).digest("hex")}.pem`;
const serveCertificate = async (body: string, certificate: Parameters<typeof routeTls>[1] = "server") => {
  server = await routeTls(() => ({ body }), certificate);
  return server;
};
async function message(certUrl: string, key: string, more: object = {}, type = "Notification") {
  const signer = awsSns({ topicArns: TOPIC, publicKey: SIGNING });
  const payload = {
    ...{ TopicArn: TOPIC, Message: "é 😀", Timestamp: "2026-01-02T03:04:05.678Z" },
    ...{ SignatureVersion: "2", SigningCertURL: certUrl },
    ...more,
  };
  return createTestSender(signer, { key: tlsPem(key) }).sign({ type, payload });
}
function ours({ headers, body }: SignedDelivery): Promise<Outcome> {
  return delivered(awsSns({ topicArns: TOPIC })).receive({ url: "/", headers, body });
}
function theirs({ body }: SignedDelivery): Promise<boolean> {
  const text = Buffer.from(body).toString("utf8");
  return new Promise((resolve) => new MessageValidator().validate(text, (error) => resolve(error === null)));
}

afterEach(() => server?.close());

vectorOracle(
  "aws-sns",
  ({ secretOrKey: publicKey }) => awsSns({ topicArns: "arn:aws:sns:us-east-1:123456789012:MyTopic", publicKey }),
  {
    // A confirmation would make the receiver ask AWS.
    runs: ({ headers }) => headers["x-amz-sns-message-type"] !== "SubscriptionConfirmation",
    change: ({ body }) => body.replace("MyTopic", "MyTopik"),
  },
);

libraryOracle("sns-validator", snsCase("1"));

libraryOracle("sns-validator", snsCase("2"));

describe("AWS SNS, and sns-validator beside it at the same server", () => {
  it("accepts what the certificate at SigningCertURL signed, and so does the library", async () => {
    const routed = await serveCertificate(SIGNING);
    const path = pathOf("accepted");
    const signed = await message(`https://${HOST}${path}`, "signing-key");
    expect(await ours(signed)).toMatchObject({ name: "processed" });
    expect(await theirs(signed)).toBe(true);
    expect(routed.asked).toEqual([`${HOST} ${path}`, `${HOST} ${path}`]);
  });

  it("refuses what another key signed, and so does the library", async () => {
    await serveCertificate(SIGNING);
    const signed = await message(`https://${HOST}${pathOf("other key")}`, "ended-key");
    expect(await ours(signed)).toMatchObject({ name: "unauthenticated" });
    expect(await theirs(signed)).toBe(false);
  });

  it.each([
    ["another domain", `https://${HOST}.evil.example/a.pem`],
    ["plain http", `http://${HOST}/a.pem`],
    ["another service", "https://s3.us-east-1.amazonaws.com/a.pem"],
    ["another port", `https://${HOST}:8443/a.pem`],
  ])("asks nobody where the URL is of %s; neither does the library", async (_name, certUrl) => {
    const routed = await serveCertificate(SIGNING);
    const signed = await message(certUrl, "signing-key");
    expect(await ours(signed)).toMatchObject({ name: "unauthenticated" });
    expect(await theirs(signed)).toBe(false);
    expect(routed.reached).toEqual([]);
  });

  it("cannot decide where the host's own certificate is of a CA that is not trusted", async () => {
    const routed = await serveCertificate(SIGNING, "stranger-server");
    const signed = await message(`https://${HOST}${pathOf("stranger")}`, "signing-key");
    expect(await ours(signed)).toMatchObject({ name: "undecided" });
    expect(await theirs(signed)).toBe(false);
    expect(routed).toMatchObject({ reached: [HOST, HOST], asked: [] });
  });

  it("cannot decide where the host's own certificate is of another host", async () => {
    const other = "sns.eu-west-1.amazonaws.com";
    const routed = await serveCertificate(SIGNING);
    const signed = await message(`https://${other}${pathOf("other host")}`, "signing-key");
    expect(await ours(signed)).toMatchObject({ name: "undecided" });
    expect(await theirs(signed)).toBe(false);
    expect(routed).toMatchObject({ reached: [other, other], asked: [] });
  });

  it("follows no redirect, and neither does the library", async () => {
    server = await routeTls(() => ({ status: 302, location: `https://${HOST}/elsewhere.pem` }), "server");
    const signed = await message(`https://${HOST}${pathOf("redirect")}`, "signing-key");
    expect(await ours(signed)).toMatchObject({ name: "undecided" });
    expect(await theirs(signed)).toBe(false);
    expect(server.asked).toHaveLength(2);
  });

  it("refuses a certificate that has ended; the library looks at no dates", async () => {
    await serveCertificate(tlsPem("ended"));
    const signed = await message(`https://${HOST}${pathOf("ended")}`, "ended-key");
    expect(await ours(signed)).toMatchObject({ name: "unauthenticated" });
    expect(await theirs(signed)).toBe(true);
  });

  it("confirms a subscription by asking its URL, once the message is proven", async () => {
    const routed = await serveCertificate(SIGNING);
    const path = `/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=t`;
    const certUrl = `https://${HOST}${pathOf("confirmation")}`;
    const more = { Token: "t", SubscribeURL: `https://${HOST}${path}` };
    const signed = await message(certUrl, "signing-key", more, "SubscriptionConfirmation");
    expect(await ours(signed)).toMatchObject({ name: "handshake", reply: { status: 200 } });
    expect(await theirs(signed)).toBe(true);
    expect(routed.asked).toContain(`${HOST} ${path}`);
    const forged = await message(certUrl, "ended-key", more, "SubscriptionConfirmation");
    expect(await ours(forged)).toMatchObject({ name: "unauthenticated" });
    expect(routed.asked.filter((one) => one === `${HOST} ${path}`)).toHaveLength(1);
  });
});

describe("AWS SNS' SubscriptionConfirmation", () => {
  const TOPIC = "arn:aws:sns:us-east-1:123456789012:orders";
  const { publicKey, privateKey } = rsaPair();
  const sender = awsSns({ topicArns: TOPIC, publicKey });
  const confirmation = (url: string, topic = TOPIC) =>
    createTestSender(sender, { key: privateKey }).sign({
      type: "SubscriptionConfirmation",
      payload: { TopicArn: topic, Message: "m", Token: "t", SubscribeURL: url, Timestamp: "2026-01-02T03:04:05.678Z" },
    });

  it.each([
    ["another host", "https://sns.us-east-1.amazonaws.com.evil.example/?Action=ConfirmSubscription"],
    ["plain http", "http://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription"],
    ["another action", "https://sns.us-east-1.amazonaws.com/?Action=DeleteTopic"],
    ["a port", "https://sns.us-east-1.amazonaws.com:8443/?Action=ConfirmSubscription"],
    ["our own network", "https://127.0.0.1/?Action=ConfirmSubscription"],
    ["what is no URL", "sns"],
  ])("asks nobody where its URL is of %s, though it is signed", async (_name, url) => {
    const outcome = await at(sender).receive(await confirmation(url));
    expect(outcome).toMatchObject({ name: "bad_payload" });
  });

  it("of another topic is refused, and so is a forged one", async () => {
    const url = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=t";
    const { receive } = at(sender);
    expect(await receive(await confirmation(url, `${TOPIC}-2`))).toMatchObject({ name: "unauthenticated" });
    const signed = await confirmation(url);
    const body = Buffer.from(signed.body).toString("utf8").replace("Token=t", "Token=u");
    expect(await receive({ ...signed, body })).toMatchObject({ name: "unauthenticated" });
  });
});

describe("what is not signed", () => {
  it("a topic of somebody else's is refused, though AWS has signed it", async () => {
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

  describe("a text that AWS signed for somebody else's topic cannot be cut into a message of ours", () => {
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
      const { seen, receive } = delivered(anySender(awsSns({ topicArns, publicKey: rsaPair().publicKey })));
      const body = JSON.stringify({ ...genuine, Signature, ...changes });
      const outcome = await receive({ headers: { "content-type": "text/plain; charset=UTF-8" }, body });
      expect(["unauthenticated", "bad_credentials"], outcome.hint).toContain(outcome.name);
      expect(seen).toEqual([]);
    });
  });

  it("raw delivery, which has no signature, is refused", async () => {
    const { receive } = delivered(anySender(awsSns({ topicArns: TOPIC, publicKey: rsaPair().publicKey })));
    const headers = { "content-type": "text/plain; charset=UTF-8", "x-amz-sns-rawdelivery": "true" };
    expect((await receive({ headers, body: '{"a":1}' })).reply.status).toBe(401);
  });
});

describe("misuse", () => {
  it.each<[string, () => unknown, RegExp]>([
    ["awsSns without topics", () => awsSns({ topicArns: undefined }), /^awsSns: topicArns must hold ARNs/],
    ["awsSns with a star for everybody", () => awsSns({ topicArns: "*" }), /^awsSns: topicArns/],
  ])("%s throws", (_name, make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});
