// One event from here to its end: handler, schema, confirmation, claim, run, settle.

import type { ReceivedEvent } from "../../core/event.js";
import type { EventOutcome, Note } from "../../core/outcome.js";
import type { HeldClaim } from "../../dedupe/claim.js";
import type { ClaimSubject } from "../../dedupe/claim-subject.js";
import type { ClaimResult, Claims } from "../../dedupe/claims.js";
import type { KeyOf } from "../../dedupe/key.js";
import { cancelDeadline, type Deadline, setDeadline } from "../../lib/deadline.js";
import { isPromise, type MaybePromise } from "../../lib/maybe-promise.js";
import { checkOrder, type OrderSettings } from "./event-order.js";
import { closing, eventOutcome, handledBefore, otherBody, storeFailed } from "./event-outcomes.js";
import type { AnyHandler, Handlers } from "./handler-registry.js";
import { HandlerRun, type RunSettings } from "./handler-run.js";
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
  /** Keeps what the store could not claim; before `onStoreFailure`. */
  readonly spill: ((event: ReceivedEvent, terms: EventTerms) => Promise<EventOutcome>) | undefined;
  readonly order: OrderSettings | undefined;
  readonly isClosing: () => boolean;
}

/** What an event brings along from its delivery. */
export type EventTerms = ClaimSubject;

/** A duplicate in the same process waits so long for the reply of the run. */
const DUPLICATE_WAIT_MS = 1_000;

/** A run of this process that others with the same key wait for. */
interface InProcessDuplicate {
  readonly ended: PromiseLike<EventOutcome>;
  readonly event: ReceivedEvent;
  readonly terms: EventTerms;
}

/** One event on its way to its handler. */
interface Work {
  readonly event: ReceivedEvent;
  readonly handler: AnyHandler;
  readonly terms: EventTerms;
  readonly key: string | undefined;
  readonly notes: Note[];
  readonly how: RunOptions;
}

/** What differs from an event that came by a delivery and is handled by a registered handler. */
export interface RunOptions {
  /** Instead of a registered handler. */
  readonly handler?: AnyHandler;
  /** Somebody else holds it, and settles it. */
  readonly claim?: HeldClaim;
  /** Under which it was put aside. */
  readonly key?: string;
  /** 0: it counts as running with another one, for a guarded route that handles several events is one handler. */
  readonly weight?: 0 | 1;
}

const AS_USUAL: RunOptions = Object.freeze({});

export class EventRunner {
  readonly #settings: EventSettings;
  readonly #runSettings: RunSettings;
  /** By dedupe key: a duplicate in this process waits for the run here, before it asks the store. */
  readonly #running = new Map<string, InProcessDuplicate>();
  /** What goes on and must end before `close` is through. */
  readonly active: Set<HandlerRun> = new Set();
  #startingCount = 0;
  #runningCount = 0;
  #idleListeners: (() => void)[] = [];

  constructor(settings: EventSettings) {
    this.#settings = settings;
    this.#runSettings = { ...settings, onGone: (run) => this.#forget(run) };
  }

  /** Handlers that run, and those about to: while a store is asked, others must not take their place. */
  get busyCount(): number {
    return this.#runningCount + this.#startingCount;
  }

