// A proof that needs headers alone is asked before the body is read, on every adapter: a stranger's body is never held.

import { once } from "node:events";
import http2 from "node:http2";
import { connect } from "node:net";
import { createReceiver, defineSender, header, json, query, type Sender } from "hookgate";
import { allOf, anyOf, basicAuth, bearerJwt, bearerToken, jwt, staticToken } from "hookgate/auth";
import { clientCertificate } from "hookgate/auth/client-certificate";
import { monday, ringcentral } from "hookgate/senders";
import { createTestSender } from "hookgate/testing";
import { afterEach, describe, expect, it } from "vitest";
import { describedSenders } from "../../scripts/sender-pages.js";
import { sampleKey, sampleRequest } from "../../scripts/sender-samples.js";
import { type Auth, needsBody, type Proof } from "../../src/core/auth.js";
import { type Delivery, toDelivery } from "../../src/core/delivery.js";
import { hmacAuth } from "../receiver/harness.js";
import { closeServers, onClose } from "../support/listen.js";
import { quietLogger } from "../support/quiet.js";
import { LOOPBACK, listening, MOUNTS, type Open } from "./mounts.js";

const TOKEN = "a-token-of-these-tests-only";
const JWT_SECRET = "a-secret-of-these-tests-only-of-32-bytes-or-more";
const FINGERPRINT = "ab".repeat(32);
const basic = `Basic ${Buffer.from(`erp:${TOKEN}`).toString("base64")}`;

interface Scheme {
  readonly name: string;
  readonly auth: Auth;
  /** Credentials that hold; without them where a test cannot show any. */
  readonly genuine?: { readonly target?: string; readonly headers?: Readonly<Record<string, string>> };
  readonly forged: { readonly target?: string; readonly headers?: Readonly<Record<string, string>> };
}

const bearer = bearerToken({ token: TOKEN, query: "access_token" });
const inHeader = staticToken({ token: TOKEN, at: header("x-token") });
const byBasic = basicAuth({ username: "erp", password: TOKEN });
const claims = bearerJwt({
  issuer: "https://id.example.com",
  audience: "hooks",
  secret: JWT_SECRET,
  algorithms: ["HS256"],
});

/** Every scheme that reads headers, the query or the socket alone. */
const SCHEMES: readonly Scheme[] = [
  {
    name: "bearerToken",
    auth: bearer,
    genuine: { headers: { authorization: `Bearer ${TOKEN}` } },
    forged: { headers: { authorization: "Bearer another" } },
  },
  {
    name: "bearerToken in the query",
    auth: bearer,
    genuine: { target: `/hooks?access_token=${TOKEN}` },
    forged: { target: "/hooks?access_token=another" },
  },
  {
    name: "bearerToken of a function",
    auth: bearerToken({ token: async () => TOKEN }),
    genuine: { headers: { authorization: `Bearer ${TOKEN}` } },
    forged: { headers: { authorization: "Bearer another" } },
  },
  {
    name: "staticToken in a header",
    auth: inHeader,
    genuine: { headers: { "x-token": TOKEN } },
    forged: { headers: { "x-token": "another" } },
  },
  {
    name: "staticToken in the query",
    auth: staticToken({ token: TOKEN, at: query("token") }),
    genuine: { target: `/hooks?token=${TOKEN}` },
    forged: { target: "/hooks?token=another" },
  },
  {
    name: "basicAuth",
    auth: byBasic,
    genuine: { headers: { authorization: basic } },
    forged: { headers: { authorization: `Basic ${Buffer.from("erp:another").toString("base64")}` } },
  },
  { name: "clientCertificate", auth: clientCertificate({ fingerprints: [FINGERPRINT] }), forged: {} },
  { name: "bearerJwt", auth: claims, forged: { headers: { authorization: "Bearer another" } } },
  {
    name: "jwt in a header",
    auth: jwt({ at: header("x-jwt"), algorithms: ["HS256"], secret: JWT_SECRET, issuer: "i", audience: "a" }),
    forged: { headers: { "x-jwt": "e30.e30.e30" } },
  },
  {
    name: "allOf",
    auth: allOf(byBasic, inHeader),
    genuine: { headers: { authorization: basic, "x-token": TOKEN } },
    forged: { headers: { authorization: basic, "x-token": "another" } },
  },
  {
    name: "anyOf",
    auth: anyOf(claims, allOf(byBasic, inHeader), staticToken({ token: TOKEN, at: query("token") })),
    genuine: { target: `/hooks?token=${TOKEN}` },
    forged: { headers: { authorization: basic } },
  },
];

const BODY = JSON.stringify({ id: "evt_1", type: "thing.made" });

