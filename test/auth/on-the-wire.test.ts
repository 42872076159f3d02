// Credentials as they really arrive: repeated lines, joined lines, look-alike names, trailers. Nothing of them may pass.
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { createReceiver, defineSender, header, json } from "hookgate";
import { type Auth, basicAuth, bearerToken, hmac, param, staticToken } from "hookgate/auth";
import { afterEach, describe, expect, it } from "vitest";
import { createBearerJwt } from "../../src/auth/jwt/bearer-jwt.js";

const SECRET = "0123456789abcdef0123456789abcdef";
const BODY = '{"id":"evt_1","type":"order.created"}';
const NOW_SECONDS = 1_700_000_000;
const hmacOf = (text: string, encoding: "hex" | "base64" = "hex") =>
  createHmac("sha256", SECRET).update(text).digest(encoding);

interface Case {
  readonly auth: Auth;
  /** The header that holds the credential, in the sender's spelling. */
  readonly name: string;
  readonly good: string;
  readonly others?: Readonly<Record<string, string>>;
}

const CASES: Readonly<Record<string, Case>> = {
  "bearer token": { auth: bearerToken({ token: SECRET }), name: "Authorization", good: `Bearer ${SECRET}` },
  password: {
    auth: basicAuth({ username: "erp", password: SECRET }),
    name: "Authorization",
    good: `Basic ${Buffer.from(`erp:${SECRET}`).toString("base64")}`,
  },
  "static token": { auth: staticToken({ token: SECRET, at: header("x-token") }), name: "X-Token", good: SECRET },
  "bare signature": {
    auth: hmac({ secret: SECRET, signature: { header: "x-hub-signature-256", prefix: "sha256=", encoding: "hex" } }),
    name: "X-Hub-Signature-256",
    good: `sha256=${hmacOf(BODY)}`,
  },
  "signature in pairs": {
    auth: hmac({
      secret: SECRET,
      signed: "{timestamp}.{body}",
      timestamp: param("t", "unix-seconds"),
      signature: { header: "stripe-signature", form: { pairs: "v1" }, encoding: "hex" },
    }),
    name: "Stripe-Signature",
    good: `t=${NOW_SECONDS},v1=${hmacOf(`${NOW_SECONDS}.${BODY}`)}`,
  },
  "signature in a list": {
    auth: hmac({
      secret: SECRET,
      signed: "{header:webhook-id}.{timestamp}.{body}",
      timestamp: header("webhook-timestamp", "unix-seconds"),
      signature: { header: "webhook-signature", form: { list: "v1,", separator: " " }, encoding: "base64" },
    }),
    name: "Webhook-Signature",
    good: `v1,${hmacOf(`msg_1.${NOW_SECONDS}.${BODY}`, "base64")}`,
    others: { "Webhook-Id": "msg_1", "Webhook-Timestamp": String(NOW_SECONDS) },
  },
};
const NAMED = Object.entries(CASES);

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

function receiverOf(auth: Auth) {
  let runs = 0;
  const receiver = createReceiver(defineSender({ name: "erp", auth, event: { id: json("id"), type: json("type") } }), {
    dedupe: false,
    now: () => NOW_SECONDS * 1000,
    onOutcome: () => {},
  });
  receiver.on("order.created", () => {
    runs += 1;
  });
  return { receiver, runs: () => runs };
}

const lines = (headers: readonly (readonly [string, string])[]) => headers.map(([name, value]) => `${name}: ${value}`);

/** Sends exactly these lines to a real server; answers the status. */
async function overHttp(auth: Auth, headers: readonly string[], body = BODY): Promise<readonly [number, number]> {
  const { receiver, runs } = receiverOf(auth);
  const server = createServer(receiver).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const isChunked = headers.some((line) => line.startsWith("Transfer-Encoding"));
  const length = isChunked ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  const head = ["POST / HTTP/1.1", "Host: a", "Connection: close", "Content-Type: application/json", ...length];
  socket.write([...head, ...headers, "", body].join("\r\n"), "latin1");
  let answer = "";
  socket.setEncoding("latin1").on("data", (chunk) => {
    answer += chunk;
  });
  await once(socket, "close");
  return [Number(answer.split(" ")[1]), runs()];
}