  get #isIdle(): boolean {
    return this.active.size + this.#startingCount === 0;
  }

  /** Resolves once nothing is being claimed or handled. */
  idle(): Promise<void> {
    if (this.#isIdle) return Promise.resolve();
    return new Promise((resolve) => this.#idleListeners.push(resolve));
  }

  /** Counts as busy until it settles. */
  async starting<T>(work: PromiseLike<T>): Promise<T> {
    this.#startingCount++;
    try {
      return await work;
    } finally {
      this.#startingCount--;
      this.#tellIdle();
    }
  }

  /** Fails only where hookgate itself does. Waits only for what must be waited for. */
  run(event: ReceivedEvent, terms: EventTerms, how: RunOptions = AS_USUAL): MaybePromise<EventOutcome> {
    const { handlers, isClosing, keyOf, claims } = this.#settings;
    // Before the schema and before the store: an event that nobody handles is neither invalid nor claimed, and a
    // resend after a handler was deployed runs.
    const handler = how.handler ?? handlers.find(event.type);
    if (handler === undefined)
      return eventOutcome(event, "ignored", { hint: `no handler for ${JSON.stringify(event.type)}` });
    if (isClosing()) return closing(event);
    const key = how.claim?.key ?? how.key ?? terms.keyOf(keyOf, event) ?? claims?.replayKey(event, terms);
    const work: Work = { event, handler, terms, key, notes: [], how };
    if (!needsValidation(this.#settings, event)) return this.#handle(work);
    return validateEvent(this.#settings, event, work.notes).then((refused) => refused ?? this.#handle(work));
  }

  #handle(work: Work): MaybePromise<EventOutcome> {
    const { claims } = this.#settings;
    const { key, terms, how } = work;
    if (how.claim !== undefined || claims === undefined) return this.#start(work, how.claim, false);
    if (key === undefined) return this.#startInOrder(work, claims, undefined);
    const running = this.#running.get(key);
    if (running !== undefined) return this.#awaitDuplicate(work, running);
    // A run that has ended already is not entered; one that goes on is, before a duplicate can ask for it.
    const ended = this.#claimAndStart(work, claims, key);
    if (!isPromise(ended)) return ended;
    const own: InProcessDuplicate = { ended, event: work.event, terms };
    this.#running.set(key, own);
    const forget = (): void => {
      // Where the run was given up, the event may have another run by now.
      if (this.#running.get(key) === own) this.#running.delete(key);
    };
    ended.then(forget, forget);
    return ended;
  }

  #claimAndStart(work: Work, claims: Claims, key: string): MaybePromise<EventOutcome> {
    let taken: MaybePromise<ClaimResult>;
    try {
      taken = claims.take(key, work.event, work.terms);
    } catch (error) {
      return this.#storeFailed(work, error);
    }
    if (!isPromise(taken)) return this.#claimed(work, claims, taken);
    return this.#startAfter(
      taken,
      (result) => this.#claimed(work, claims, result),
      (error) => this.#storeFailed(work, error),
    );
  }

  /** Busy without a gap: what is claimed has begun to run before it no longer counts as starting. */
  async #startAfter<T>(
    first: PromiseLike<T>,
    next: (value: T) => MaybePromise<EventOutcome>,
    failed: (error: unknown) => MaybePromise<EventOutcome>,
  ): Promise<EventOutcome> {
    this.#startingCount++;
    try {
      const settled = await first.then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      const ending = "value" in settled ? next(settled.value) : failed(settled.error);
      return ending as EventOutcome; // not awaited here: a run counts by itself
    } finally {
      this.#startingCount--;
      this.#tellIdle();
    }
  }

  #claimed(work: Work, claims: Claims, result: ClaimResult): MaybePromise<EventOutcome> {
    const { event, notes } = work;
    if (result.state === "in_flight") {
      return eventOutcome(event, "in_flight", { retryAfterSeconds: result.retryAfterSeconds });
    }
    if (result.state === "done") return handledBefore(event, result, this.#settings.strict, notes);
    if (this.#settings.isClosing()) return this.starting(this.#giveBack(event, result.claim));
    if (result.isReplaySuspected) notes.push("replay_suspected");
    return this.#startInOrder(work, claims, result.claim);
  }

  async #giveBack(event: ReceivedEvent, claim: HeldClaim): Promise<EventOutcome> {
    const problem = await releaseClaim(claim, claim.progress);
    if (problem !== undefined) this.#settings.onError(problem);
    return closing(event);
  }

  #startInOrder(work: Work, claims: Claims, claim: HeldClaim | undefined): MaybePromise<EventOutcome> {
    const { order, onError } = this.#settings;
    if (order === undefined) return this.#start(work, claim, false);
    return this.#startAfter(
      checkOrder({ order, claims, onError }, work.event, claim, work.notes),
      (answer) => (typeof answer === "string" ? this.#start(work, claim, answer === "superseded") : answer),
      (error) => Promise.reject(error),
    );
  }

  async #awaitDuplicate({ event, terms, notes }: Work, running: InProcessDuplicate): Promise<EventOutcome> {
    // Both are at hand, so they are compared, whatever the store is asked to.
    if (terms.eventDigest(event) !== running.terms.eventDigest(running.event)) {
      notes.push("body_mismatch");
      if (this.#settings.strict) return otherBody(event, notes);
    }
    let deadline: Deadline | undefined;
    const patience = new Promise<undefined>((resolve) => {
      deadline = setDeadline(DUPLICATE_WAIT_MS, () => resolve(undefined));
    });
    const outcome = await Promise.race([running.ended, patience]);
    cancelDeadline(deadline);
    if (outcome === undefined) {
      const hint = "the same event is being handled in this process";
      return eventOutcome(event, "in_flight", {
        notes,
        retryAfterSeconds: Math.ceil(this.#settings.handlerTimeoutMs / 1000),
        hint,
      });
    }
    if (outcome.name === "processed") return eventOutcome(event, "duplicate", { notes, reply: outcome.reply });
    return { ...outcome, error: undefined, notes };
  }

  #storeFailed(work: Work, cause: unknown): MaybePromise<EventOutcome> {
    const { spill } = this.#settings;
    const ending = storeFailed(this.#settings, work.event, cause, work.notes);
    if (ending?.name === "store_unavailable" && spill !== undefined)
      return this.starting(spill(work.event, work.terms));
    return ending ?? this.#start(work, undefined, false);
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
    this.active.add(run);
    this.#runningCount += run.weight;
    return run.start(handler);
  }

  #forget(run: HandlerRun): void {
    // A run that was given up must not keep later deliveries of its event waiting for it: its claim lapses.
    if (run.key !== undefined) this.#running.delete(run.key);
    this.active.delete(run);
    this.#runningCount -= run.weight;
    this.#tellIdle();
  }

  #tellIdle(): void {
    if (this.#idleListeners.length === 0 || !this.#isIdle) return;
    for (const listener of this.#idleListeners.splice(0)) listener();
  }
}
