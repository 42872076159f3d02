// `requireHttps` on every adapter: the socket, a trusted proxy or the adapter's word decide, never what the client wrote.

import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import https from "node:https";
import type { ReceiverOptions } from "hookgate";
import { lambdaHandler } from "hookgate/lambda";
import { afterEach, describe, expect, it } from "vitest";
import type { FetchOptions } from "../../src/receiver/http/fetch.js";
import { build, event, signed } from "../receiver/harness.js";
import { closeServers, onClose } from "../support/listen.js";
import { LOOPBACK, listening, MOUNTS, type Open, TLS, type Version } from "./mounts.js";

afterEach(closeServers);

interface Asked {
  readonly target?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly scheme?: string;
}

/** Delivers what is signed, and resolves with the status. */
function deliver(version: Version, port: number, isTls: boolean, asked: Asked): Promise<number> {
  const body = event();
  const headers = { ...signed(body), "content-length": String(body.length), ...asked.headers };
  return version === 1
    ? deliver1(port, isTls, asked.target ?? "/hooks", headers, body)
    : deliver2(
        port,
        isTls,
        { ":method": "POST", ":path": asked.target ?? "/hooks", ...schemeOf(asked), ...headers },
        body,
      );
}

function schemeOf({ scheme }: Asked): Record<string, string> {
  return scheme === undefined ? {} : { ":scheme": scheme };
}

function deliver1(port: number, isTls: boolean, path: string, headers: Record<string, string>, body: string) {
  return new Promise<number>((resolve, reject) => {
    const { request } = isTls ? https : http;
    const req = request(
      { host: LOOPBACK, port, method: "POST", path, headers, agent: false, ...(isTls ? { ca: TLS.cert } : {}) },
      (res) => {
        res.resume();
        resolve(res.statusCode ?? 0);
      },
    );
    req.on("error", reject);
    req.end(body);
  });
}

async function deliver2(port: number, isTls: boolean, headers: Record<string, string>, body: string): Promise<number> {
  const client = http2.connect(`${isTls ? "https" : "http"}://${LOOPBACK}:${port}`, isTls ? { ca: TLS.cert } : {});
  onClose(() => client.destroy());
  const stream = client.request(headers);
  stream.end(body);
  const [answered] = (await once(stream, "response")) as [http2.IncomingHttpHeaders & { ":status"?: number }];
  return Number(answered[":status"]);
}

const receiverWith = (options: ReceiverOptions) => {
  const built = build({ requireHttps: true, ...options });
  built.receiver.on("*", () => undefined);
  return { ...built, receiver: built.receiver as Open };
};

interface Claim {
  readonly by: string;
  readonly asked: Asked;
  /** Where only that version of HTTP can say it. */
  readonly version?: Version;
}

/** What a stranger can write into a request over plain HTTP. */
const CLAIMS: readonly Claim[] = [
  { by: "nothing", asked: {} },
  { by: "an absolute target with https", asked: { target: "https://example.com/hooks" }, version: 1 },
  { by: "an absolute target with HTTPS", asked: { target: "HTTPS://example.com/hooks" }, version: 1 },
  { by: "the scheme https", asked: { scheme: "https" }, version: 2 },
  { by: "X-Forwarded-Proto", asked: { headers: { "x-forwarded-proto": "https" } } },
  {
    by: "X-Forwarded-Proto and -For",
    asked: { headers: { "x-forwarded-proto": "https", "x-forwarded-for": "192.0.2.1" } },
  },
  { by: "X-Forwarded-Scheme", asked: { headers: { "x-forwarded-scheme": "https" } } },
  { by: "X-Forwarded-Ssl", asked: { headers: { "x-forwarded-ssl": "on" } } },
  { by: "Front-End-Https", asked: { headers: { "front-end-https": "on" } } },
  { by: "X-Url-Scheme", asked: { headers: { "x-url-scheme": "https" } } },
  { by: "Forwarded", asked: { headers: { forwarded: "for=192.0.2.1;proto=https" } } },
  { by: "a host with the port of HTTPS", asked: { headers: { host: "example.com:443" } }, version: 1 },
  { by: "a host that begins with a scheme", asked: { headers: { "x-forwarded-host": "https://example.com" } } },
];

