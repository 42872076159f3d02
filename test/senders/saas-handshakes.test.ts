// How senders of mail, files, boards and clouds ask whether we are there, and what they must not be told.
import { createHmac, createPrivateKey } from "node:crypto";
import type { Sender } from "hookgate";
import {
  asana,
  awsSns,
  azureEventGrid,
  dropbox,
  front,
  intercom,
  mailchimp,
  mandrill,
  microsoftGraph,
  notion,
  nylas,
  okta,
  oura,
  smartcar,
  strava,
  trello,
  woocommerce,
} from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { rsaPair } from "../../scripts/sample-keys.js";
import { delivered, FORM_TYPE, JSON_TYPE } from "./deliver.js";

const secret = "0123456789abcdef0123456789abcdef";
const verifyToken = "verify-0123456789";
const publicUrl = "https://example.com/hook";
const confirm = () => true;

function at(sender: unknown) {
  const described = sender as Sender<Record<string, unknown>>;
  return delivered(described, described.definition.auth.needsPublicUrl ? { publicUrl } : {});
}
const answered = (body: string) => ({ name: "handshake", reply: { status: 200, body } });

describe("a challenge in the query", () => {
  it.each<[string, unknown, string, string]>([
    ["dropbox", dropbox({ secret }), "challenge=abc%20d", "abc d"],
    ["nylas", nylas({ secret }), "challenge=abc", "abc"],
    ["oura", oura({ secret, verifyToken }), `verification_token=${verifyToken}&challenge=x`, '{"challenge":"x"}'],
    [
      "strava",
      strava({ verifyToken, confirm }),
      `hub.mode=subscribe&hub.challenge=x&hub.verify_token=${verifyToken}`,
      '{"hub.challenge":"x"}',
    ],
  ])("%s is answered with it", async (_name, sender, query, body) => {
    const { seen, receive } = at(sender);
    const outcome = await receive({ method: "GET", url: `/hook?${query}` });
    expect(outcome).toMatchObject(answered(body));
    expect(outcome.reply.headers).toMatchObject({ "x-content-type-options": "nosniff" });
    expect(seen).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ["oura", oura({ secret, verifyToken }), "verification_token=wrong&challenge=x"],
    ["oura without its token", oura({ secret, verifyToken }), "challenge=x"],
    ["strava", strava({ verifyToken, confirm }), "hub.challenge=x&hub.verify_token=wrong"],
  ])("%s is not answered where the token is another one", async (_name, sender, query) => {
    const outcome = await at(sender).receive({ method: "GET", url: `/hook?${query}` });
    expect(outcome).toMatchObject({ name: "forbidden", reply: { status: 403 } });
    expect(String(outcome.reply.body)).not.toContain("challenge");
  });

  it.each([
    ["too long", `challenge=${"x".repeat(513)}`],
    ["empty", "challenge="],
    ["with a line break", "challenge=a%0d%0ab"],
  ])("is refused where it is %s", async (_name, query) => {
    expect(await at(dropbox({ secret })).receive({ method: "GET", url: `/hook?${query}` })).toMatchObject({
      name: "bad_credentials",
    });
  });

  it.each([
    ["none", "/hook"],
    ["two", "/hook?challenge=a&challenge=b"],
  ])("%s is no handshake: 405", async (_name, url) => {
    expect(await at(dropbox({ secret })).receive({ method: "GET", url })).toMatchObject({ name: "method_not_allowed" });
  });
});

it.each([
  ["intercom", intercom({ secret })],
  ["trello", trello({ secret })],
  ["mandrill", mandrill({ secret })],
])("%s looks with a HEAD", async (_name, sender) => {
  expect(await at(sender).receive({ method: "HEAD", url: "/hook" })).toMatchObject(answered(""));
});

it("Okta's challenge is a header, and is answered in JSON", async () => {
  const headers = { "x-okta-verification-challenge": "abc" };
  const outcome = await at(okta({ token: secret })).receive({ method: "GET", headers });
  expect(outcome).toMatchObject(answered('{"verification":"abc"}'));
  expect(outcome.reply.headers).toMatchObject({ "content-type": "application/json" });
});

describe("Mailchimp's look at its URL", () => {
  it("is answered where it brings the token, and refused where not", async () => {
    const { receive } = at(mailchimp({ token: secret }));
    expect(await receive({ method: "GET", url: `/hook?token=${secret}` })).toMatchObject(answered(""));
    expect(await receive({ method: "GET", url: "/hook?token=x" })).toMatchObject({ name: "unauthenticated" });
    expect(await receive({ method: "GET", url: "/hook" })).toMatchObject({ name: "unauthenticated" });
  });
});

