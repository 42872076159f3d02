// The query of a request counts as signed only where it is part of the URL that was signed.

import { createHmac } from "node:crypto";
import { createReceiver, defineSender, json, query, type Sender } from "hookgate";
import { hmac } from "hookgate/auth";
import { messagebird, twilio } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { describe, expect, it } from "vitest";
import { urlCompleter } from "../../../src/core/public-url.js";
import { quietLogger } from "../../support/quiet.js";

const secret = "0123456789abcdef0123456789abcdef";
const nowMs = 1_767_323_045_000;
const REGISTERED = "https://example.com/hook?tenant=1";

const signsUrl = defineSender<Record<string, unknown>>({
  name: "signs-url",
  auth: hmac({ secret, signed: "{url}{body}", signature: { header: "x-signature", encoding: "hex" } }),
  event: ({ url }) => (url.includes("id=") ? { id: query("id"), type: json("type") } : { type: json("type") }),
});
const signsTimeInQuery = defineSender<Record<string, unknown>>({
  name: "signs-time-in-query",
  auth: hmac({
    secret,
    signed: "{url}{body}",
    timestamp: query("t", "unix-seconds"),
    signature: { header: "x-signature", encoding: "hex" },
  }),
  event: { type: json("type") },
});
function receiverOf(sender: unknown, publicUrl: string | readonly string[]) {
  const seen: unknown[] = [];
  const receiver = createReceiver(sender as Sender<Record<string, unknown>>, {
    logger: quietLogger,
    dedupe: false,
    now: () => nowMs,
    publicUrl,
  }).on("*", (event) => void seen.push(event.id));
  return { seen, receiver };
}

/** Signed for a URL, over URL and body. */
function signedFor(url: string) {
  const body = '{"type":"a"}';
  const signature = createHmac("sha256", secret)
    .update(url + body)
    .digest("hex");
  return { headers: { "content-type": "application/json", "x-signature": signature }, body };
}

describe("a publicUrl with a query", () => {
  it.each<[name: string, target: string, status: number]>([
    ["the same query", "/hook?tenant=1", 200],
    ["no query, behind a proxy that strips it", "/hook", 200],
    ["another path, behind a proxy that rewrites it", "/internal?tenant=1", 200],
    ["another value", "/hook?tenant=2", 401],
    ["one more parameter", "/hook?tenant=1&id=forged", 401],
    ["one more parameter in front", "/hook?id=forged&tenant=1", 401],
    ["the parameter twice", "/hook?tenant=1&tenant=1", 401],
    ["an empty query", "/hook?", 401],
    ["the same value, otherwise written", "/hook?tenant=%31", 401],
    ["a second question mark", "/hook?tenant=1?id=forged", 401],
  ])("takes a delivery with %s: %s is answered %i", async (_name, url, status) => {
    const { seen, receiver } = receiverOf(signsUrl, REGISTERED);
    const { headers, body } = signedFor(REGISTERED);
    const { reply } = await receiver.receive({ url, headers, body });
    expect(reply.status).toBe(status);
    expect(seen).toEqual(status === 200 ? [undefined] : []);
  });

  it("takes what a sender adds to the registered query and signs", async () => {
    const { seen, receiver } = receiverOf(signsUrl, REGISTERED);
    const { headers, body } = signedFor(`${REGISTERED}&id=7`);
    expect(await receiver.receive({ url: "/hook?tenant=1&id=7", headers, body })).toMatchObject({ name: "processed" });
    expect(seen).toEqual(["7"]);
  });

  it("takes one of several", async () => {
    const urls = ["https://example.com/other?tenant=1", REGISTERED];
    const { headers, body } = signedFor(REGISTERED);
    const { receiver } = receiverOf(signsUrl, urls);
    expect(await receiver.receive({ url: "/hook?tenant=1", headers, body })).toMatchObject({ name: "processed" });
    expect(await receiver.receive({ url: "/hook?tenant=3", headers, body })).toMatchObject({ name: "unauthenticated" });
  });
});

describe("a time in the query", () => {
  const at = (seconds: number) => `https://example.com/hook?t=${seconds}`;

  it("is fresh by the query that was signed, and by no other", async () => {
    const old = nowMs / 1_000 - 10_000;
    const { headers, body } = signedFor(at(old));
    for (const publicUrl of [at(old), "https://example.com/hook", "https://example.com"]) {
      const { receiver } = receiverOf(signsTimeInQuery, publicUrl);
      const stale = await receiver.receive({ url: `/hook?t=${old}`, headers, body });
      const renewed = await receiver.receive({ url: `/hook?t=${nowMs / 1_000}`, headers, body });
      expect([stale.reply.status, renewed.reply.status]).toEqual([401, 401]);
      expect(renewed.trace.some(({ check, result }) => check === "freshness" && result === "passed")).toBe(false);
    }
  });
});

describe("senders that sign their URL", () => {
  it("twilio: takes no parameter that was not signed", async () => {
    const sender = twilio({ secret });
    const { headers, body } = await createTestSender(sender as never, { url: REGISTERED }).sign({
      payload: { MessageSid: "SM1", SmsStatus: "sent" },
    });
    const { receiver } = receiverOf(sender, REGISTERED);
    expect((await receiver.receive({ url: "/hook?tenant=1", headers, body })).reply.status).toBe(200);
    expect((await receiver.receive({ url: "/hook?tenant=1&x=1", headers, body })).reply.status).toBe(401);
  });

  it("messagebird: takes no status that was not signed", async () => {
    const sender = messagebird({ secret });
    const url = `${REGISTERED}&id=1&status=sent&recipient=2`;
    const { method, headers, body } = await createTestSender(sender as never, { url }).sign({
      method: "GET",
      body: "",
      timestamp: nowMs,
    });
    const { seen, receiver } = receiverOf(sender, REGISTERED);
    const target = url.slice("https://example.com".length);
    const genuine = await receiver.receive({ method, url: target, headers, body });
    expect(genuine, genuine.hint).toMatchObject({ name: "processed" });
    const forged = await receiver.receive({ method, url: target.replace("sent", "read"), headers, body });
    expect(forged).toMatchObject({ name: "unauthenticated" });
    expect(seen).toHaveLength(1);
  });
});

describe("urlCompleter", () => {
  it.each([
    ["https://example.com", "/a?b=1", "https://example.com/a?b=1"],
    ["https://example.com/", "/a", "https://example.com/a"],
    ["https://example.com/hook", "/a?b=1", "https://example.com/hook?b=1"],
    ["https://example.com/hook", "/a", "https://example.com/hook"],
    ["https://example.com/hook?x=1", "/a", "https://example.com/hook?x=1"],
    ["https://example.com/hook?x=1", "/a?x=1", "https://example.com/hook?x=1"],
    ["https://example.com/hook?x=1", "/a?y=2", "https://example.com/hook?y=2"],
    ["https://example.com/hook?x=1?z", "/a?y=2", "https://example.com/hook?y=2"],
    ["https://example.com?x=1", "/a?y=2", "https://example.com?y=2"],
  ])("%s and the target %s make %s", (publicUrl, target, url) => {
    expect(urlCompleter(publicUrl)(target)).toBe(url);
  });
});