function receiverOf(auth: Auth, bodyTimeoutSeconds = 10) {
  const handled: string[] = [];
  const sender = defineSender({ name: "erp", auth, event: { id: json("id"), type: json("type") } });
  // A body that is waited for is 503 after its time: the outcome tells, not the clock.
  const receiver = createReceiver(sender, { logger: quietLogger, bodyTimeoutSeconds, dedupe: false });
  receiver.on("*", ({ type }) => void handled.push(type));
  return { receiver: receiver as Open, handled };
}

/** Sends a head and `sent` bytes of a body of `length`, and resolves with the status of what is answered then. */
async function ask(
  port: number,
  version: 1 | 2,
  { target = "/hooks", headers = {} }: Scheme["forged"],
  { length, sent }: { length: number; sent: string },
): Promise<number> {
  const lines = { "content-type": "application/json", "content-length": String(length), ...headers };
  if (version === 2) {
    const client = http2.connect(`http://${LOOPBACK}:${port}`);
    onClose(() => client.destroy());
    const stream = client.request({ ":method": "POST", ":path": target, ...lines });
    stream.on("error", () => undefined);
    if (sent.length < length) stream.write(sent);
    else stream.end(sent);
    const [answered] = (await once(stream, "response")) as [{ ":status"?: number }];
    return Number(answered[":status"]);
  }
  const socket = connect(port, LOOPBACK);
  socket.on("error", () => undefined);
  onClose(() => socket.destroy());
  const head = Object.entries({ host: "x", ...lines }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST ${target} HTTP/1.1\r\n${head.join("")}\r\n${sent}`);
  const [answered] = (await once(socket, "data")) as [Buffer];
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answered.toString("latin1"))?.[1]);
}

afterEach(closeServers);

describe.each(MOUNTS)("on $name", (mount) => {
  it.each(SCHEMES)("$name refuses a stranger before a byte of the body, and takes what is genuine", async (scheme) => {
    const { receiver, handled } = receiverOf(scheme.auth);
    const port = await listening(mount, receiver);
    const { length } = BODY;
    for (const wrong of [scheme.forged, {}]) {
      expect([400, 401]).toContain(await ask(port, mount.version, wrong, { length: 1_000_000, sent: "" }));
      expect([400, 401]).toContain(await ask(port, mount.version, wrong, { length: 1_000_000, sent: '{"id":' }));
    }
    expect(handled).toEqual([]);
    if (scheme.genuine === undefined) return;
    expect(await ask(port, mount.version, scheme.genuine, { length, sent: BODY })).toBe(200);
  });

  it("waits for the body of a delivery whose signature covers its body", async () => {
    const port = await listening(mount, receiverOf(hmacAuth(), 0.05).receiver);
    const forged = { headers: { "x-signature": `t=1,v1=${"0".repeat(64)}` } };
    expect(await ask(port, mount.version, forged, { length: 1_000, sent: "{" })).toBe(503);
  });

  it("waits for the body of a delivery that its headers verify", async () => {
    const port = await listening(mount, receiverOf(bearer, 0.05).receiver);
    const genuine = { headers: { authorization: `Bearer ${TOKEN}` } };
    expect(await ask(port, mount.version, genuine, { length: 1_000, sent: "{" })).toBe(503);
  });
});

it("a Fetch request of a stranger is left unread", async () => {
  const { receiver } = receiverOf(bearer);
  const request = new Request("https://example.com/hooks", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: BODY,
  });
  expect((await receiver.fetch(request)).status).toBe(401);
  expect(request.bodyUsed).toBe(false);
});

/** The same proof, which the receiver takes for one that reads the body. */
const late = (auth: Auth): Auth => ({ ...auth, verify: (delivery, context) => auth.verify(delivery, context) });

describe.each(SCHEMES.filter(({ genuine }) => genuine !== undefined))("$name", ({ auth, genuine = {}, forged }) => {
  const types = ["application/json", "text/plain"];
  const bodies = [BODY, "{", "", "x".repeat(200)];
  const methods = ["POST", "GET"];
  const credentials = [genuine, forged, {}];
  const cases = credentials.flatMap((credential) =>
    bodies.flatMap((body) => types.flatMap((type) => methods.map((method) => ({ credential, body, type, method })))),
  );

  it("has the same outcome as if it were asked after the body", async () => {
    const build = (one: Auth) =>
      createReceiver(defineSender({ name: "erp", auth: one, event: { id: json("id"), type: json("type") } }), {
        logger: quietLogger,
        dedupe: false,
        maxBodyBytes: 100,
      }).on("*", () => undefined);
    const [early, after] = [build(auth), build(late(auth))];
    for (const { credential, body, type, method } of cases) {
      const input = {
        method,
        url: credential.target ?? "/hooks",
        headers: { "content-type": type, ...credential.headers },
        body,
      };
      const { durationMs: _, ...one } = await early.receive(input);
      const { durationMs: __, ...other } = await after.receive(input);
      expect(one).toEqual(other);
    }
  });
});

describe("a proof that is asked before the body", () => {
  /** Counts looks at the body. */
  function watched(delivery: Delivery) {
    let looks = 0;
    const { body } = delivery;
    const seen: Delivery = {
      ...delivery,
      get body() {
        looks += 1;
        return body;
      },
    };
    return { seen, looks: () => looks };
  }

  async function looksAt(auth: Auth, delivery: Delivery): Promise<{ looks: number; proof: Proof }> {
    const { seen, looks } = watched(delivery);
    const publicUrls = () => [`https://example.com${delivery.url}`];
    const proof = await auth.verify(seen, { nowMs: Date.now(), publicUrls });
    return { looks: looks(), proof };
  }

  it.each(SCHEMES)("never looks at it: $name", async ({ auth, genuine, forged }) => {
    expect(needsBody(auth)).toBe(false);
    for (const { target = "/", headers = {} } of [genuine ?? {}, forged, {}]) {
      const { looks, proof } = await looksAt(auth, toDelivery({ url: target, headers, body: BODY }));
      expect(looks).toBe(0);
      if (genuine?.headers === headers) expect(proof.ok).toBe(true);
    }
  });

  it.each([
    ["a token in the body", staticToken({ token: TOKEN, at: json("token") })],
    ["a token in a form", staticToken({ token: TOKEN, at: { kind: "text", in: "form", name: "token" } as never })],
    ["a signature", hmacAuth()],
    ["all of which one reads the body", allOf(byBasic, hmacAuth())],
    ["any of which one reads the body", anyOf(byBasic, hmacAuth())],
    [
      "a token that is the body",
      jwt({ at: "body", algorithms: ["HS256"], secret: JWT_SECRET, issuer: "i", audience: "a" }),
    ],
    [
      "a token with a hash of the body",
      jwt({
        at: header("x-jwt"),
        algorithms: ["HS256"],
        secret: JWT_SECRET,
        issuer: "i",
        audience: "a",
        bodyHash: { claim: "hash" },
      }),
    ],
    ["a proof of one's own around another", late(byBasic)],
  ])("is not asked so early: %s", (_, auth) => {
    expect(needsBody(auth)).toBe(true);
  });

  const described = describedSenders().filter(({ sender }) => sender.definition.auth.sign !== undefined);
  /** Of them nothing is proven: `confirm` finds out, after the body. */
  const nothing = described.filter(({ sender }) => sender.definition.auth.scheme === "unsigned");

  it.each(described)("is asked so early exactly where it does not look at the body: $about.factory", async (one) => {
    const { auth } = one.sender.definition;
    const { method, url, headers, body } = await createTestSender(one.sender, sampleKey(one.about)).sign(
      sampleRequest(one.about),
    );
    const target = url.replace(/^https?:\/\/[^/]*/, "");
    const genuine = await looksAt(auth, toDelivery({ method, url: target, headers, body }));
    expect(genuine.proof.ok).toBe(true);
    if (nothing.includes(one)) return;
    expect(needsBody(auth)).toBe(genuine.looks > 0);
    if (needsBody(auth)) return;
    expect((await looksAt(auth, toDelivery({ method, url: "/", body }))).looks).toBe(0);
    expect((await looksAt(auth, toDelivery({ method, url: target, headers: forgedOf(headers), body }))).looks).toBe(0);
  });

  function forgedOf(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `${value}0`]));
  }
});

describe("a sender whose handshake is an unsigned POST", () => {
  const [node] = MOUNTS;
  async function portOf(sender: Sender<never>): Promise<number> {
    const receiver = createReceiver(sender as unknown as Sender<Record<string, unknown>>, {
      logger: quietLogger,
      publicUrl: "https://example.com",
    });
    return listening(node as (typeof MOUNTS)[number], receiver as Open);
  }

  it("verifies what is too large for a handshake before the body, and answers handshakes", async () => {
    const port = await portOf(monday({ secret: JWT_SECRET }) as never);
    const challenge = '{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}';
    expect(await ask(port, 1, {}, { length: 1_025, sent: "" })).toBe(401);
    expect(await ask(port, 1, {}, { length: challenge.length, sent: challenge })).toBe(200);
    expect(await ask(port, 1, {}, { length: 2, sent: "{}" })).toBe(401);
  });

  it("verifies at once where handshakes have no body", async () => {
    const port = await portOf(ringcentral({ token: TOKEN }) as never);
    const probe = { headers: { "validation-token": "abc" } };
    expect(await ask(port, 1, probe, { length: 1, sent: "" })).toBe(401);
    expect(await ask(port, 1, probe, { length: 0, sent: "" })).toBe(200);
  });
});