describe("WooCommerce's ping", () => {
  it("is answered, and anything else without a signature is not", async () => {
    const { seen, receive } = at(woocommerce({ secret }));
    expect(await receive({ headers: FORM_TYPE, body: "webhook_id=12" })).toMatchObject(answered(""));
    expect(await receive({ headers: FORM_TYPE, body: "webhook_id=12&x=1" })).toMatchObject({ name: "unauthenticated" });
    expect(await receive({ headers: JSON_TYPE, body: '{"webhook_id":12}' })).toMatchObject({ name: "unauthenticated" });
    expect(seen).toEqual([]);
  });
});

describe("Front's challenge", () => {
  it("is repeated only once the signature holds", async () => {
    const sender = front({ secret });
    const signed = await createTestSender(sender).sign({
      type: "sync",
      headers: { "x-front-challenge": "abc" },
      payload: { type: "sync" },
    });
    const { receive } = at(sender);
    expect(await receive(signed)).toMatchObject(answered("abc"));
    const headers = { ...signed.headers, "x-front-signature": "A".repeat(43).concat("=") };
    expect(await receive({ ...signed, headers })).toMatchObject({ name: "unauthenticated" });
  });
});

describe("Smartcar's VERIFY", () => {
  const payload = { eventType: "VERIFY", data: { challenge: "abc" } };
  it("is answered with the challenge's own MAC", async () => {
    const sender = smartcar({ secret });
    const { seen, receive } = at(sender);
    const signed = await createTestSender(sender).sign({ type: "VERIFY", payload });
    const challenge = createHmac("sha256", secret).update("abc").digest("hex");
    expect(await receive(signed)).toMatchObject(answered(JSON.stringify({ challenge })));
    expect(seen).toEqual([]);
  });

  it("is answered with the token that signed it, while two are in use", async () => {
    const newer = `${secret}2`;
    const signed = await createTestSender(smartcar({ secret: newer })).sign({ type: "VERIFY", payload });
    const challenge = createHmac("sha256", newer).update("abc").digest("hex");
    const { receive } = at(smartcar({ secret: [secret, newer] }));
    expect(await receive(signed)).toMatchObject(answered(JSON.stringify({ challenge })));
  });

  it("is not answered unsigned, so nobody learns a MAC of a text of theirs", async () => {
    const outcome = await at(smartcar({ secret })).receive({ headers: JSON_TYPE, body: JSON.stringify(payload) });
    expect(outcome).toMatchObject({ name: "unauthenticated" });
  });
});

describe("Microsoft Graph's validation", () => {
  it("is answered with the decoded token, as text", async () => {
    const { receive } = at(microsoftGraph({ clientState: secret }));
    const headers = { "content-type": "text/plain; charset=utf-8" };
    const outcome = await receive({ url: "/hook?validationToken=Validation%3a+Testing", headers });
    expect(outcome).toMatchObject(answered("Validation: Testing"));
    expect(outcome.reply.headers).toMatchObject({ "content-type": "text/plain; charset=utf-8" });
  });

  it("is none where there is a body", async () => {
    const { receive } = at(microsoftGraph({ clientState: secret }));
    const body = JSON.stringify({ value: [{ changeType: "updated", clientState: "wrong" }] });
    expect(await receive({ url: "/hook?validationToken=x", headers: JSON_TYPE, body })).toMatchObject({
      name: "unauthenticated",
    });
  });
});

describe("Azure Event Grid's handshakes", () => {
  const event = { eventType: "Microsoft.EventGrid.SubscriptionValidationEvent", data: { validationCode: "c-1" } };
  const body = JSON.stringify([event]);
  it("answers the validation event where the token is right", async () => {
    const { seen, receive } = at(azureEventGrid({ token: secret }));
    const url = `/hook?token=${secret}`;
    expect(await receive({ url, headers: JSON_TYPE, body })).toMatchObject(answered('{"validationResponse":"c-1"}'));
    expect(await receive({ url: "/hook?token=x", headers: JSON_TYPE, body })).toMatchObject({
      name: "unauthenticated",
    });
    expect(seen).toEqual([]);
  });

  it("answers OPTIONS of the CloudEvents schema, with the token only", async () => {
    const { receive } = at(azureEventGrid({ token: secret }));
    const headers = { "webhook-request-origin": "eventgrid.azure.net", "webhook-request-rate": "120" };
    const outcome = await receive({ method: "OPTIONS", url: `/hook?token=${secret}`, headers });
    expect(outcome.reply.headers).toMatchObject({
      "webhook-allowed-origin": "eventgrid.azure.net",
      "webhook-allowed-rate": "*",
    });
    expect(await receive({ method: "OPTIONS", url: "/hook", headers })).toMatchObject({ name: "unauthenticated" });
  });
});

