// The way of a Node request: `node:http`, `node:http2`'s compatibility layer, Connect, Express 4 and 5.
import type { Delivery } from "../../core/delivery.js";
import type { Outcome, Rejection } from "../../core/outcome.js";
import { isHopCount, isPermissiveTrust } from "../../ip/express-trust-proxy.js";
import { NO_BYTES } from "../../lib/bytes.js";
import { HeaderLines } from "../../lib/headers.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import type { OpenDeliveryContext } from "../delivery-context.js";
import type { DeliveryPipeline } from "../pipeline.js";
import type { NodeResponse } from "./early-reply.js";
import { upstreamBody } from "./raw-body.js";
import { type NodeRequest, readBody } from "./read-node-body.js";
import { sendReply } from "./send-reply.js";
import { socketFacts } from "./socket.js";

/** What Express, Connect and their routers add to a request. */
interface RoutedRequest {
  readonly originalUrl?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly ip?: string;
  readonly protocol?: string;
  readonly app?: { readonly get?: (name: string) => unknown };
}

/** A Node request whose body has been read and whose head has passed, or its end. `undefined`: the client is gone. */
export type Taken = OpenDeliveryContext | Outcome | undefined;

export function isOutcome(taken: OpenDeliveryContext | Outcome): taken is Outcome {
  return "reply" in taken;
}

/** Answers the request with the outcome of the whole pipeline. Never rejects. */
export async function answerNode(pipeline: DeliveryPipeline, req: NodeRequest, res: NodeResponse): Promise<void> {
  let taken: Taken;
  try {
    taken = await take(pipeline, req, res);
    if (taken === undefined || isOutcome(taken)) return;
    const handled = pipeline.handle(taken);
    const outcome = isPromise(handled) ? await handled : handled;
    sendReply(req, res, outcome.reply, { isBodyWanted: true, isLast: pipeline.isClosing });
  } catch (cause) {
    answerFailure(pipeline, req, res, cause, taken);
  }
}

/** From the request to a delivery with its body; what does not get so far is answered here. */
export function take(pipeline: DeliveryPipeline, req: NodeRequest, res: NodeResponse): MaybePromise<Taken> {
  const delivery = deliveryOf(pipeline, req);
  const ctx = pipeline.open(delivery);
  const wiring = wiringOf(pipeline, req);
  if (wiring !== undefined) return answer(pipeline, ctx, wiring, req, res, false);
  const upstream = upstreamBody(req);
  const isRead = upstream !== "absent";
  if (Buffer.isBuffer(upstream)) delivery.body = upstream;
  const refused = pipeline.checkHead(ctx, isRead);
  return isPromise(refused) ? refused.then(afterHead) : afterHead(refused);

  function afterHead(rejection: Rejection | undefined): MaybePromise<Taken> {
    if (rejection !== undefined) return answer(pipeline, ctx, rejection, req, res, isRead);
    if (Buffer.isBuffer(upstream)) return ctx;
    if (upstream !== "absent") return answer(pipeline, ctx, upstream, req, res, false);
    return readBody(req, pipeline.bodyLimits, delivery.headers).then(afterBody);
  }

  function afterBody(body: Buffer | Rejection | "aborted"): Taken {
    if (body === "aborted") {
      pipeline.reject(ctx, {
        name: "bad_body",
        hint: "the client disconnected before the end of its body, so no reply was sent",
      });
      return undefined;
    }
    if (!Buffer.isBuffer(body)) return answer(pipeline, ctx, body, req, res, false);
    delivery.body = body;
    ctx.heldBytes = body.length;
    return ctx;
  }
}

/** Replies to a failure of hookgate itself, so that the sender retries. Without `taken`, the delivery is read from the request again. */
export function answerFailure(
  pipeline: DeliveryPipeline,
  req: NodeRequest,
  res: NodeResponse,
  cause: unknown,
  taken?: Taken,
): void {
  pipeline.failed(cause);
  try {
    const ctx = taken === undefined || isOutcome(taken) ? pipeline.open(deliveryOf(pipeline, req)) : taken;
    const outcome = pipeline.reject(ctx, { name: "internal_error", error: cause });
    sendReply(req, res, outcome.reply, { isBodyWanted: false, isLast: pipeline.isClosing });
  } catch {
    res.destroy();
  }
}

function answer(
  pipeline: DeliveryPipeline,
  ctx: OpenDeliveryContext,
  rejection: Rejection,
  req: NodeRequest,
  res: NodeResponse,
  isBodyWanted: boolean,
): Outcome {
  const outcome = pipeline.reject(ctx, rejection);
  sendReply(req, res, outcome.reply, { isBodyWanted, isLast: pipeline.isClosing });
  return outcome;
}

/** Ours until its body is here; everybody else only reads it. */
interface OpenDelivery extends Delivery {
  body: Buffer;
}

/** Without a body, which comes later. Express makes every look at a request slow, so each thing is looked at once. */
function deliveryOf(pipeline: DeliveryPipeline, req: NodeRequest): OpenDelivery {
  const routed = req as NodeRequest & RoutedRequest;
  const { remoteAddress, isSecure, peerCertificate } = socketFacts(req.socket);
  const delivery: OpenDelivery = {
    method: req.method ?? "",
    url: targetOf(routed.originalUrl ?? req.url ?? "/"),
    headers: new HeaderLines(linesOf(req)),
    remoteAddress,
    isSecure,
    params: routed.params ?? NO_PARAMS,
    peerCertificate,
    body: NO_BYTES,
  };
  if (pipeline.clientAddress !== "express") return delivery;
  return { ...delivery, expressAddress: () => routed.ip, expressProtocol: () => routed.protocol };
}

/** HTTP/2's pseudo headers come first (RFC 9113 section 8.3) and are no headers: `:path` may hold a token. */
function linesOf(req: NodeRequest): readonly string[] {
  const { rawHeaders } = req;
  if (req.httpVersionMajor < 2) return rawHeaders;
  const first = rawHeaders.findIndex((text, at) => at % 2 === 0 && !text.startsWith(":"));
  return first < 0 ? [] : rawHeaders.slice(first);
}

const NO_PARAMS: Readonly<Record<string, string>> = /* @__PURE__ */ Object.freeze({});

/** A client may send the absolute form (RFC 9112 section 3.2.2); the host in it is the client's word and no more. */
function targetOf(url: string): string {
  if (url.startsWith("/")) return url;
  const path = /^https?:\/\/[^/?#]*(.*)$/i.exec(url)?.[1];
  return path === undefined ? url : path.startsWith("/") ? path : `/${path}`;
}

/** What can only be seen on a request: how the app around us is set up. */
function wiringOf(pipeline: DeliveryPipeline, req: NodeRequest): Rejection | undefined {
  if (pipeline.clientAddress !== "express") return undefined;
  const app = (req as NodeRequest & RoutedRequest).app;
  if (typeof app?.get !== "function") {
    return {
      name: "misconfigured",
      hint: 'clientAddress is "express", but the receiver is not mounted on an Express app: use trustedProxies instead',
    };
  }
  const get = (name: string): unknown => app.get?.(name);
  if (isPermissiveTrust(get)) {
    return {
      name: "misconfigured",
      hint: 'clientAddress is "express" while `trust proxy` trusts everyone, so any client can choose its address: set it to the addresses of your proxies',
    };
  }
  if (isHopCount(get)) {
    pipeline.log.warn(
      "`trust proxy` is a number of hops: whoever reaches this server without the proxy can choose its address. Name the proxies' addresses, or use trustedProxies",
    );
  }
  return undefined;
}