describe.each(MOUNTS)("requireHttps on $name", (mount) => {
  const claims = CLAIMS.filter(({ version = mount.version }) => version === mount.version);

  it.each(claims)("refuses plain HTTP whose client claims HTTPS by $by", async ({ asked }) => {
    const { receiver, outcomes } = receiverWith({});
    const port = await listening(mount, receiver, false);
    const status = await deliver(mount.version, port, false, asked);
    expect(outcomes.filter(({ name }) => name !== "forbidden")).toEqual([]);
    // Some servers do not route such a target: no delivery then.
    if (asked.target === undefined) expect([status, outcomes.length]).toEqual([403, 1]);
    else expect([400, 403, 404]).toContain(status);
  });

  it("takes what came over TLS, whatever the client writes", async () => {
    const { receiver } = receiverWith({});
    const port = await listening(mount, receiver, true);
    const plain = { "x-forwarded-proto": "http", forwarded: "proto=http" };
    expect(await deliver(mount.version, port, true, {})).toBe(200);
    expect(await deliver(mount.version, port, true, { headers: plain })).toBe(200);
    if (mount.version === 1) {
      expect(await deliver(mount.version, port, true, { target: "http://example.com/hooks" })).toBe(200);
    }
  });

  it("believes a trusted proxy only", async () => {
    const asked = { headers: { "x-forwarded-proto": "https" } };
    const trusting = receiverWith({ trustedProxies: [LOOPBACK] });
    expect(await deliver(mount.version, await listening(mount, trusting.receiver, false), false, asked)).toBe(200);
    const other = receiverWith({ trustedProxies: ["192.0.2.1"] });
    expect(await deliver(mount.version, await listening(mount, other.receiver, false), false, asked)).toBe(403);
  });
});

describe("requireHttps on the Fetch API without a server of Node's", () => {
  const request = (url: string, headers: Record<string, string> = {}) => {
    const body = event();
    return new Request(url, { method: "POST", headers: { ...signed(body), ...headers }, body });
  };
  const forwarded = { "x-forwarded-proto": "https" };

  it.each<[string, number, string, FetchOptions, Record<string, string>]>([
    ["the URL alone", 403, "https://example.com/hooks", {}, {}],
    ["a header of the client's", 403, "https://example.com/hooks", {}, forwarded],
    ["the adapter that says no", 403, "https://example.com/hooks", { isSecure: false }, {}],
    ["an adapter's word that is no boolean", 403, "https://example.com/", { isSecure: "yes" as never }, {}],
    ["the adapter that says yes", 200, "http://example.com/hooks", { isSecure: true }, {}],
    ["a trusted proxy", 200, "http://example.com/hooks", { remoteAddress: "192.0.2.1" }, forwarded],
    ["a stranger beside a trusted proxy", 403, "https://example.com/", { remoteAddress: "192.0.2.2" }, forwarded],
  ])("by %s: %d", async (_, status, url, options, headers) => {
    const { receiver } = receiverWith({ trustedProxies: ["192.0.2.1"] });
    expect((await receiver.fetch(request(url, headers), options)).status).toBe(status);
  });

  it("logs what the caller must pass", async () => {
    const { receiver, outcomes } = receiverWith({});
    await receiver.fetch(request("https://example.com/hooks"));
    expect(outcomes[0]?.hint).toMatch(/pass isSecure/);
  });
});

it("takes what API Gateway and function URLs hand over: they know nothing but HTTPS", async () => {
  const { receiver } = receiverWith({});
  const body = event();
  const answer = await lambdaHandler(receiver)({
    version: "2.0",
    rawPath: "/",
    rawQueryString: "",
    headers: signed(body),
    requestContext: { http: { method: "POST", sourceIp: "192.0.2.1" } },
    body,
    isBase64Encoded: false,
  });
  expect(answer.statusCode).toBe(200);
});

it("refuses receiver.receive unless its caller says that the delivery came by HTTPS", async () => {
  const { receiver } = receiverWith({});
  const send = (isSecure: boolean | undefined) => {
    const body = event();
    const url = "https://example.com/hooks";
    return receiver.receive({ url, headers: signed(body), body, ...(isSecure === undefined ? {} : { isSecure }) });
  };
  expect([(await send(undefined)).name, (await send(false)).name, (await send(true)).name]).toEqual([
    "forbidden",
    "forbidden",
    "processed",
  ]);
});