describe("Azure Event Grid with Microsoft Entra", () => {
  const { publicKey, privateKey } = rsaPair();
  const tenantId = "72f988bf-86f1-41af-91ab-2d7cd011db47";
  const entra = { tenantId, audience: "api://grid-hook", publicKey };
  const caller = "4962773b-9cdb-44cf-a8bf-237846a00ab7";
  const versions = {
    one: { iss: `https://sts.windows.net/${tenantId}/`, appid: caller },
    two: { iss: `https://login.microsoftonline.com/${tenantId}/v2.0`, azp: caller },
  };
  const body = JSON.stringify([{ id: "e1", eventType: "Microsoft.Storage.BlobCreated", data: {} }]);
  async function receive(claims: object) {
    const { seen, receive: deliver } = at(azureEventGrid({ entra }));
    const token = await new SignJWT({ aud: "api://grid-hook", ...claims })
      .setProtectedHeader({ alg: "RS256" })
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(createPrivateKey(privateKey));
    const outcome = await deliver({ headers: { ...JSON_TYPE, authorization: `Bearer ${token}` }, body });
    return { name: outcome.name, seen };
  }

  it.each(Object.entries(versions))("takes Event Grid's own token of version %s", async (_name, claims) => {
    const { name, seen } = await receive(claims);
    expect(name).toBe("processed");
    expect(seen).toMatchObject([{ id: "e1", type: "Microsoft.Storage.BlobCreated" }]);
  });

  it.each<[string, object]>([
    ["of another caller", { ...versions.one, appid: "00000000-0000-0000-0000-000000000000" }],
    ["without a caller", { iss: versions.one.iss }],
    ["with the caller's claim of the other version", { iss: versions.two.iss, appid: caller }],
    ["of another directory", { ...versions.one, iss: versions.one.iss.replace("72f9", "82f9") }],
    ["for another application", { ...versions.two, aud: "api://another" }],
  ])("refuses one %s", async (_name, claims) => {
    expect((await receive(claims)).name).toBe("unauthenticated");
  });

  it("throws for a directory that is none, for both kinds of proof, and for neither", () => {
    expect(() => azureEventGrid({ entra: { ...entra, tenantId: "common" } })).toThrow(
      /^azureEventGrid: entra\.tenantId/,
    );
    expect(() => azureEventGrid({ entra, token: secret })).toThrow(/either token or entra/);
    expect(() => azureEventGrid({})).toThrow(TypeError);
  });
});

describe("a secret that comes by itself", () => {
  const hook = { headers: { ...JSON_TYPE, "x-hook-secret": "s-1" }, body: "{}" };
  const token = { headers: JSON_TYPE, body: '{"verification_token":"secret_1"}' };

  it.each<[string, unknown, typeof token]>([
    ["asana", asana({ secret }), hook],
    ["notion", notion({ secret }), token],
    ["asana, at another time", asana({ secret, enrol: () => false }), hook],
    ["notion, at another time", notion({ secret, enrol: () => false }), token],
  ])("%s: is refused unless it is waited for", async (_name, sender, input) => {
    const outcome = await at(sender).receive(input);
    expect(outcome).toMatchObject({ name: "forbidden", reply: { status: 403 } });
    expect(JSON.stringify(outcome.reply)).not.toContain("s-1");
  });

  it("Asana's is kept and repeated", async () => {
    const kept: string[] = [];
    const { seen, receive } = at(asana({ secret: () => kept, enrol: (one) => kept.push(one) > 0 }));
    const outcome = await receive(hook);
    expect(outcome).toMatchObject({ name: "handshake", reply: { status: 200, headers: { "x-hook-secret": "s-1" } } });
    expect(kept).toEqual(["s-1"]);
    const body = '{"events":[]}';
    const signature = createHmac("sha256", "s-1").update(body).digest("hex");
    expect(await receive({ headers: { ...JSON_TYPE, "x-hook-signature": signature }, body })).toMatchObject({
      name: "empty",
      reply: { status: 200 },
    });
    expect(seen).toEqual([]);
  });

  it("Notion's is kept, and not repeated", async () => {
    const kept: string[] = [];
    const outcome = await at(notion({ secret, enrol: async (one) => kept.push(one) > 0 })).receive(token);
    expect(outcome).toMatchObject(answered(""));
    expect(kept).toEqual(["secret_1"]);
  });

  it("is not taken with a signature, nor where it is no text", async () => {
    const kept: string[] = [];
    const { receive } = at(notion({ secret, enrol: (one) => kept.push(one) > 0 }));
    const headers = { ...JSON_TYPE, "x-notion-signature": `sha256=${"0".repeat(64)}` };
    expect(await receive({ ...token, headers })).toMatchObject({ name: "unauthenticated" });
    expect(await receive({ headers: JSON_TYPE, body: '{"verification_token":{}}' })).toMatchObject({
      name: "bad_credentials",
    });
    expect(kept).toEqual([]);
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
