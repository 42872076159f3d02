// Where does a test delivery go? To a URL, an app, a server, a receiver, or a fetch handler.
import { createServer, request as httpRequest, type IncomingMessage, type RequestListener, Server } from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import type { SignableRequest } from "../auth/auth.js";
import type { Receiver } from "../create-receiver.js";
import type { Outcome } from "../outcome.js";

/** An Express, Connect or `node:http` app; a server; a URL; a receiver; or an object with `fetch`, such as a Hono app. */
export type TestTarget =
  | string
  | URL
  | Server
  | RequestListener
  | Pick<Receiver<never>, "receive">
  | { readonly fetch: (request: Request) => Response | Promise<Response> };

/** What came back. */
export interface TestAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The `code` of a rejection. */
  readonly code: string | undefined;
  /** Where the target is a receiver: what it made of the delivery, trace included. */
  readonly outcome: Outcome | undefined;
}

export interface SendTo {
  /** The path at the target. Default: that of the signed URL. */
  readonly path: string | undefined;
  /** The client's address: of a receiver's delivery; elsewhere as `X-Forwarded-For`. */
  readonly from: string | undefined;
}

export async function sendTo(target: TestTarget, signed: SignableRequest, { path, from }: SendTo): Promise<TestAnswer> {
  const own = new URL(signed.url);
  const pathAndQuery = (path ?? own.pathname) + own.search;
  if (isReceiver(target)) return receive(target, signed, pathAndQuery, from);
  const headers = from === undefined ? signed.headers : { ...signed.headers, "x-forwarded-for": from };
  if (typeof target === "string" || target instanceof URL) {
    const url = new URL(target);
    if (path !== undefined) url.pathname = path;
    if (url.search === "") url.search = own.search;
    return post(url, { ...signed, headers });
  }
  if (target instanceof Server && target.listening) return post(urlOf(target, pathAndQuery), { ...signed, headers });
  if (typeof target === "function" || target instanceof Server) {
    const server = target instanceof Server ? target : createServer(target as RequestListener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      return await post(urlOf(server, pathAndQuery), { ...signed, headers });
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }
  if (typeof target?.fetch === "function") return viaFetch(target.fetch, signed, headers, own.origin + pathAndQuery);
  throw new TypeError("send(target, …): target must be a URL, an app, a server, a receiver, or an object with fetch");
}

function isReceiver(target: TestTarget): target is Pick<Receiver<never>, "receive"> {
  return typeof (target as { receive?: unknown } | undefined)?.receive === "function";
}

async function receive(
  target: Pick<Receiver<never>, "receive">,
  signed: SignableRequest,
  url: string,
  from: string | undefined,
): Promise<TestAnswer> {
  const outcome = await target.receive({
    method: signed.method,
    url,
    headers: signed.headers,
    body: signed.body,
    remoteAddress: from ?? "127.0.0.1",
    isSecure: true,
  });
  const { reply } = outcome;
  return answerOf(reply.status, { ...reply.headers }, Buffer.from(reply.body as string).toString("utf8"), outcome);
}

async function viaFetch(
  handle: (request: Request) => Response | Promise<Response>,
  signed: SignableRequest,
  headers: Readonly<Record<string, string>>,
  url: string,
): Promise<TestAnswer> {
  const hasBody = signed.method !== "GET" && signed.method !== "HEAD";
  const response = await handle(
    new Request(url, { method: signed.method, headers, ...(hasBody ? { body: signed.body } : {}) }),
  );
  return answerOf(response.status, Object.fromEntries(response.headers), await response.text());
}

/** `node:http` and not `fetch`: headers go out exactly as they were signed. */
function post(url: URL, signed: SignableRequest): Promise<TestAnswer> {
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const headers = { ...signed.headers, "content-length": String(signed.body.length) };
    const req = request(url, { method: signed.method, headers, agent: false }, (res: IncomingMessage) => {
      const chunks: Buffer[] = [];
      res.on("data", (chunk: Buffer) => chunks.push(chunk));
      res.on("error", reject);
      res.on("end", () => {
        const lines = Object.entries(res.headers).map(([name, value]) => [name, String(value)] as const);
        resolve(answerOf(res.statusCode ?? 0, Object.fromEntries(lines), Buffer.concat(chunks).toString("utf8")));
      });
    });
    req.on("error", reject);
    req.end(signed.body);
  });
}

function urlOf(server: Server, path: string): URL {
  return new URL(path, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

function answerOf(status: number, headers: Record<string, string>, body: string, outcome?: Outcome): TestAnswer {
  return { status, headers, body, code: codeOf(headers, body), outcome };
}

function codeOf(headers: Record<string, string>, body: string): string | undefined {
  if (headers["content-type"] !== "application/problem+json") return undefined;
  return (JSON.parse(body) as { code?: string }).code;
}
