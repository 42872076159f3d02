// One run of a handler: its time limit, and the settling of its claim whichever way it ends.

import { type HandlerMessage, handlerRuns, type ReceiverFacts } from "../../core/diagnostics.js";
import { Discard, RetryLater, WebhookError } from "../../core/errors.js";
import { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome, Note } from "../../core/outcome.js";
import { statusOf } from "../../core/outcomes.js";
import type { Reply, ReplyProfile } from "../../core/reply.js";
import type { HeldClaim } from "../../dedupe/claim.js";
import { cancelDeadline, type Deadline, setDeadline } from "../../lib/deadline.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { eventOutcome, serialiseReply } from "./event-outcomes.js";
import { HandlerContext, type RunFacts } from "./handler-context.js";
import type { AnyHandler } from "./handler-registry.js";
import { completeClaim, releaseClaim } from "./settle-claim.js";

export interface RunSettings {
  readonly handlerTimeoutMs: number;
  readonly profile: ReplyProfile;
  /** False where the sender was answered before the handler runs. */
  readonly canReply: boolean;
  /** Whose run it is, for who listens from outside. */
  readonly receiver: ReceiverFacts;
  readonly onError: (error: WebhookError) => void;
  /** Called once, when the run no longer counts: it ended, or it was given up. */
  readonly onGone: (run: HandlerRun) => void;
}

/** After its time limit a handler has so long to notice the abort before its claim is left to lapse. */
export const ABANDON_GRACE_MS = 10_000;

/** A guarded route answered with a failure. What it was the application knows, so `onError` is not told. */
export class RouteFailure extends Error {}

export class HandlerRun {
  /** The event's dedupe key. */
  readonly key: string | undefined;
  /** How much it counts as running. */
  readonly weight: 0 | 1;
  readonly #settings: RunSettings;
  readonly #event: ReceivedEvent;
  readonly #claim: HeldClaim | undefined;
  readonly #facts: RunFacts;
  readonly #notes: Note[];
  readonly #context: HandlerContext;
  #limit: Deadline | undefined;
  #ended: Promise<EventOutcome> | undefined;
  #isGone = false;
  /** Why the receiver took the event away from the handler. */
  #stopReason: Error | undefined;
  #answer: ((outcome: EventOutcome) => void) | undefined;
  #isAnswered = false;
  /** The handler has ended, and its claim is being completed or released. */
  #isSettling = false;

  constructor(settings: RunSettings, event: ReceivedEvent, facts: RunFacts, notes: Note[], weight: 0 | 1) {
    this.weight = weight;
    this.key = facts.idempotencyKey;
    this.#settings = settings;
    this.#event = event;
    this.#claim = facts.claim;
    this.#facts = facts;
    this.#notes = notes;
    this.#context = new HandlerContext(facts, settings.profile, settings.canReply);
  }

  /** Settles with the run; `undefined` before it has begun to wait. */
  get ended(): Promise<unknown> | undefined {
    return this.#ended;
  }

  /** A handler and a store that answer at once need no promise, no time limit and no renewals. */
  start(handler: AnyHandler): MaybePromise<EventOutcome> {
    let settled: MaybePromise<EventOutcome>;
    try {
      const returned = (
        handlerRuns.hasSubscribers ? this.#runHeard(handler) : handler(this.#event, this.#context as never)
      ) as MaybePromise<unknown>;
      if (isPromise(returned)) return this.#wait(this.#outlive(returned));
      settled = this.#succeeded();
    } catch (thrown) {
      settled = this.#failed(thrown);
    }
    return isPromise(settled) ? this.#wait(this.#endWhen(settled)) : this.#end(settled);
  }

  /** Within whatever subscribers put around it. */
  #runHeard(handler: AnyHandler): unknown {
    const event = this.#event;
    const message: HandlerMessage = {
      event,
      delivery: ReceivedEvent.deliveryOf(event),
      receiver: this.#settings.receiver,
      via: this.#settings.canReply ? "delivery" : "inbox",
      attempt: this.#facts.attempt,
      run: () => handler(event, this.#context as never),
    };
    handlerRuns.publish(message);
    return message.run();
  }

