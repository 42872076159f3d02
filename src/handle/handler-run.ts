// One run of a handler: its time limit, and the settling of its claim whichever way it ends.
import type { HeldClaim } from "../dedupe/claims.js";
import { Discard, RetryLater, WebhookError } from "../errors.js";
import type { ReceivedEvent } from "../event.js";
import type { AnyHandler } from "../handlers.js";
import { cancelDeadline, type Deadline, setDeadline } from "../internal/deadlines.js";
import { isPromise, type MaybePromise } from "../internal/maybe-promise.js";
import { type EventOutcome, type Note, type Reply, statusOf } from "../outcome.js";
import type { ReplyProfile } from "../reply-profile.js";
import { HandlerContext, type RunFacts } from "./context.js";
import { eventOutcome, serialiseReply } from "./event-outcome.js";
import { completeClaim, releaseClaim } from "./settle.js";

export interface RunSettings {
  readonly handlerTimeoutMs: number;
  readonly profile: ReplyProfile;
  readonly onError: (error: WebhookError) => void;
}

/** After its time limit a handler has so long to notice the abort before its claim is left to lapse. */
const ABANDON_GRACE_MS = 10_000;

export class HandlerRun {
  readonly #settings: RunSettings;
  readonly #event: ReceivedEvent;
  readonly #claim: HeldClaim | undefined;
  readonly #facts: RunFacts;
  readonly #notes: Note[];
  readonly #context: HandlerContext;
  #limit: Deadline | undefined;
  #goneListener: (() => void) | undefined;
  #isGone = false;
  #isStopped = false;

  constructor(
    settings: RunSettings,
    event: ReceivedEvent,
    claim: HeldClaim | undefined,
    facts: RunFacts,
    notes: Note[],
  ) {
    this.#settings = settings;
    this.#event = event;
    this.#claim = claim;
    this.#facts = facts;
    this.#notes = notes;
    this.#context = new HandlerContext(facts, settings.profile);
  }

  /** Called once the run no longer counts: it ended, or it was given up. */
  onGone(listener: () => void): void {
    if (this.#isGone) listener();
    else this.#goneListener = listener;
  }

  async start(handler: AnyHandler): Promise<EventOutcome> {
    this.#claim?.keep((reason) => this.#context.abort(new Error(reason)));
    this.#limit = setDeadline(this.#settings.handlerTimeoutMs, () => this.#passLimit());
    try {
      const returned = handler(this.#event, this.#context as never);
      if (isPromise(returned as MaybePromise<unknown>)) await returned;
    } catch (thrown) {
      return this.#end(await this.#failed(thrown));
    }
    return this.#end(await this.#succeeded());
  }

  async stop(reason: Error): Promise<void> {
    this.#isStopped = true;
    this.#context.abort(reason);
    await this.#release();
    this.#gone();
  }

  #end(outcome: EventOutcome): EventOutcome {
    cancelDeadline(this.#limit);
    this.#gone();
    return outcome;
  }

  #gone(): void {
    this.#isGone = true;
    this.#goneListener?.();
    this.#goneListener = undefined;
  }

  /** Aborts; and when the handler does not end even so, stops renewing, and it no longer counts as running. */
  #passLimit(): void {
    const seconds = this.#settings.handlerTimeoutMs / 1000;
    this.#context.abort(new Error(`the handler ran longer than handlerTimeoutSeconds (${seconds})`));
    this.#limit = setDeadline(ABANDON_GRACE_MS, () => {
      this.#claim?.abandon();
      this.#settings.onError(
        new WebhookError(
          "handler_running",
          `the handler for ${this.#event.type} did not end ${ABANDON_GRACE_MS / 1000} s after its signal was aborted; its claim is left to lapse`,
        ),
      );
      this.#gone();
    });
  }

  async #succeeded(): Promise<EventOutcome> {
    this.#context.end();
    const reply = this.#context.chosenReply;
    await this.#complete(serialiseReply(reply));
    return this.#outcome("processed", { reply });
  }

  async #failed(thrown: unknown): Promise<EventOutcome> {
    this.#context.end();
    if (thrown instanceof Discard) {
      const { profile } = this.#settings;
      const status = statusOf("discarded", profile);
      const reply: Reply | undefined = status === profile.successStatus ? undefined : { status, headers: {}, body: "" };
      await this.#complete(serialiseReply(reply));
      return this.#outcome("discarded", { hint: thrown.message });
    }
    await this.#release();
    if (thrown instanceof RetryLater) {
      return this.#outcome("retry_later", { hint: thrown.message, retryAfterSeconds: thrown.afterSeconds });
    }
    const error = new WebhookError("handler_failed", `the handler for ${this.#event.type} threw`, { cause: thrown });
    this.#settings.onError(error);
    return this.#outcome("handler_failed", { error, hint: `the handler threw ${nameOf(thrown)}` });
  }

  async #complete(reply: string | undefined): Promise<void> {
    if (this.#claim === undefined || this.#isStopped) return;
    const problem = await completeClaim(this.#claim, reply);
    if (problem === undefined) return;
    this.#notes.push(problem.code as Note);
    this.#settings.onError(problem);
  }

  async #release(): Promise<void> {
    if (this.#claim === undefined) return;
    const problem = await releaseClaim(this.#claim, this.#context.progress);
    if (problem !== undefined) this.#settings.onError(problem);
  }

  #outcome(
    name: "processed" | "discarded" | "retry_later" | "handler_failed",
    more: Partial<EventOutcome>,
  ): EventOutcome {
    return eventOutcome(this.#event, name, { attempt: this.#facts.attempt, notes: this.#notes, ...more });
  }
}

function nameOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : `a ${thrown === null ? "null" : typeof thrown}`;
}
