// Targets of test deliveries: a URL, an app, a server, a receiver or a fetch handler.
import type { RequestListener, Server } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { targetOf } from "../auth/request/signable-request.js";
import type { DeliveryInput } from "../core/delivery.js";
import type { Outcome } from "../core/outcome.js";
import type { SignedDelivery } from "./compose.js";
import { lowerCase } from "./encode-body.js";
import { type Destination, type Exchanged, exchange } from "./http-client.js";
import { type Hostable, type Hosting, host } from "./listen.js";

/**
 * Where deliveries go.
 *
 * - a URL: over HTTP, to exactly that path; the query of the signed URL is added
 * - an app (Express, Connect, any `(req, res)` function) or a server: over HTTP, on a free port of 127.0.0.1 unless the
 *   server listens already
 * - a receiver: in process, without HTTP, and the answer holds its outcome; for HTTP give `http.createServer(receiver)`
 * - an object with `fetch`, such as a Hono app, or `{ fetch: receiver.fetch }`: in process, by the Fetch API
 * - an object with `deliver`: a way of your own, which gets the delivery as it is to go onto the wire
 */
export type TestTarget =
  | string
  | URL
  | Server
  | HttpsServer
  | RequestListener
  | { readonly receive: (delivery: DeliveryInput) => Promise<Outcome> }
  | { readonly fetch: (request: Request) => Response | Promise<Response> }
  | { readonly deliver: (signed: SignedDelivery, how: SendTo) => Promise<Exchanged> };

/** What came back. */
export interface TestAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** As text. */
  readonly body: string;
  /** The `code` of a rejection, such as `unauthenticated`; `undefined` of any other answer. */
  readonly code: string | undefined;
  /** Where the target is a receiver: what it made of the delivery, trace and hint included. */
  readonly outcome: Outcome | undefined;
  /** The body's value. @throws {SyntaxError} Where the body is not JSON. */
  json(): unknown;
}

/** What a delivery's way depends on beside the delivery. */
export interface SendTo {
  /** The path at the target. Default: that of the signed URL, or of a target that is a URL. */
  readonly path: string | undefined;
  readonly from: string | undefined;
}

/** The peer that a receiver sees where no `from` is given: that of a delivery over loopback. */
const LOOPBACK = "127.0.0.1";

/** One way to one target. */
export interface Route {
  send(signed: SignedDelivery, how: SendTo): Promise<TestAnswer>;
  /** Stops what was started for it. */
  close(): Promise<void>;
}

/**
 * The way to a target. An app is started by the first delivery and kept until `close`.
 *
 * @throws {TypeError} For what is no target.
 */
export function routeTo(target: TestTarget): Route {
  const found = target as Partial<Record<"receive" | "fetch" | "deliver" | "listen" | "address", unknown>> | undefined;
  if (typeof target === "string" || target instanceof URL) return routeToUrl(String(target));
  if (typeof found?.receive === "function") return routeToReceiver(target as never);
  if (typeof found?.deliver === "function") return routeBy(target as never);
  if (typeof target === "function") {
    if (target.length === 1) {
      throw new TypeError(
        "send(target, …): a function of one parameter is no (req, res) app; give a fetch handler as { fetch: handler }",
      );
    }
    return routeToApp(target);
  }
  if (typeof found?.listen === "function" && typeof found.address === "function") return routeToApp(target as Server);
  if (typeof found?.fetch === "function") return routeToFetch(target as never);
  throw new TypeError(
    "send(target, …): target must be a URL, an Express or Connect app, a server, a receiver, or an object with fetch or deliver",
  );
}

function routeToUrl(url: string): Route {
  parsedUrl(url);
  return {
    send: async (signed, { path, from }) =>
      answerOf(await exchange(destinationAt(url, signed, path), forwarded(signed, from))),
    close: async () => undefined,
  };
}

/** Where a URL is, with the query that is signed beside its own. */
export function destinationAt(url: string, signed: SignedDelivery, path: string | undefined): Destination {
  const { protocol, hostname, port } = parsedUrl(url);
  const [ownPath, ownQuery] = splitTarget(targetOf(url));
  const [, query] = splitTarget(targetOf(signed.url));
  // A URL that is called as it is signed has its query once.
  const isWithin = ownQuery !== undefined && `${query}&`.startsWith(`${ownQuery}&`);
  const joined = [isWithin ? undefined : ownQuery, query].filter((part) => part !== undefined && part !== "").join("&");
  return {
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? undefined : Number(port),
    isTls: protocol === "https:",
    isOwn: false,
    target: (path ?? ownPath) + (joined === "" ? "" : `?${joined}`),
  };
}