  /**
   * Aborts the signal, gives the claim back so that a retry need not wait for its lease, and answers for a handler that
   * does not mind its signal.
   */
  async stop(reason: Error): Promise<void> {
    if (this.#isSettling) {
      await this.#ended?.catch(() => undefined); // told to its delivery
      return;
    }
    this.#stopReason = reason;
    this.#context.abort(reason);
    await this.#release();
    this.#answer?.(this.#end(this.#closing("receiver.close() ended the handler")));
    this.#gone();
  }

  #closing(hint: string): EventOutcome {
    return this.#outcome("closing", { hint });
  }

  #wait(ended: Promise<EventOutcome>): Promise<EventOutcome> {
    this.#ended = ended;
    return ended;
  }

  /** The outcome of the handler, or that of `stop` where that is earlier. */
  #outlive(returned: PromiseLike<unknown>): Promise<EventOutcome> {
    this.#claim?.keep((reason) => this.#context.abort(new Error(reason)));
    this.#limit = setDeadline(this.#settings.handlerTimeoutMs, () => this.#passLimit());
    return new Promise((resolve, reject) => {
      this.#answer = (outcome) => {
        this.#isAnswered = true;
        resolve(outcome);
      };
      this.#awaitHandler(returned).then(this.#answer, reject);
    });
  }

  async #awaitHandler(returned: PromiseLike<unknown>): Promise<EventOutcome> {
    let settled: MaybePromise<EventOutcome>;
    try {
      await returned;
      settled = this.#succeeded();
    } catch (thrown) {
      settled = this.#failed(thrown);
    }
    return this.#end(isPromise(settled) ? await settled : settled);
  }

  async #endWhen(settled: PromiseLike<EventOutcome>): Promise<EventOutcome> {
    return this.#end(await settled);
  }

  #end(outcome: EventOutcome): EventOutcome {
    cancelDeadline(this.#limit);
    this.#gone();
    return outcome;
  }

  #gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#settings.onGone(this);
  }

  /** Aborts; and when the handler does not end even so, gives its claim up, and it no longer counts as running. */
  #passLimit(): void {
    const seconds = this.#settings.handlerTimeoutMs / 1000;
    this.#context.abort(new Error(`the handler ran longer than handlerTimeoutSeconds (${seconds})`));
    this.#limit = setDeadline(ABANDON_GRACE_MS, () => {
      this.#claim?.abandon();
      const end = this.#claim?.isTransactional ? "its transaction was ended" : "its claim is left to lapse";
      this.#settings.onError(
        new WebhookError(
          "handler_running",
          `the handler for ${this.#event.type} did not end ${ABANDON_GRACE_MS / 1000} s after its signal was aborted; ${end}`,
        ),
      );
      this.#gone();
    });
  }

  #succeeded(): MaybePromise<EventOutcome> {
    this.#isSettling = true;
    this.#context.end();
    const reply = this.#context.chosenReply;
    return this.#complete("processed", serialiseReply(reply), reply, undefined);
  }

  #failed(thrown: unknown): MaybePromise<EventOutcome> {
    this.#isSettling = true;
    this.#context.end();
    if (thrown instanceof Discard) {
      const { profile } = this.#settings;
      const status = statusOf("discarded", profile);
      const kept: Reply | undefined = status === profile.successStatus ? undefined : { status, headers: {}, body: "" };
      return this.#complete("discarded", serialiseReply(kept), undefined, thrown.message);
    }
    if (this.#stopReason !== undefined) return this.#failedStopped(thrown, this.#stopReason);
    const released = this.#release();
    return isPromise(released)
      ? released.then((problem) => this.#failure(thrown, problem))
      : this.#failure(thrown, released);
  }

  /** `stop` releases the claim. That a handler minds its signal is no failure of it. */
  #failedStopped(thrown: unknown, reason: Error): EventOutcome {
    if (thrown instanceof RetryLater) return this.#failure(thrown, undefined);
    if (thrown instanceof RouteFailure) return this.#closing(thrown.message);
    if (thrown !== reason && nameOf(thrown) !== "AbortError") this.#settings.onError(this.#threw(thrown));
    return this.#closing("receiver.close() aborted the handler");
  }

  /** `problem`: of the release. */
  #failure(thrown: unknown, problem: WebhookError | undefined): EventOutcome {
    if (thrown instanceof RetryLater) {
      return this.#outcome("retry_later", { hint: thrown.message, retryAfterSeconds: thrown.afterSeconds });
    }
    if (thrown instanceof RouteFailure) return this.#outcome("handler_failed", { hint: thrown.message });
    const error = this.#threw(thrown);
    this.#settings.onError(error);
    if (problem !== undefined && this.#claim?.isTransactional) {
      // Its transaction could not even be rolled back: the connection is gone, and with it what the handler asked of it.
      return this.#outcome("store_unavailable", {
        error,
        hint: `the store went away while the handler ran, and it threw ${nameOf(thrown)}`,
      });
    }
    return this.#outcome("handler_failed", { error, hint: `the handler threw ${nameOf(thrown)}` });
  }

  #threw(cause: unknown): WebhookError {
    return new WebhookError("handler_failed", `the handler for ${this.#event.type} threw`, { cause });
  }

  #complete(
    name: "processed" | "discarded",
    kept: string | undefined,
    reply: Reply | undefined,
    hint: string | undefined,
  ): MaybePromise<EventOutcome> {
    const claim = this.#claim;
    if (claim === undefined) return this.#outcome(name, { reply, hint });
    if (this.#stopReason !== undefined) {
      // `close` has given the claim back. What the handler did stands, unless it was undone with its transaction.
      if (claim.isTransactional) return this.#closing("receiver.close() undid the handler's transaction");
      if (this.#isAnswered) this.#settings.onError(ranOn(this.#event.type));
      return this.#outcome(name, { reply, hint });
    }
    const completed = completeClaim(claim, kept);
    return isPromise(completed)
      ? completed.then((problem) => this.#completed(name, reply, hint, problem))
      : this.#completed(name, reply, hint, completed);
  }

  #completed(
    name: "processed" | "discarded",
    reply: Reply | undefined,
    hint: string | undefined,
    problem: WebhookError | undefined,
  ): EventOutcome {
    if (problem === undefined) return this.#outcome(name, { reply, hint });
    this.#settings.onError(problem);
    if (problem.code === "store_unavailable") {
      return this.#outcome("store_unavailable", { error: problem, hint: problem.message });
    }
    this.#notes.push(problem.code as Note);
    return this.#outcome(name, { reply, hint });
  }

  #release(): MaybePromise<WebhookError | undefined> {
    if (this.#claim === undefined) return undefined;
    const report = (problem: WebhookError | undefined): WebhookError | undefined => {
      if (problem !== undefined) this.#settings.onError(problem);
      return problem;
    };
    const released = releaseClaim(this.#claim, this.#context.progress);
    return isPromise(released) ? released.then(report) : report(released);
  }

  #outcome(
    name: Extract<
      EventOutcome["name"],
      "processed" | "discarded" | "retry_later" | "handler_failed" | "store_unavailable" | "closing"
    >,
    more: Partial<Pick<EventOutcome, "hint" | "error" | "retryAfterSeconds" | "reply">>,
  ): EventOutcome {
    return eventOutcome(this.#event, name, {
      attempt: this.#facts.attempt,
      notes: this.#notes,
      hint: more.hint,
      error: more.error,
      retryAfterSeconds: more.retryAfterSeconds,
      reply: more.reply,
    });
  }
}

function ranOn(type: string): WebhookError {
  return new WebhookError(
    "double_run",
    `the handler for ${type} ended after receiver.close() had given its event back: a retry of it runs again`,
  );
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : `a ${thrown === null ? "null" : typeof thrown}`;
}