async function overFetch(
  auth: Auth,
  headers: readonly (readonly [string, string])[],
): Promise<readonly [number, number]> {
  const { receiver, runs } = receiverOf(auth);
  const sent = new Headers([["content-type", "application/json"]]);
  for (const [name, value] of headers) sent.append(name, value);
  const response = await receiver.fetch(
    new Request("https://a.example/", { method: "POST", body: BODY, headers: sent }),
  );
  return [response.status, runs()];
}

describe.each(NAMED)("a %s", (_name, { auth, name, good, others = {} }) => {
  const rest = Object.entries(others);
  const wrong = good.slice(0, -4) + (good.endsWith("AAA=") ? "BBB=" : "AAA=");

  it("passes once, whatever the case of its name", async () => {
    for (const spelled of [name, name.toLowerCase(), name.toUpperCase()]) {
      expect(await overHttp(auth, lines([...rest, [spelled, good]]))).toEqual([200, 1]);
    }
    expect(await overFetch(auth, [...rest, [name, good]])).toEqual([200, 1]);
  });

  it.each([
    ["alike", [good, good]],
    ["the good one first", [good, wrong]],
    ["the good one last", [wrong, good]],
    ["beside an empty one", ["", good]],
  ])("given twice is malformed, on node and on Fetch: %s", async (_how, values) => {
    const twice = values.map((value) => [name, value] as const);
    expect(await overHttp(auth, lines([...rest, ...twice]))).toEqual([400, 0]);
    expect(await overFetch(auth, [...rest, ...twice])).toEqual([400, 0]);
  });

  if (name.includes("-")) {
    it("under a name with underscores is not there: proxies map one to the other", async () => {
      const lookalike = name.replaceAll("-", "_");
      expect(await overHttp(auth, lines([...rest, [lookalike, good]]))).toEqual([401, 0]);
      // Nor does it stand in the way of the real one.
      expect(await overHttp(auth, lines([...rest, [lookalike, wrong], [name, good]]))).toEqual([200, 1]);
    });
  }

  it("in a trailer is not there", async () => {
    const chunked = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n${name}: ${good}\r\n\r\n`;
    const headers = [...lines(rest), "Transfer-Encoding: chunked", `Trailer: ${name}`];
    expect(await overHttp(auth, headers, chunked)).toEqual([401, 0]);
  });
});

describe("other headers that are signed", () => {
  const { auth, name, good } = CASES["signature in a list"] as Case;
  const base = { "Webhook-Id": "msg_1", "Webhook-Timestamp": String(NOW_SECONDS), [name]: good };

  it.each(["Webhook-Id", "Webhook-Timestamp"])("given twice are malformed: %s", async (repeated) => {
    const twice = [...Object.entries(base), [repeated, base[repeated] as string] as const];
    expect(await overHttp(auth, lines(twice))).toEqual([400, 0]);
    expect(await overFetch(auth, twice)).toEqual([400, 0]);
  });
});

describe("a secret that is looked up late", () => {
  it.each<[string, () => Promise<string | null>, string, readonly [number, number]]>([
    ["and fits", async () => SECRET, SECRET, [200, 1]],
    ["and does not fit, starts no handler", async () => SECRET, `${SECRET}x`, [401, 0]],
    ["and is none, starts no handler", async () => null, SECRET, [401, 0]],
    ["and cannot be had, is asked for again", () => Promise.reject(new Error("down")), SECRET, [503, 0]],
  ])("%s", async (_name, find, presented, expected) => {
    const auth = staticToken({ token: (_) => find(), at: header("x-token") });
    expect(await overHttp(auth, [`X-Token: ${presented}`])).toEqual(expected);
  });
});

describe("a key set that arrives late", () => {
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = `${encoded({ alg: "RS256", kid: "a" })}.${encoded({ iss: "https://id.example.com" })}.AAAA`;

  it("is fetched once for all deliveries that wait for it, and each of them is retried", async () => {
    let requests = 0;
    const silent = createServer(() => {
      requests += 1;
    }).listen(0, "127.0.0.1");
    servers.push(silent);
    await once(silent, "listening");
    const jwksUrl = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/jwks.json`;
    const options = { issuer: "https://id.example.com", audience: "webhooks", jwksUrl };
    const auth = createBearerJwt(options, { keySet: { timeoutMs: 1_000 } });
    const deliver = () => overHttp(auth, [`Authorization: Bearer ${token}`]);
    expect(await Promise.all([deliver(), deliver(), deliver()])).toEqual([
      [503, 0],
      [503, 0],
      [503, 0],
    ]);
    expect(requests).toBe(1);
  });
});
