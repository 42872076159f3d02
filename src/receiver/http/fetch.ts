// The way of a Fetch API request: Hono, Next.js, Deno-like servers, or a bare Request.
import type { Delivery } from "../../core/delivery.js";
import type { Outcome } from "../../core/outcome.js";
import type { Reply } from "../../core/reply.js";
import { NO_BYTES } from "../../lib/bytes.js";
import { HeaderLines } from "../../lib/headers.js";
import { isPromise } from "../../lib/maybe-promise.js";
import type { OpenDeliveryContext } from "../delivery-context.js";
import type { DeliveryPipeline } from "../pipeline.js";
import { readRequestBody } from "./read-fetch-body.js";
import { socketFacts, socketOf } from "./socket.js";

const NOTHING_KNOWN = { remoteAddress: undefined, isSecure: undefined };

/** What the platform knows of a request and the Fetch API does not carry. */
export interface FetchOptions {
  /**
   * The peer's address, which the Fetch API does not carry. Default: the socket's on `@hono/node-server`; elsewhere none,
   * and a receiver with `allow` refuses everything.
   */
  readonly remoteAddress?: string | undefined;
  /**
   * Whether the client's connection is encrypted, which the Fetch API does not carry either: the scheme of `request.url` is
   * what the client, or a header it wrote, makes of it. `true` where the platform ends TLS and takes nothing else. Default:
   * the socket's on `@hono/node-server`; elsewhere unknown, and `requireHttps` refuses what came through no trusted proxy.
   */
  readonly isSecure?: boolean | undefined;
  /** Keeps the platform awake for a handler that runs on after the reply. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** Route parameters, for secret functions. */
  readonly params?: Readonly<Record<string, string>> | undefined;
}

/** Never rejects. */
export async function answerFetch(
  pipeline: DeliveryPipeline,
  request: Request,
  options: FetchOptions,
): Promise<Response> {
  let ctx: OpenDeliveryContext | undefined;
  try {
    ctx = pipeline.open(headOf(request, options));
    const outcome = await receiveRequest(pipeline, ctx, request);
    if (options.waitUntil !== undefined && outcome.events.some(({ name }) => name === "handler_running")) {
      options.waitUntil(Promise.allSettled(Array.from(pipeline.runner.active, async (run) => run.ended)));
    }
    return responseOf(outcome.reply, request.method);
  } catch (cause) {
    pipeline.failed(cause);
    ctx ??= pipeline.open(headOf(request, options));
    const outcome = pipeline.reject(ctx, { name: "internal_error", error: cause });
    return responseOf(outcome.reply, request.method);
  }
}

async function receiveRequest(
  pipeline: DeliveryPipeline,
  ctx: OpenDeliveryContext,
  request: Request,
): Promise<Outcome> {
  if (pipeline.clientAddress === "express") {
    return pipeline.reject(ctx, {
      name: "misconfigured",
      hint: 'clientAddress is "express", which the Fetch API does not have: pass remoteAddress to fetch, or use trustedProxies',
    });
  }
  if (pipeline.needsAddress && ctx.delivery.remoteAddress === undefined) {
    pipeline.log.warn(
      "receiver.fetch was called without remoteAddress, so `allow` refuses everything: pass the peer's address, as in receiver.fetch(request, { remoteAddress })",
    );
  }
  const refused = pipeline.checkHead(ctx, false);
  const rejection = isPromise(refused) ? await refused : refused;
  if (rejection !== undefined) return pipeline.reject(ctx, rejection);
  const body = await readRequestBody(request, pipeline.bodyLimits);
  if (!Buffer.isBuffer(body)) return pipeline.reject(ctx, body);
  ctx.delivery = { ...ctx.delivery, body };
  ctx.heldBytes = body.length;
  return pipeline.handle(ctx);
}

function headOf(request: Request, options: FetchOptions): Delivery {
  // The URL of a Request is absolute and normalised; only what follows the authority is the target.
  const target = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^#]*)/i.exec(request.url)?.[1] ?? request.url;
  const socket = socketOf(request);
  const known = socket === undefined ? NOTHING_KNOWN : socketFacts(socket);
  return {
    ...known,
    method: request.method.toUpperCase(),
    url: target === "" ? "/" : target,
    headers: new HeaderLines([...request.headers].flat(), true),
    remoteAddress: options.remoteAddress ?? known.remoteAddress,
    isSecure: options.isSecure ?? known.isSecure,
    params: options.params ?? {},
    body: NO_BYTES,
  };
}

function responseOf(reply: Reply, method: string): Response {
  const isBare = method === "HEAD" || reply.status === 204 || reply.body.length === 0;
  return new Response(isBare ? null : (reply.body as ConstructorParameters<typeof Response>[0]), {
    status: reply.status,
    headers: { ...reply.headers },
  });
}
