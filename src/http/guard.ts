// For people who keep their own route: every check, then the claims, then `next()`; the route's answer settles them.
import type { HeldClaim } from "../dedupe/claims.js";
import { StoreFullError } from "../dedupe/store.js";
import { WebhookError } from "../errors.js";
import type { ReceivedEvent } from "../event.js";
import { eventOutcome } from "../handle/event-outcome.js";
import { mustComeAgain } from "../handle/run-delivery.js";
import { type ActiveRun, handledBefore } from "../handle/run-event.js";
import { completeClaim, releaseClaim } from "../handle/settle.js";
import { cancelDeadline, setDeadline } from "../internal/deadlines.js";
import type { EventOutcome, Note } from "../outcome.js";
import type { OpenPassage, ReceiverCore } from "../receiver.js";
import type { NodeResponse } from "./early-answer.js";
import { answerFailure, isOutcome, take } from "./node.js";
import type { NodeRequest } from "./read-body.js";
import { sendReply } from "./send.js";

/** The events that were let through, by request. */
const letThrough = new WeakMap<object, readonly ReceivedEvent[]>();

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
  let open: OpenPassage;
  let claimed: Claimed;
  try {
    const taken = await take(core, req, res);
    if (taken === undefined || isOutcome(taken)) return;
    open = taken;
    const refused = await core.identify(open);
    if (refused !== undefined) {
      sendReply(req, res, core.end(open, refused).reply, true);
      return;
    }
    const late = core.refuseLate();
    if (late !== undefined) {
      sendReply(req, res, core.end(open, late).reply, true);
      return;
    }
    const answer = await claimAll(core, open);
    if ("outcomes" in answer) {
      sendReply(req, res, core.endEvents(open, answer.outcomes).reply, true);
      return;
    }
    claimed = answer;
  } catch (cause) {
    answerFailure(core, req, res, cause);
    return;
  }
  letThrough.set(req, claimed.events);
  settleOnEnd(core, open, claimed, res);
  try {
    next();
  } catch (cause) {
    // Routers catch what a route throws; without one it would end the process. The answer gives the claims back.
    answerFailure(core, req, res, cause);
  }
}

interface Claimed {
  readonly events: readonly ReceivedEvent[];
  readonly claims: readonly HeldClaim[];
  readonly notes: readonly Note[];
}

/** The events that are new; or, where there is nothing for the route to do or another delivery is at it, the end. */
async function claimAll(
  core: ReceiverCore,
  open: OpenPassage,
): Promise<Claimed | { readonly outcomes: readonly EventOutcome[] }> {
  const { claims, settings } = core;
  const terms = core.termsOf(open);
  const held: HeldClaim[] = [];
  const fresh: ReceivedEvent[] = [];
  const known: EventOutcome[] = [];
  const notes: Note[] = [];
  const seen = new Set<string>();
  for (const event of open.events) {
    const refused = await core.runner.vouch(event, notes);
    if (refused !== undefined) {
      known.push(refused);
      continue;
    }
    if (claims === undefined || event.id === undefined) {
      fresh.push(event);
      continue;
    }
    const subject = { id: event.id, tenant: event.tenant, ...terms };
    const key = claims.keyOf(subject);
    if (seen.has(key)) continue;
    seen.add(key);
    try {
      const result = await claims.take(key, subject);
      if (result.state === "held") {
        if (result.isReplaySuspected) notes.push("replay_suspected");
        held.push(result.claim);
        fresh.push(event);
      } else if (result.state === "in_flight") {
        known.push(eventOutcome(event, "in_flight", { retryAfterSeconds: result.retryAfterSeconds }));
      } else {
        known.push(handledBefore(event, result, settings.dedupe?.strict ?? false, []));
      }
    } catch (cause) {
      if (cause instanceof StoreFullError) {
        known.push(eventOutcome(event, "overloaded", { hint: cause.message, error: cause }));
        continue;
      }
      const error = new WebhookError("store_unavailable", "the dedupe store could not claim the event", { cause });
      core.operator.error(error);
      if (settings.dedupe?.onStoreFailure === "process") {
        notes.push("dedupe_bypassed");
        fresh.push(event);
      } else {
        known.push(eventOutcome(event, "store_unavailable", { error, hint: error.message }));
      }
    }
  }
  // The route answers for the delivery as a whole, so it can only have all of what is new or nothing.
  if (fresh.length > 0 && !known.some(mustComeAgain)) return { events: fresh, claims: held, notes };
  await Promise.all(held.map((claim) => releaseClaim(claim, undefined)));
  return { outcomes: known };
}

/**
 * `res.end` decides, and is called even on a dead socket: 2xx completes, anything else releases. A connection that
 * closes changes nothing: the route may still be at work. A route that never ends keeps its claim until the time limit.
 */
function settleOnEnd(core: ReceiverCore, open: OpenPassage, claimed: Claimed, res: NodeResponse): void {
  const { claims, events, notes } = claimed;
  const { active } = core.runner;
  let tellEnded: (outcome: EventOutcome) => void = () => undefined;
  const run: ActiveRun = {
    ended: new Promise((resolve) => {
      tellEnded = resolve;
    }),
    stop: async () => settle(503),
  };
  active.add(run);
  for (const claim of claims) claim.keep(() => undefined);
  const limit = setDeadline(core.settings.handlerTimeoutMs, () => {
    for (const claim of claims) claim.abandon();
    active.delete(run);
    tellEnded(eventOutcome(events[0] as ReceivedEvent, "handler_running")); // close() must not wait for it any longer
    core.operator.error(
      new WebhookError(
        "handler_running",
        "a guarded route did not answer within handlerTimeoutSeconds; its claims are left to lapse",
      ),
    );
  });
  let isSettled = false;
  async function settle(status: number): Promise<void> {
    if (isSettled) return;
    isSettled = true;
    cancelDeadline(limit);
    const isDone = status >= 200 && status < 300;
    const problems = await Promise.all(
      claims.map((claim) => (isDone ? completeClaim(claim, undefined) : releaseClaim(claim, undefined))),
    );
    for (const problem of problems) if (problem !== undefined) core.operator.error(problem);
    const outcomes = events.map((event) =>
      eventOutcome(event, isDone ? "processed" : "handler_failed", { notes, hint: `the route answered ${status}` }),
    );
    core.endEvents(open, outcomes);
    active.delete(run);
    tellEnded(outcomes[0] as EventOutcome);
  }
  const end = res.end;
  const own = res as { end: unknown };
  own.end = function settlingEnd(...args: unknown[]): unknown {
    own.end = end;
    void settle(res.statusCode);
    return (end as (...args: unknown[]) => unknown).apply(res, args);
  };
}
