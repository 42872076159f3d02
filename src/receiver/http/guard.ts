// For people who keep their own route: every check, then the claims, then `next()`; the route's answer settles them.
import { WebhookError } from "../../core/errors.js";
import type { ReceivedEvent } from "../../core/event.js";
import type { Outcome } from "../../core/outcome.js";
import { cancelDeadline, type Deadline, setDeadline } from "../../lib/deadline.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import type { OpenPassage } from "../delivery-context.js";
import { type Claimed, claimAll } from "../processing/claim-delivery.js";
import { eventOutcome } from "../processing/event-outcomes.js";
import type { ActiveRun } from "../processing/event-processor.js";
import { completeClaim, releaseClaim } from "../processing/settle-claim.js";
import type { ReceiverCore } from "../receiver.js";
import type { NodeResponse } from "./early-reply.js";
import { answerFailure, isOutcome, take } from "./node.js";
import type { NodeRequest } from "./read-node-body.js";
import { sendReply } from "./send-reply.js";

/** The events that were let through, by request. */
const letThrough = /* @__PURE__ */ new WeakMap<object, readonly ReceivedEvent[]>();

/** @throws {TypeError} Where no guard has let this request through. */
export function guardedEvents(req: object): readonly ReceivedEvent[] {
  const events = letThrough.get(req);
  if (events === undefined)
    throw new TypeError(
      "receiver.events(req): this request did not come through receiver.guard; mount it before the route",
    );
  return events;
}

export async function guardNode(
  core: ReceiverCore,
  req: NodeRequest,
  res: NodeResponse,
  next: (error?: unknown) => void,
): Promise<void> {
  let route: GuardedRoute;
  try {
    const open = await take(core, req, res);
    if (open === undefined || isOutcome(open)) return;
    const entered = await letIn(core, open);
    if (!(entered instanceof GuardedRoute)) {
      sendReply(req, res, entered.reply, { isBodyWanted: true, isLast: core.isClosing });
      return;
    }
    route = entered;
  } catch (cause) {
    answerFailure(core, req, res, cause);
    return;
  }
  letThrough.set(req, route.events);
  settleOnEnd(core, route, res);
  try {
    next();
  } catch (cause) {
    // Routers catch what a route throws; without one it would end the process. The answer gives the claims back.
    answerFailure(core, req, res, cause);
  }
}

async function letIn(core: ReceiverCore, open: OpenPassage): Promise<GuardedRoute | Outcome> {
  const ending = (await core.identify(open)) ?? core.refuseLate();
  if (ending !== undefined) return core.end(open, ending);
  // Busy from here on without a gap: `close` waits for the claims, and then for the route.
  return core.runner.starting(
    (async () => {
      const answer = await claimAll(core.eventSettings, open.events, core.termsOf(open));
      if ("outcomes" in answer) return core.endEvents(open, answer.outcomes);
      const route = new GuardedRoute(core, open, answer);
      core.runner.enter(route);
      return route;
    })(),
  );
}

/** A route at work, from the claims to its answer. */
class GuardedRoute implements ActiveRun {
  readonly ended: Promise<void>;
  readonly events: readonly ReceivedEvent[];
  readonly #core: ReceiverCore;
  readonly #open: OpenPassage;
  readonly #claimed: Claimed;
  readonly #limit: Deadline;
  #tellEnded: () => void = () => undefined;
  #isSettled = false;

  constructor(core: ReceiverCore, open: OpenPassage, claimed: Claimed) {
    this.#core = core;
    this.#open = open;
    this.#claimed = claimed;
    this.events = claimed.events;
    this.ended = new Promise((resolve) => {
      this.#tellEnded = resolve;
    });
    for (const claim of claimed.claims) claim.keep(() => undefined);
    this.#limit = setDeadline(core.settings.handlerTimeoutMs, () => this.#giveUp());
  }

  /** The route still answers by itself, whatever it says. */
  async stop(): Promise<void> {
    await this.#settle("closing", "receiver.close() was called before the route had answered");
  }

  /** 2xx completes, anything else releases. */
  settle(status: number): MaybePromise<void> {
    return this.#settle(status >= 200 && status < 300 ? "processed" : "handler_failed", `the route answered ${status}`);
  }

  #settle(name: "processed" | "handler_failed" | "closing", hint: string): MaybePromise<void> {
    if (this.#isSettled) return undefined;
    this.#isSettled = true;
    cancelDeadline(this.#limit);
    const isDone = name === "processed";
    const waits: PromiseLike<void>[] = [];
    const report = (problem: WebhookError | undefined): void => {
      if (problem !== undefined) this.#core.operator.error(problem);
    };
    for (const claim of this.#claimed.claims) {
      const settled = isDone ? completeClaim(claim, undefined) : releaseClaim(claim, undefined);
      if (isPromise(settled)) waits.push(settled.then(report));
      else report(settled);
    }
    if (waits.length === 0) return this.#tell(name, hint);
    return Promise.all(waits).then(() => this.#tell(name, hint));
  }

  #tell(name: "processed" | "handler_failed" | "closing", hint: string): void {
    const { notes } = this.#claimed;
    const outcomes = this.events.map((event) => eventOutcome(event, name, { notes, hint }));
    this.#core.endEvents(this.#open, outcomes);
    this.#leave();
  }

  #giveUp(): void {
    for (const claim of this.#claimed.claims) claim.abandon();
    this.#leave(); // close() must not wait for it any longer
    this.#core.operator.error(
      new WebhookError(
        "handler_running",
        "a guarded route did not answer within handlerTimeoutSeconds; its claims are left to lapse",
      ),
    );
  }

  #leave(): void {
    this.#core.runner.leave(this);
    this.#tellEnded();
  }
}

/**
 * `res.end` decides, and is called even on a dead socket. The answer goes out once the claims are settled, or have been
 * tried to be: a sender that has its 200 must not come again into an open claim. A connection that closes changes
 * nothing: the route may still be at work. A route that never ends keeps its claims until the time limit.
 */
function settleOnEnd(core: ReceiverCore, route: GuardedRoute, res: NodeResponse): void {
  const end = res.end as (...args: unknown[]) => unknown;
  const own = res as { end: unknown };
  own.end = function settlingEnd(...args: unknown[]): unknown {
    const settled = route.settle(res.statusCode);
    if (!isPromise(settled)) {
      own.end = end;
      return end.apply(res, args);
    }
    own.end = () => res; // the answer is on its way
    const send = (): void => {
      own.end = end;
      end.apply(res, args);
    };
    settled.then(send).then(undefined, (cause: unknown) => {
      core.failed(cause);
      res.destroy();
    });
    return res;
  };
}
