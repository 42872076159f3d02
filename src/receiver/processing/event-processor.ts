// Takes one event through handler look-up, schema, confirmation, claim and run.

import type { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome, Note } from "../../core/outcome.js";
import type { HeldClaim } from "../../dedupe/claim.js";
import type { ClaimSubject } from "../../dedupe/claim-subject.js";
import type { ClaimResult, Claims } from "../../dedupe/claims.js";
import type { KeyOf } from "../../dedupe/key.js";
import { LinkedList } from "../../lib/linked-list.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { BusyCount } from "./busy-count.js";
import { checkOrder, type OrderSettings } from "./event-order.js";
import { closing, eventOutcome, handledBefore, storeFailed } from "./event-outcomes.js";
import type { AnyHandler, Handlers } from "./handler-registry.js";
import { HandlerRun, type RunSettings } from "./handler-run.js";
import { InProcessDuplicates } from "./in-process-duplicates.js";
import { releaseClaim } from "./settle-claim.js";
import { needsValidation, type ValidationSettings, validateEvent } from "./validate-event.js";

export interface EventSettings extends Omit<RunSettings, "onGone">, ValidationSettings {
  readonly handlers: Handlers;
  /** The dedupe key of an event; `undefined` where the sender's ids do not name events. */
  readonly keyOf: KeyOf | undefined;
  /** `undefined`: no dedupe. */
  readonly claims: Claims | undefined;
  readonly strict: boolean;
  readonly onStoreFailure: "refuse" | "process";
  /** Stores what the dedupe store could not claim; before `onStoreFailure`. */
  readonly spill: ((event: ReceivedEvent, subject: ClaimSubject) => Promise<EventOutcome>) | undefined;
  readonly order: OrderSettings | undefined;
  readonly isClosing: () => boolean;
}

/** One event on its way to its handler. */
interface Work {
  readonly event: ReceivedEvent;
  readonly handler: AnyHandler;
  readonly subject: ClaimSubject;
  readonly key: string | undefined;
  readonly notes: Note[];
  readonly how: RunOptions;
}

/** What differs from an event of a delivery that a registered handler handles. */
export interface RunOptions {
  /** Instead of a registered handler. */
  readonly handler?: AnyHandler;
  /** A claim that the caller holds and settles. */
  readonly claim?: HeldClaim;
  /** The key under which the event was stored. */
  readonly key?: string;
  /** 0: it counts as one with another run, since a guarded route that handles several events is one handler. */
  readonly weight?: 0 | 1;
}

const AS_USUAL: RunOptions = Object.freeze({});

export class EventRunner {
  readonly #settings: EventSettings;
  readonly #runSettings: RunSettings;
  readonly #duplicates: InProcessDuplicates;
  readonly #busy = new BusyCount();
  /** Runs that must end before `close` resolves. */
  readonly active: LinkedList<HandlerRun> = new LinkedList();

  constructor(settings: EventSettings) {
    this.#settings = settings;
    this.#runSettings = { ...settings, onGone: (run) => this.#forget(run) };
    this.#duplicates = new InProcessDuplicates(settings.strict, settings.handlerTimeoutMs);
  }

  /** Handlers that run, and those about to start. */
  get busyCount(): number {
    return this.#busy.count;
  }

  /** Resolves once nothing is being claimed or handled. */
  idle(): Promise<void> {
    return this.#busy.idle();
  }

  /** Counts as busy until it settles. */
  starting<T>(work: PromiseLike<T>): Promise<T> {
    return this.#busy.starting(work);
  }

