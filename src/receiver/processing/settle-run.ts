// Turns the end of a handler into an outcome, and completes or releases its claim.

import { Discard, RetryLater, WebhookError } from "../../core/errors.js";
import type { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome, Note } from "../../core/outcome.js";
import { statusOf } from "../../core/outcomes.js";
import type { Reply, ReplyProfile } from "../../core/reply.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { eventOutcome, serialiseReply } from "./event-outcomes.js";
import type { HandlerContext, RunFacts } from "./handler-context.js";
import { completeClaim, releaseClaim } from "./settle-claim.js";

/** A guarded route answered with a failure, which the application already knows: it is not passed to `onError`. */
export class RouteFailure extends Error {}

/** A run whose handler has ended, or was stopped. */
export interface EndingRun {
  readonly settings: { readonly profile: ReplyProfile; readonly onError: (error: WebhookError) => void };
  readonly event: ReceivedEvent;
  readonly facts: RunFacts;
  readonly context: HandlerContext;
  readonly notes: Note[];
  /** Why the receiver stopped the run, and released its claim. */
  readonly stopReason: Error | undefined;
  readonly isAnswered: boolean;
}

export function settleSuccess(run: EndingRun): MaybePromise<EventOutcome> {
  const reply = run.context.chosenReply;
  return complete(run, "processed", serialiseReply(reply), reply, undefined);
}

export function settleFailure(run: EndingRun, thrown: unknown): MaybePromise<EventOutcome> {
  if (thrown instanceof Discard) return settleDiscard(run, thrown);
  if (run.stopReason !== undefined) return settleStopped(run, thrown, run.stopReason);
  const released = releaseRun(run);
  return isPromise(released)
    ? released.then((problem) => failure(run, thrown, problem))
    : failure(run, thrown, released);
}

/** Releases the claim with what `context.once` has kept, and reports where that fails. */
export function releaseRun({ facts, context, settings }: EndingRun): MaybePromise<WebhookError | undefined> {
  if (facts.claim === undefined) return undefined;
  const report = (problem: WebhookError | undefined): WebhookError | undefined => {
    if (problem !== undefined) settings.onError(problem);
    return problem;
  };
  const released = releaseClaim(facts.claim, context.progress);
  return isPromise(released) ? released.then(report) : report(released);
}

export function closingOutcome(run: EndingRun, hint: string): EventOutcome {
  return outcomeOf(run, "closing", { hint });
}

function settleDiscard(run: EndingRun, { message }: Discard): MaybePromise<EventOutcome> {
  const { profile } = run.settings;
  const status = statusOf("discarded", profile);
  const stored: Reply | undefined = status === profile.successStatus ? undefined : { status, headers: {}, body: "" };
  return complete(run, "discarded", serialiseReply(stored), undefined, message);
}

/** `HandlerRun.stop` releases the claim. A handler that ends because of its signal has not failed. */
function settleStopped(run: EndingRun, thrown: unknown, stopReason: Error): EventOutcome {
  if (thrown instanceof RetryLater) return failure(run, thrown, undefined);
  if (thrown instanceof RouteFailure) return closingOutcome(run, thrown.message);
  if (thrown !== stopReason && nameOf(thrown) !== "AbortError") run.settings.onError(handlerError(run, thrown));
  return closingOutcome(run, "receiver.close() aborted the handler");
}

/** @param releaseProblem - Why the claim could not be released. */
function failure(run: EndingRun, thrown: unknown, releaseProblem: WebhookError | undefined): EventOutcome {
  if (thrown instanceof RetryLater) {
    return outcomeOf(run, "retry_later", { hint: thrown.message, retryAfterSeconds: thrown.afterSeconds });
  }
  if (thrown instanceof RouteFailure) return outcomeOf(run, "handler_failed", { hint: thrown.message });
  const error = handlerError(run, thrown);
  run.settings.onError(error);
  if (releaseProblem !== undefined && run.facts.claim?.isTransactional) {
    // The transaction could not even be rolled back: the connection was lost, and the handler's own queries with it.
    return outcomeOf(run, "store_unavailable", {
      error,
      hint: `the store went away while the handler ran, and it threw ${nameOf(thrown)}`,
    });
  }
  return outcomeOf(run, "handler_failed", { error, hint: `the handler threw ${nameOf(thrown)}` });
}

function complete(
  run: EndingRun,
  name: "processed" | "discarded",
  storedReply: string | undefined,
  reply: Reply | undefined,
  hint: string | undefined,
): MaybePromise<EventOutcome> {
  const { claim } = run.facts;
  if (claim === undefined) return outcomeOf(run, name, { reply, hint });
  if (run.stopReason !== undefined) {
    // `close` has released the claim. What the handler did stays, unless it was rolled back with its transaction.
    if (claim.isTransactional) return closingOutcome(run, "receiver.close() rolled back the handler's transaction");
    if (run.isAnswered) run.settings.onError(ranOn(run.event.type));
    return outcomeOf(run, name, { reply, hint });
  }
  const completed = completeClaim(claim, storedReply);
  return isPromise(completed)
    ? completed.then((problem) => afterComplete(run, name, reply, hint, problem))
    : afterComplete(run, name, reply, hint, completed);
}

function afterComplete(
  run: EndingRun,
  name: "processed" | "discarded",
  reply: Reply | undefined,
  hint: string | undefined,
  problem: WebhookError | undefined,
): EventOutcome {
  if (problem === undefined) return outcomeOf(run, name, { reply, hint });
  run.settings.onError(problem);
  if (problem.code === "store_unavailable") {
    return outcomeOf(run, "store_unavailable", { error: problem, hint: problem.message });
  }
  run.notes.push(problem.code as Note);
  return outcomeOf(run, name, { reply, hint });
}

function outcomeOf(
  { event, facts, notes }: EndingRun,
  name: Extract<
    EventOutcome["name"],
    "processed" | "discarded" | "retry_later" | "handler_failed" | "store_unavailable" | "closing"
  >,
  more: Partial<Pick<EventOutcome, "hint" | "error" | "retryAfterSeconds" | "reply">>,
): EventOutcome {
  return eventOutcome(event, name, {
    attempt: facts.attempt,
    notes,
    hint: more.hint,
    error: more.error,
    retryAfterSeconds: more.retryAfterSeconds,
    reply: more.reply,
  });
}

function handlerError({ event }: EndingRun, cause: unknown): WebhookError {
  return new WebhookError("handler_failed", `the handler for ${event.type} threw`, { cause });
}

function ranOn(type: string): WebhookError {
  return new WebhookError(
    "double_run",
    `the handler for ${type} ended after receiver.close() had released its event: a retry of it runs again`,
  );
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : `a ${thrown === null ? "null" : typeof thrown}`;
}
