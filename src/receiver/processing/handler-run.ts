// One run of a handler: it starts, is limited in time, may be stopped, and ends once.

import { type HandlerMessage, handlerRuns, type ReceiverFacts } from "../../core/diagnostics.js";
import { WebhookError } from "../../core/errors.js";
import { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome, Note } from "../../core/outcome.js";
import type { ReplyProfile } from "../../core/reply.js";
import { cancelDeadline, type Deadline, setDeadline } from "../../lib/deadline.js";
import { Linked } from "../../lib/linked-list.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { HandlerContext, type RunFacts } from "./handler-context.js";
import type { AnyHandler } from "./handler-registry.js";
import { closingOutcome, type EndingRun, releaseRun, settleFailure, settleSuccess } from "./settle-run.js";

export interface RunSettings {
  readonly handlerTimeoutMs: number;
  readonly profile: ReplyProfile;
  /** False where the sender was answered before the handler runs. */
  readonly canReply: boolean;
  /** For diagnostics subscribers. */
  readonly receiver: ReceiverFacts;
  readonly onError: (error: WebhookError) => void;
  /** Called once, when the run no longer counts as running: it ended, or it was abandoned. */
  readonly onGone: (run: HandlerRun) => void;
}

/** Time between the abort of the signal and abandoning the run, whose claim is then left to lapse. */
export const ABANDON_GRACE_MS = 10_000;

/**
 * The states of a run: `running`, until the handler returns or throws; `settling`, while its claim is completed or
 * released; `gone`, once it no longer counts. `stop` and the time limit end it from outside: a stopped run is `gone` at
 * once, an abandoned one after `ABANDON_GRACE_MS`, and what its handler does later changes no claim.
 */
type State = "running" | "settling" | "gone";

export class HandlerRun extends Linked<HandlerRun> implements EndingRun {
  /** How much it counts as running. */
  readonly weight: 0 | 1;
  readonly settings: RunSettings;
  readonly event: ReceivedEvent;
  readonly facts: RunFacts;
  readonly notes: Note[];
  readonly context: HandlerContext;
  stopReason: Error | undefined;
  /** `stop` has answered for a handler that runs on. */
  isAnswered = false;
  #state: State = "running";
  #limit: Deadline | undefined;
  #ended: Promise<EventOutcome> | undefined;
  /** Answers in place of a handler that runs on. The promise's own function: see `Patience` for why not a closure. */
  #resolve: ((outcome: EventOutcome) => void) | undefined;

  constructor(settings: RunSettings, event: ReceivedEvent, facts: RunFacts, notes: Note[], weight: 0 | 1) {
    super();
    this.settings = settings;
    this.event = event;
    this.facts = facts;
    this.notes = notes;
    this.weight = weight;
    this.context = new HandlerContext(facts, settings.profile, settings.canReply);
  }

  /** The event's dedupe key. */
  get key(): string | undefined {
    return this.facts.idempotencyKey;
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
        handlerRuns.hasSubscribers ? this.#publishAndRun(handler) : handler(this.event, this.context as never)
      ) as MaybePromise<unknown>;
      if (isPromise(returned)) return this.#wait(this.#limitTime(returned));
      settled = this.#returned();
    } catch (thrown) {
      settled = this.#threw(thrown);
    }
    return isPromise(settled) ? this.#wait(settled.then((outcome) => this.#end(outcome))) : this.#end(settled);
  }

  /**
   * Aborts the signal, releases the claim so that a retry need not wait for its lease, and answers for a handler that
   * ignores its signal.
   */
  async stop(reason: Error): Promise<void> {
    if (this.#state !== "running") {
      await this.#ended?.catch(() => undefined); // its delivery reports the failure
      return;
    }
    this.stopReason = reason;
    this.context.abort(reason);
    await releaseRun(this);
    const outcome = this.#end(closingOutcome(this, "receiver.close() ended the handler"));
    this.isAnswered = this.#resolve !== undefined;
    this.#resolve?.(outcome);
  }

  /** Runs the handler within whatever subscribers wrap around it. */
  #publishAndRun(handler: AnyHandler): unknown {
    const { event, context, settings, facts } = this;
    const message: HandlerMessage = {
      event,
      delivery: ReceivedEvent.deliveryOf(event),
      receiver: settings.receiver,
      via: settings.canReply ? "delivery" : "inbox",
      attempt: facts.attempt,
      run: () => handler(event, context as never),
    };
    handlerRuns.publish(message);
    return message.run();
  }

  #wait(ended: PromiseLike<EventOutcome>): Promise<EventOutcome> {
    const promise = Promise.resolve(ended);
    this.#ended = promise;
    return promise;
  }

  /** The outcome of the handler, or that of `stop` where that is earlier. */
  #limitTime(returned: PromiseLike<unknown>): Promise<EventOutcome> {
    this.facts.claim?.keep((reason) => this.context.abort(new Error(reason)));
    this.#limit = setDeadline(this.settings.handlerTimeoutMs, () => this.#passLimit());
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#awaitHandler(returned).then(resolve, reject);
    });
  }

  async #awaitHandler(returned: PromiseLike<unknown>): Promise<EventOutcome> {
    let settled: MaybePromise<EventOutcome>;
    try {
      await returned;
      settled = this.#returned();
    } catch (thrown) {
      settled = this.#threw(thrown);
    }
    return this.#end(isPromise(settled) ? await settled : settled);
  }

  #returned(): MaybePromise<EventOutcome> {
    this.#beginSettling();
    return settleSuccess(this);
  }

  #threw(thrown: unknown): MaybePromise<EventOutcome> {
    this.#beginSettling();
    return settleFailure(this, thrown);
  }

  #beginSettling(): void {
    if (this.#state === "running") this.#state = "settling";
    this.context.end();
  }

  /** Aborts the signal; a handler that runs on even so is abandoned later. */
  #passLimit(): void {
    const { settings, context, facts, event } = this;
    context.abort(new Error(`the handler ran longer than handlerTimeoutSeconds (${settings.handlerTimeoutMs / 1000})`));
    this.#limit = setDeadline(ABANDON_GRACE_MS, () => {
      facts.claim?.abandon();
      const end = facts.claim?.isTransactional ? "its transaction was ended" : "its claim is left to lapse";
      settings.onError(
        new WebhookError(
          "handler_running",
          `the handler for ${event.type} did not end ${ABANDON_GRACE_MS / 1000} s after its signal was aborted; ${end}`,
        ),
      );
      this.#gone();
    });
  }

  #end(outcome: EventOutcome): EventOutcome {
    cancelDeadline(this.#limit);
    this.#gone();
    return outcome;
  }

  #gone(): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.settings.onGone(this);
  }
}