  /** Fails only where hookgate itself does. Waits only for what must be waited for. */
  run(event: ReceivedEvent, subject: ClaimSubject, how: RunOptions = AS_USUAL): MaybePromise<EventOutcome> {
    const { handlers, isClosing, keyOf, claims } = this.#settings;
    // Before the schema and before the store: an event without a handler is neither invalid nor claimed, and a resend
    // after a handler was deployed runs.
    const handler = how.handler ?? handlers.find(event.type);
    if (handler === undefined)
      return eventOutcome(event, "ignored", { hint: `no handler for ${JSON.stringify(event.type)}` });
    if (isClosing()) return closing(event);
    const key = how.claim?.key ?? how.key ?? subject.keyOf(keyOf, event) ?? claims?.replayKey(event, subject);
    const work: Work = { event, handler, subject, key, notes: [], how };
    if (!needsValidation(this.#settings, event)) return this.#handle(work);
    return validateEvent(this.#settings, event, work.notes).then((refused) => refused ?? this.#handle(work));
  }

  #handle(work: Work): MaybePromise<EventOutcome> {
    const { claims } = this.#settings;
    const { event, subject, key, how } = work;
    if (how.claim !== undefined || claims === undefined) return this.#start(work, how.claim, false);
    if (key === undefined) return this.#startInOrder(work, claims, undefined);
    const running = this.#duplicates.find(key);
    if (running !== undefined) return this.#duplicates.outcomeOf(event, subject, running, work.notes);
    const ended = this.#claimAndStart(work, claims, key);
    // A run that has ended already has no concurrent duplicates. One that goes on is added before one can arrive.
    if (isPromise(ended)) this.#duplicates.add(key, ended, event, subject);
    return ended;
  }

  #claimAndStart(work: Work, claims: Claims, key: string): MaybePromise<EventOutcome> {
    let taken: MaybePromise<ClaimResult>;
    try {
      taken = claims.take(key, work.event, work.subject);
    } catch (error) {
      return this.#storeFailed(work, error);
    }
    if (!isPromise(taken)) return this.#claimed(work, claims, taken);
    return this.#busy.startAfter(
      taken,
      (result) => this.#claimed(work, claims, result),
      (error) => this.#storeFailed(work, error),
    );
  }

  #claimed(work: Work, claims: Claims, result: ClaimResult): MaybePromise<EventOutcome> {
    const { event, notes } = work;
    if (result.state === "in_flight") {
      return eventOutcome(event, "in_flight", { retryAfterSeconds: result.retryAfterSeconds });
    }
    if (result.state === "done") return handledBefore(event, result, this.#settings.strict, notes);
    if (this.#settings.isClosing()) return this.starting(this.#releaseOnClose(event, result.claim));
    if (result.isReplaySuspected) notes.push("replay_suspected");
    return this.#startInOrder(work, claims, result.claim);
  }

  async #releaseOnClose(event: ReceivedEvent, claim: HeldClaim): Promise<EventOutcome> {
    const problem = await releaseClaim(claim, claim.progress);
    if (problem !== undefined) this.#settings.onError(problem);
    return closing(event);
  }

  #startInOrder(work: Work, claims: Claims, claim: HeldClaim | undefined): MaybePromise<EventOutcome> {
    const { order, onError } = this.#settings;
    if (order === undefined) return this.#start(work, claim, false);
    return this.#busy.startAfter(
      checkOrder({ order, claims, onError }, work.event, claim, work.notes),
      (answer) => (typeof answer === "string" ? this.#start(work, claim, answer === "superseded") : answer),
      (error) => Promise.reject(error),
    );
  }

  #storeFailed(work: Work, cause: unknown): MaybePromise<EventOutcome> {
    const { spill } = this.#settings;
    const failed = storeFailed(this.#settings, work.event, cause, work.notes);
    if (failed?.name === "store_unavailable" && spill !== undefined)
      return this.starting(spill(work.event, work.subject));
    return failed ?? this.#start(work, undefined, false);
  }

  #start(work: Work, claim: HeldClaim | undefined, isSuperseded: boolean): MaybePromise<EventOutcome> {
    const { event, handler, key, notes, how } = work;
    const run = new HandlerRun(
      this.#runSettings,
      event,
      {
        attempt: claim?.attempt ?? 1,
        dedupe: claim !== undefined ? "claimed" : notes.includes("dedupe_bypassed") ? "bypassed" : "off",
        idempotencyKey: key,
        isSuperseded,
        claim,
      },
      notes,
      how.weight ?? 1,
    );
    this.active.push(run);
    this.#busy.enter(run.weight);
    return run.start(handler);
  }

  #forget(run: HandlerRun): void {
    // An abandoned run must not make later deliveries of its event wait: its claim lapses.
    if (run.key !== undefined) this.#duplicates.forget(run.key);
    this.active.remove(run);
    this.#busy.leave(run.weight);
  }
}
