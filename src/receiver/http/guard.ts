// Middleware in front of a route of the application's own: the route is the handler, and `res.end` is how it ends.
import type { WebhookEvent } from "../../core/event.js";
import type { DeliveryPipeline } from "../pipeline.js";
import type { GuardedRoute } from "../processing/guarded-route.js";
import type { NodeResponse } from "./early-reply.js";
import { answerFailure, isOutcome, type Taken, take } from "./node.js";
import type { NodeRequest } from "./read-node-body.js";
import { sendReply } from "./send-reply.js";

/** The events that were let through, by request. */
const letThrough = /* @__PURE__ */ new WeakMap<object, readonly WebhookEvent[]>();

/** @throws {TypeError} Where no guard has let this request through. */
export function guardedEvents(req: object): readonly WebhookEvent[] {
  const events = letThrough.get(req);
  if (events === undefined)
    throw new TypeError(
      "receiver.events(req): this request did not come through receiver.guard; mount it before the route",
    );
  return events;
}

/** Never rejects. */
export async function guardNode(
  pipeline: DeliveryPipeline,
  req: NodeRequest,
  res: NodeResponse,
  next: (error?: unknown) => void,
): Promise<void> {
  function callRoute(route: GuardedRoute): void {
    letThrough.set(req, route.events);
    settleOnEnd(pipeline, route, res);
    try {
      next();
    } catch (cause) {
      // Routers catch what a route throws; without one it would end the process. The answer gives the claims back.
      answerFailure(pipeline, req, res, cause);
    }
  }
  let open: Taken;
  try {
    open = await take(pipeline, req, res);
    if (open === undefined || isOutcome(open)) return;
    const outcome = await pipeline.guard(open, callRoute);
    if (outcome !== undefined) sendReply(req, res, outcome.reply, { isBodyWanted: true, isLast: pipeline.isClosing });
  } catch (cause) {
    answerFailure(pipeline, req, res, cause, open);
  }
}

/**
 * `res.end` decides, and is called even on a dead socket. The answer goes out once the claims are settled, or have been
 * tried to be: a sender that has its 200 must not retry into an open claim. Until then the response looks answered
 * to whoever asks, and its status stays. A connection that closes changes nothing: the route may still be at work. A route
 * that never ends keeps its claims until the time limit.
 */
function settleOnEnd(pipeline: DeliveryPipeline, route: GuardedRoute, res: NodeResponse): void {
  const end = res.end as (...args: unknown[]) => unknown;
  const own = res as { end: unknown; statusCode: number };
  own.end = function settlingEnd(...args: unknown[]): unknown {
    const status = res.statusCode;
    own.end = () => res; // the answer is on its way
    const asAnswered = { value: true, configurable: true };
    Object.defineProperties(res, { headersSent: asAnswered, writableEnded: asAnswered });
    const send = (): void => {
      const shown = res as { headersSent?: unknown; writableEnded?: unknown };
      delete shown.headersSent;
      delete shown.writableEnded;
      own.end = end;
      if (!res.headersSent) own.statusCode = status;
      end.apply(res, args);
    };
    route
      .answer(status)
      .then(send)
      .then(undefined, (cause: unknown) => {
        pipeline.failed(cause);
        res.destroy();
      });
    return res;
  };
}