function routeBy(target: { deliver: (signed: SignedDelivery, how: SendTo) => Promise<Exchanged> }): Route {
  return {
    send: async (signed, how) => answerOf(await target.deliver(signed, how)),
    close: async () => undefined,
  };
}

function routeToApp(app: Hostable): Route {
  let hosting: Promise<Hosting> | undefined;
  return {
    async send(signed, { path, from }) {
      hosting ??= host(app);
      const endpoint = await hosting;
      const to = { ...endpoint, target: targetWith(signed.url, path), isOwn: true };
      return answerOf(await exchange(to, forwarded(signed, from)));
    },
    async close() {
      const held = hosting;
      hosting = undefined;
      await (await held)?.release();
    },
  };
}

function routeToReceiver({ receive }: { receive: (delivery: DeliveryInput) => Promise<Outcome> }): Route {
  return {
    async send(signed, { path, from }) {
      const { method, headers, body } = signed;
      const outcome = await receive({
        method,
        url: targetWith(signed.url, path),
        headers,
        body,
        remoteAddress: from ?? LOOPBACK,
        isSecure: /^https:/i.test(signed.url),
      });
      const { reply } = outcome;
      const text = typeof reply.body === "string" ? reply.body : Buffer.from(reply.body).toString("utf8");
      return answerOf({ status: reply.status, headers: lowerCase(reply.headers), body: text }, outcome);
    },
    close: async () => undefined,
  };
}

function routeToFetch(target: { fetch: (request: Request) => Response | Promise<Response> }): Route {
  return {
    async send(signed, { path, from }) {
      const origin = /^[^/?#]+\/\/[^/?#]*/.exec(signed.url)?.[0] ?? "https://example.com";
      const { method, headers, body } = forwarded(signed, from);
      const hasBody = method !== "GET" && method !== "HEAD";
      const request = new Request(origin + targetWith(signed.url, path), {
        method,
        headers,
        ...(hasBody ? { body: Uint8Array.from(body) } : {}),
      });
      const response = await target.fetch(request);
      const text = await response.text();
      return answerOf({ status: response.status, headers: Object.fromEntries(response.headers), body: text });
    },
    close: async () => undefined,
  };
}

/** Over HTTP nobody can choose the address of the socket, so the sender plays a proxy. */
function forwarded(signed: SignedDelivery, from: string | undefined): SignedDelivery {
  return from === undefined ? signed : { ...signed, headers: { ...signed.headers, "x-forwarded-for": from } };
}

/** Path and query of a URL, under another path where one is given. */
export function targetWith(url: string, path: string | undefined): string {
  const own = targetOf(url);
  if (path === undefined) return own;
  const [, query] = splitTarget(own);
  return query === undefined ? path : `${path}${path.includes("?") ? "&" : "?"}${query}`;
}

function splitTarget(target: string): readonly [string, string | undefined] {
  const at = target.indexOf("?");
  return at < 0 ? [target, undefined] : [target.slice(0, at), target.slice(at + 1)];
}

function parsedUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === "http:" || parsed?.protocol === "https:") return parsed;
  throw new TypeError(
    `send(target, …): a target that is a text must be an absolute http(s) URL, such as "http://127.0.0.1:3000/webhooks/stripe"; got ${JSON.stringify(url)}`,
  );
}

function answerOf(answer: Exchanged, outcome?: Outcome): TestAnswer {
  const { status, headers, body } = answer;
  return { status, headers, body, code: codeOf(answer), outcome, json: () => JSON.parse(body) as unknown };
}

function codeOf({ headers, body }: Exchanged): string | undefined {
  if (headers["content-type"]?.startsWith("application/problem+json") !== true) return undefined;
  try {
    const { code } = JSON.parse(body) as { code?: unknown };
    return typeof code === "string" ? code : undefined;
  } catch {
    return undefined; // a HEAD has the headers of a body and none
  }
}
