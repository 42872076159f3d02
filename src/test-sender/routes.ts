// Sends deliveries by each kind of route: a URL, an app, a receiver, a fetch handler or a function.
import type { DeliveryInput } from "../core/delivery.js";
import type { Outcome } from "../core/outcome.js";
import type { SignedDelivery } from "./compose.js";
import { lowerCase } from "./encode-body.js";
import { type Exchanged, exchange } from "./http-client.js";
import { type Hostable, type Hosting, host } from "./listen.js";
import { destinationAt, parsedUrl, targetWith } from "./target-url.js";

/** The address of the client where no `from` is given, as for a delivery over loopback. */
const LOOPBACK = "127.0.0.1";

/** The answer to a delivery. */
export interface TestAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded as UTF-8. */
  readonly body: string;
  /** The `code` of a rejection, such as `unauthenticated`; `undefined` for any other answer. */
  readonly code: string | undefined;
  /** The outcome, with trace and hint, where the target is a receiver. */
  readonly outcome: Outcome | undefined;
  /** The parsed body. @throws {SyntaxError} When the body is not JSON. */
  json(): unknown;
}

/** Where a delivery is sent, and from which address. */
export interface SendTo {
  /** The path at the target. Default: that of the signed URL, or of a target that is a URL. */
  readonly path: string | undefined;
  readonly from: string | undefined;
}

/** How deliveries reach one target. */
export interface Route {
  send(signed: SignedDelivery, how: SendTo): Promise<TestAnswer>;
  /** Stops the server that was started for it. */
  close(): Promise<void>;
}

export function routeToUrl(url: string): Route {
  parsedUrl(url);
  return {
    send: async (signed, { path, from }) =>
      answerOf(await exchange(destinationAt(url, signed, path), forwarded(signed, from))),
    close: async () => undefined,
  };
}

export function routeToFunction(target: {
  deliver: (signed: SignedDelivery, how: SendTo) => Promise<Exchanged>;
}): Route {
  return {
    send: async (signed, how) => answerOf(await target.deliver(signed, how)),
    close: async () => undefined,
  };
}

export function routeToApp(app: Hostable): Route {
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

export function routeToReceiver({ receive }: { receive: (delivery: DeliveryInput) => Promise<Outcome> }): Route {
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

export function routeToFetch(target: { fetch: (request: Request) => Response | Promise<Response> }): Route {
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

/** The address of a socket cannot be chosen over HTTP, so `from` is sent as a proxy would forward it. */
function forwarded(signed: SignedDelivery, from: string | undefined): SignedDelivery {
  return from === undefined ? signed : { ...signed, headers: { ...signed.headers, "x-forwarded-for": from } };
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
    return undefined; // a reply to HEAD has the headers of a body and no body
  }
}
