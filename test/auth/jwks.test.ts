// Real servers on 127.0.0.1, real keys; only the clock is in the test's hands.
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { JWK } from "jose";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PublicKeyAlgorithm } from "../../src/auth/keys/algorithms.js";
import { localKeySet } from "../../src/auth/keys/jwks.js";
import { parseKeySet } from "../../src/auth/keys/jwks-document.js";
import { type KeySetTuning, remoteKeySet } from "../../src/auth/keys/remote-jwks.js";

type Answer = (req: IncomingMessage, res: ServerResponse) => void;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

function publicJwk(kid: string | undefined, more: JWK = {}): JWK {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...(publicKey.export({ format: "jwk" }) as JWK), ...(kid === undefined ? {} : { kid }), ...more };
}

const A = publicJwk("a");
const B = publicJwk("b");

const set =
  (...keys: readonly JWK[]): Answer =>
  (_req, res) =>
    res.end(JSON.stringify({ keys }));
const text =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (_req, res) =>
    res.writeHead(status, headers).end(body);

const servers: Server[] = [];
let servedLate: Answer = () => {};

async function serve(first: Answer) {
  const state = { answer: first, requests: 0, url: "" };
  const server = createServer((req, res) => {
    state.requests++;
    state.answer(req, res);
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json?token=hush`;
  return state;
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

let nowMs = 0;
beforeEach(() => {
  nowMs = 1_000_000;
});

function keySet(url: string, tuning: Partial<KeySetTuning> = {}) {
  const source = remoteKeySet(url, { clockMs: () => nowMs, ...tuning });
  return async (kid: string | undefined, algorithm: PublicKeyAlgorithm = "ecdsa-p256-sha256"): Promise<string> => {
    const found = await source.find({ algorithm, kid });
    return found.ok ? `${found.keys.length} key` : found.outcome;
  };
}

describe("a key set behind a URL", () => {
  it("is not fetched before the first token", async () => {
    const server = await serve(set(A));
    keySet(server.url);
    expect(server.requests).toBe(0);
  });

  it("is fetched once for the tokens of 10 minutes, and again after", async () => {
    const server = await serve(set(A));
    const find = keySet(server.url);
    expect(await find("a")).toBe("1 key");
    nowMs += 10 * MINUTE - 1;
    expect(await find("a")).toBe("1 key");
    expect(server.requests).toBe(1);
    nowMs += 1;
    expect(await find("a")).toBe("1 key");
    expect(server.requests).toBe(2);
  });

  it("is fetched once for 50 tokens that arrive together", async () => {
    const server = await serve(set(A));
    const find = keySet(server.url);
    const answers = await Promise.all(Array.from({ length: 50 }, () => find("a")));
    expect(new Set(answers)).toEqual(new Set(["1 key"]));
    expect(server.requests).toBe(1);
  });

  it("finds a new key after a rotation, and drops the old one", async () => {
    const server = await serve(set(A));
    const find = keySet(server.url);
    expect(await find("a")).toBe("1 key");
    server.answer = set(B);
    nowMs += 30 * SECOND;
    expect(await find("b")).toBe("1 key");
    expect(server.requests).toBe(2);
    nowMs += 30 * SECOND;
    expect(await find("a")).toBe("unauthenticated");
  });

  it("is undecided about an unknown kid within 30 s of a fetch, without another fetch", async () => {
    const server = await serve(set(A));
    const find = keySet(server.url);
    expect(await find("nobody")).toBe("unauthenticated");
    nowMs += 30 * SECOND - 1;
    expect(await find("nobody")).toBe("undecided");
    expect(server.requests).toBe(1);
    nowMs += 1;
    expect(await find("nobody")).toBe("unauthenticated");
    expect(server.requests).toBe(2);
  });

  it("is undecided for a key that was published after a forged kid had used up the fetch", async () => {
    const server = await serve(set(A));
    const find = keySet(server.url);
    expect(await find("a")).toBe("1 key");
    nowMs += 30 * SECOND;
    expect(await find("a stranger's")).toBe("unauthenticated");
    server.answer = set(A, B);
    expect(await find("b")).toBe("undecided");
    nowMs += 30 * SECOND;
    expect(await find("b")).toBe("1 key");
  });

  it("is undecided if the last fetch began before the delivery arrived", async () => {
    let answer: (() => void) | undefined;
    let asked: () => void = () => {};
    const server = await serve(set(A));
    const find = keySet(server.url);
    expect(await find("a")).toBe("1 key");
    nowMs += 30 * SECOND;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    server.answer = (_req, res) => {
      answer = () => res.end(JSON.stringify({ keys: [A] }));
      asked();
    };
    const ofStranger = find("a stranger's");
    await isAsked;
    const ofNewKey = find("b"); // published while the old set was on its way
    answer?.();
    expect(await ofStranger).toBe("unauthenticated");
    expect(await ofNewKey).toBe("undecided");
    expect(server.requests).toBe(2);
  });

  it.each([
    ["while the URL answers", set(A)],
    ["while the URL fails", text(500, "")],
  ])("is fetched at most twice in any 30 s of a flood of unknown kids, %s", async (_name, answer) => {
    const fetchedAtMs: number[] = [];
    const server = await serve((req, res) => {
      fetchedAtMs.push(nowMs);
      answer(req, res);
    });
    const find = keySet(server.url);
    for (let second = 0; second < 300; second++) {
      for (let at = 0; at < 3; at++) await find(`kid-${second}-${at}`);
      nowMs += SECOND;
    }
    expect(fetchedAtMs.length).toBeGreaterThan(4);
    for (const startMs of fetchedAtMs) {
      const within = fetchedAtMs.filter((ms) => ms >= startMs && ms < startMs + 30 * SECOND);
      expect(within.length).toBeLessThanOrEqual(2);
    }
  });

  it("waits 5, 30, then 60 s between failed fetches", async () => {
    const server = await serve(text(503, ""));
    const find = keySet(server.url);
    const fetchedAfter: number[] = [];
    for (let second = 0; second <= 220; second++) {
      const before = server.requests;
      expect(await find("a")).toBe("undecided");
      if (server.requests > before) fetchedAfter.push(second);
      nowMs += SECOND;
    }
    expect(fetchedAfter).toEqual([0, 5, 35, 95, 155, 215]);
  });

  it("recovers with the first fetch that succeeds", async () => {
    const server = await serve(text(500, ""));
    const find = keySet(server.url);
    expect(await find("a")).toBe("undecided");
    server.answer = set(A);
    expect(await find("a")).toBe("undecided");
    nowMs += 5 * SECOND;
    expect(await find("a")).toBe("1 key");
    nowMs += 30 * SECOND;
    expect(await find("nobody")).toBe("unauthenticated");
  });

  it("serves known kids for 24 hours while the URL fails, and cannot decide about others", async () => {
    const server = await serve(set(A));
    const find = keySet(server.url);
    expect(await find("a")).toBe("1 key");
    server.answer = text(500, "");
    nowMs += 24 * HOUR - 1;
    expect(await find("a")).toBe("1 key");
    expect(await find("b")).toBe("undecided");
    nowMs += 1;
    expect(await find("a")).toBe("undecided");
  });

  it("an old set is used while a newer one is being fetched, and the newer one once it has arrived", async () => {
    const server = await serve(set(A));
    const find = keySet(server.url, { patienceMs: 20 });
    expect(await find("a")).toBe("1 key");
    let answer: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => {
      server.answer = (_req, res) => {
        answer = () => res.end(JSON.stringify({ keys: [B] }));
        resolve();
      };
    });
    nowMs += 10 * MINUTE;
    expect(await Promise.all([find("a"), find("a")])).toEqual(["1 key", "1 key"]);
    await asked;
    const ofNewKey = find("b"); // not in the old set, so it waits for the newer one
    answer?.();
    expect(await ofNewKey).toBe("1 key");
    expect(server.requests).toBe(2);
    expect(await find("a")).toBe("undecided"); // no longer in the set, which has just been fetched
  });

  it("all deliveries wait for the first set, in one fetch", async () => {
    let answer: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => {
      servedLate = (_req, res) => {
        answer = () => res.end(JSON.stringify({ keys: [A] }));
        resolve();
      };
    });
    const server = await serve((req, res) => servedLate(req, res));
    const find = keySet(server.url, { patienceMs: 1 });
    const answers = Promise.all([find("a"), find("a"), find("a")]);
    await asked;
    answer?.();
    expect(await answers).toEqual(["1 key", "1 key", "1 key"]);
    expect(server.requests).toBe(1);
  });

  it("tries every fitting key, at most five, for a token without kid", async () => {
    const server = await serve(set(...Array.from({ length: 7 }, (_, at) => publicJwk(`k${at}`))));
    expect(await keySet(server.url)(undefined)).toBe("5 key");
  });

  it.each(["../../etc/passwd", "' OR 1=1", "__proto__", "constructor", ""])("knows no kid %j", async (kid) => {
    const server = await serve(set(A));
    expect(await keySet(server.url)(kid)).toBe("unauthenticated");
  });

  it("does not give a key to another algorithm", async () => {
    const server = await serve(set(A));
    expect(await keySet(server.url)("a", "ecdsa-p384-sha384")).toBe("unauthenticated");
    expect(await keySet(server.url)("a", "rsa-v1_5-sha256")).toBe("unauthenticated");
  });
});

describe("a URL that does not answer with a key set leaves the delivery undecided", () => {
  const big = JSON.stringify({ keys: [A], filler: "x".repeat(300 * 1024) });
  it.each<[string, Answer, RegExp]>([
    ["500", text(500, JSON.stringify({ keys: [A] })), /answered 500/],
    ["404", text(404, ""), /answered 404/],
    ["204", text(204, ""), /answered 204/],
    ["HTML", text(200, "<!doctype html><p>Sign in</p>", { "content-type": "text/html" }), /not JSON/],
    ["nothing", text(200, ""), /not JSON/],
    ["JSON that is no key set", text(200, '{"ok":true}'), /not a JSON Web Key Set/],
    ["an array", text(200, "[]"), /not a JSON Web Key Set/],
    ["null", text(200, "null"), /not a JSON Web Key Set/],
    ["an empty set", set(), /no public key/],
    ["101 keys", set(...Array.from({ length: 101 }, () => A)), /101 keys/],
    ["invalid UTF-8", (_req, res) => res.end(Buffer.from([0x7b, 0xff, 0x7d])), /not JSON/],
    ["300 KB", text(200, big), /larger than 262144 bytes/],
    [
      "half an answer",
      (_req, res) => res.writeHead(200, { "content-length": "999" }).write('{"keys":', () => res.destroy()),
      /could not be had/,
    ],
    ["a closed connection", (req) => req.socket.destroy(), /fetch failed/],
  ])("%s", async (_name, answer, hint) => {
    const server = await serve(answer);
    const found = await remoteKeySet(server.url, { clockMs: () => nowMs }).find({
      algorithm: "ecdsa-p256-sha256",
      kid: "a",
    });
    expect(found).toMatchObject({ ok: false, outcome: "undecided" });
    expect((found as { hint: string }).hint).toMatch(hint);
    expect((found as { hint: string }).hint).not.toContain("hush");
    expect((found as { cause: unknown }).cause).toBeInstanceOf(Error);
  });

  it("a refused connection", async () => {
    const server = await serve(set(A));
    servers.pop()?.close();
    expect(await keySet(server.url)("a")).toBe("undecided");
  });

  it.each<[string, Answer]>([
    ["no answer", () => {}],
    ["headers and then nothing", (_req, res) => res.writeHead(200).flushHeaders()],
    ["a body that drips", (_req, res) => void drip(res)],
  ])("%s within the time limit", async (_name, answer) => {
    const server = await serve(answer);
    const found = await remoteKeySet(server.url, { clockMs: () => nowMs, timeoutMs: 150 }).find({
      algorithm: "ecdsa-p256-sha256",
      kid: "a",
    });
    expect(found).toMatchObject({ outcome: "undecided", hint: expect.stringMatching(/within 150 ms/) });
  });

  it("a body without end is cut off at the limit, and its connection closed", async () => {
    let written = 0;
    let closed: Promise<unknown> | undefined;
    const server = await serve((_req, res) => {
      closed = once(res, "close");
      const chunk = Buffer.alloc(64 * 1024, 0x20);
      const more = () => {
        while (!res.destroyed && written < 2 ** 30) {
          written += chunk.length;
          if (!res.write(chunk)) return;
        }
      };
      res.on("drain", more);
      more();
    });
    expect(await keySet(server.url)("a")).toBe("undecided");
    await closed;
    expect(written).toBeLessThan(32 * 1024 * 1024);
  });

  it.each([301, 302, 303, 307, 308])("a redirect (%i), whose target is never requested", async (status) => {
    const target = await serve(set(A));
    const server = await serve(text(status, "", { location: target.url }));
    expect(await keySet(server.url)("a")).toBe("undecided");
    expect(target.requests).toBe(0);
  });
});

async function drip(res: ServerResponse): Promise<void> {
  res.on("error", () => {});
  for (let at = 0; at < 100 && !res.destroyed; at++) {
    res.write(" ");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("of a key set, only keys that can verify are taken", () => {
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
  const jwk = (key: KeyObject): JWK => key.export({ format: "jwk" }) as JWK;
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  it.each<[string, unknown]>([
    ["a private key", jwk(pair.privateKey)],
    ["a secret", { kty: "oct", k: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }],
    ["an encryption key", publicJwk("e", { use: "enc" })],
    ["a key for other operations", publicJwk("o", { key_ops: ["encrypt"] })],
    ["RSA of 1,024 bits", jwk(weak)],
    ["a point that is not on the curve", { ...A, x: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }],
    ["an unknown kind", { kty: "XYZ", kid: "x" }],
    ["X25519", jwk(generateKeyPairSync("x25519").publicKey)],
    ["a kid that is a number", { ...A, kid: 5 }],
    ["a string", "key"],
    ["null", null],
  ])("not %s", (_name, key) => {
    expect(() => parseKeySet({ keys: [key] })).toThrow(/no public key/);
    expect(parseKeySet({ keys: [key, A] }).map(({ kid }) => kid)).toEqual(["a"]);
  });

  it("not `keys` from the prototype", () => {
    expect(() => parseKeySet(Object.create({ keys: [A] }))).toThrow(/not a JSON Web Key Set/);
  });
});

describe("a key set given as an object", () => {
  it("answers synchronously, and finds no other kid", async () => {
    const source = localKeySet(parseKeySet({ keys: [A, B] }));
    expect(await source.find({ algorithm: "ecdsa-p256-sha256", kid: "b" })).toMatchObject({
      keys: [{ type: "public" }],
    });
    expect(await source.find({ algorithm: "ecdsa-p256-sha256", kid: "c" })).toMatchObject({
      outcome: "unauthenticated",
    });
  });
});
